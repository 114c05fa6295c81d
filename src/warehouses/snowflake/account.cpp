#include "warehouses/snowflake/account.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/secret.h"

namespace leat::warehouses::snowflake {
namespace {

const Spec kSpec{
    "snowflake",
    "Snowflake, over the protocol of its own drivers. The role needs CREATE SCHEMA on the database and USAGE "
    "on the "
    "warehouse.",
    {{"account", FieldKind::text, "Account identifier: `myorg-account1` or `xy12345.eu-central-1`.", "",
      true},
     {"user", FieldKind::text, "User that logs in.", "", true},
     {"private_key_path", FieldKind::path,
      "File with the user's RSA private key (PEM); the way to log in to prefer."},
     {"private_key", FieldKind::secret, "The same key as text, as from `${SNOWFLAKE_PRIVATE_KEY}`."},
     {"private_key_passphrase", FieldKind::secret, "Passphrase of the key, where it has one."},
     {"token", FieldKind::secret, "Programmatic access token, instead of a key."},
     {"password", FieldKind::secret, "Password, instead of a key; Snowflake is closing this way in."},
     {"role", FieldKind::text, "Role; the user's default when left out."},
     {"warehouse", FieldKind::text, "Virtual warehouse that computes; the user's default when left out."},
     {"database", FieldKind::text, "Database to load and build in.", "", true},
     {"schema", FieldKind::text, "The schema of dbt models that name none.", "public"},
     {"url", FieldKind::text, "Address of the account; made from `account` when left out."},
     {"query_tag", FieldKind::text, "QUERY_TAG of every statement.", "leat"},
     {"file_size", FieldKind::bytes, "Size of the Parquet files that are staged, compressed.", "128MB"},
     {"memory_limit", FieldKind::bytes, "Memory in which a file is built before it spills to disk.", "384MB"},
     {"temp_directory", FieldKind::path, "Where files wait for their upload; the system's when left out."},
     {"emulator", FieldKind::boolean, "Leaves out what the emulator fakesnow does not know; for tests.",
      "false"}}};

// The account's name in its host: "_" is not allowed there.
std::string address_of(const std::string& account) {
  std::string host = account;
  for (char& c : host) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return "https://" + host + ".snowflakecomputing.com";
}

std::string text_or_empty(const document::Settings& settings, std::string_view field) {
  return settings.has(field) ? settings.text(field) : "";
}

std::string read_key(const document::Settings& settings) {
  if (text_or_empty(settings, "private_key_path").empty()) return text_or_empty(settings, "private_key");
  std::string key = document::read_file(settings.resolve_path("private_key_path"));
  register_secret(key);
  return key;
}

}  // namespace

const Spec& account_spec() {
  return kSpec;
}

Account read_account(const document::Settings& settings) {
  Account account;
  std::string identifier = settings.text("account");
  for (std::string_view field : {"account", "user", "database"}) {
    if (settings.text(field).empty())
      throw Error(ErrorCode::config_invalid, fmt::format("`{}` is empty", field), settings.mark().text());
  }
  account.name = identifier.substr(0, identifier.find('.'));
  account.user = settings.text("user");
  account.private_key = read_key(settings);
  account.passphrase = text_or_empty(settings, "private_key_passphrase");
  account.token = text_or_empty(settings, "token");
  account.password = text_or_empty(settings, "password");
  int ways = !account.private_key.empty() + !account.token.empty() + !account.password.empty();
  if (ways != 1) {
    throw Error(ErrorCode::config_invalid,
                ways == 0 ? "No way to log in to Snowflake is given" : "More than one way to log in is given",
                settings.mark().text())
        .fix("Give one of private_key_path, private_key, token and password.");
  }
  account.url = !text_or_empty(settings, "url").empty() ? settings.text("url") : address_of(identifier);
  while (account.url.ends_with('/')) account.url.pop_back();
  account.role = text_or_empty(settings, "role");
  account.warehouse = text_or_empty(settings, "warehouse");
  account.database = settings.text("database");
  account.schema = settings.text("schema");
  account.query_tag = settings.text("query_tag");
  account.place = fmt::format("snowflake://{}@{}/{}", account.user, identifier, account.database);
  account.temporary_folder = settings.has("temp_directory") ? settings.resolve_path("temp_directory")
                                                            : std::filesystem::temp_directory_path().string();
  account.file_bytes_max = settings.bytes("file_size");
  account.memory_bytes_max = settings.bytes("memory_limit");
  account.is_emulator = settings.boolean("emulator");
  return account;
}

}  // namespace leat::warehouses::snowflake
