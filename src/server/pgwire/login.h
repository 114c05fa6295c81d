// Login: how a connection begins: TLS, who it is and what for.
//
// Guarantees: nobody gets past login() without the password, unless the endpoint trusts everyone on this
//   machine; who fails is not told whether the name was wrong.
// Threads: one at a time a connection.
// Owns: nothing.
// Errors: refusal(State::login), refusal(State::database), refusal(State::protocol),
//   refusal(State::idle).
// Source: PostgreSQL documentation, chapters 55.2.1 and 55.3
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/pgwire/message_reader.h"
#include "server/pgwire/scram.h"

namespace leat::server::pgwire {

/// Who may log in, and how much they may ask for.
struct Role {
  std::string name;
  Verifier verifier;
  std::chrono::milliseconds timeout{60000};  ///< of a statement; zero for none
  std::int64_t rows_max = 10'000'000;        ///< of an answer
};

struct EndpointSettings {
  std::string host = "127.0.0.1";
  int port = 5433;                     ///< 0 chooses one
  std::string database;                ///< the name that clients connect to
  std::vector<std::string> databases;  ///< further names that are taken for it
  std::string tls_certificate, tls_key;
  bool requires_tls = false;
  bool needs_password = true;  ///< false lets everyone in under any name
  Role everyone;               ///< what they are then
  std::vector<Role> roles;
  int connections_max = 250;
  std::size_t message_bytes_max = 16'000'000;
  std::chrono::milliseconds login_timeout{30000}, idle_timeout{3600000}, write_timeout{60000};
  /// After this time without a query a session lets go of the warehouse.
  std::chrono::milliseconds rest_after{1000};
};

struct Login {
  /// Set for a connection that only asks to cancel another one's statement.
  std::optional<std::pair<std::int32_t, std::int32_t>> cancel;
  const Role* role = nullptr;
  std::string user;
  std::vector<std::pair<std::string, std::string>> settings;
};

/// Goes through the beginning of a connection; nullopt when the client left meanwhile.
std::optional<Login> log_in(Channel& channel, MessageReader& reader, const EndpointSettings& endpoint);

}  // namespace leat::server::pgwire
