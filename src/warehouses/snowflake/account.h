// Account: where a Snowflake account is and how to log in, read from a target of leat.yml.
//
// Guarantees: exactly one way to log in is filled in; secrets are registered with base/secret.h.
// Threads: an immutable value.
// Errors: Error(config_invalid), Error(file_io) when the key file can't be read.
#pragma once
#include <cstdint>
#include <string>

#include "base/spec.h"
#include "document/settings.h"

namespace leat::warehouses::snowflake {

struct Account {
  std::string url;   ///< "https://xy12345.snowflakecomputing.com", without a slash at the end
  std::string name;  ///< the account without region: "XY12345", "MYORG-ACCOUNT1"
  std::string user;
  std::string private_key, passphrase, token, password;  ///< one of key, token and password is not empty
  std::string role, warehouse, database, schema, query_tag;
  std::string place;             ///< "snowflake://user@account/database", for errors
  std::string temporary_folder;  ///< where files wait for their upload
  std::int64_t file_bytes_max = 0;
  std::int64_t memory_bytes_max = 0;
  bool is_emulator = false;  ///< leave out what fakesnow does not know
};

/// The settings of `type: snowflake`.
const Spec& account_spec();
/// Reads them. `settings` has been checked against the Spec.
Account read_account(const document::Settings& settings);

}  // namespace leat::warehouses::snowflake
