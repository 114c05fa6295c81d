#include "warehouses/postgres/postgres.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/quotes.h"
#include "base/secret.h"
#include "warehouses/postgres/adapter.h"
#include "warehouses/postgres/dialect.h"
#include "warehouses/postgres/load.h"

namespace leat::warehouses {
namespace {

const Spec kSpec{
    "postgres",
    "PostgreSQL 13 or newer. The role needs CREATE on the database.",
    {{"url", FieldKind::secret,
      "postgresql://user:password@host:port/database; instead of the settings below."},
     {"host", FieldKind::text, "Host name, or the folder of a socket."},
     {"port", FieldKind::integer, "TCP port.", "5432"},
     {"user", FieldKind::text, "Role."},
     {"password", FieldKind::secret, "Its password."},
     {"database", FieldKind::text, "Database."},
     {"sslmode", FieldKind::text, "disable, prefer, require, verify-ca or verify-full.", "prefer"},
     {"schema", FieldKind::text, "The schema of dbt models that name none.", "public"}}};

// A value of a key=value connection string.
std::string escaped(const std::string& value) {
  std::string out = "'";
  for (char c : value) {
    if (c == '\'' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "'";
}

struct Address {
  std::string conninfo, place, database;
};

// Where no database is named libpq takes the environment's, then the role's own name.
std::string usual_database(std::string user) {
  std::string database;
  PQconninfoOption* options = PQconndefaults();
  for (PQconninfoOption* option = options; option && option->keyword; ++option) {
    if (!option->val) continue;
    std::string_view key = option->keyword;
    if (key == "dbname") database = option->val;
    if (key == "user" && user.empty()) user = option->val;
  }
  PQconninfoFree(options);
  return database.empty() ? user : database;
}

Address address_of(const document::Settings& settings) {
  Address address;
  if (settings.has("url")) {
    address.conninfo = settings.text("url");
  } else {
    for (const char* key : {"host", "port", "user", "password", "sslmode"}) {
      if (settings.has(key)) address.conninfo += fmt::format("{}={} ", key, escaped(settings.text(key)));
    }
    if (settings.has("database")) address.conninfo += "dbname=" + escaped(settings.text("database"));
  }
  char* message = nullptr;
  PQconninfoOption* options = PQconninfoParse(address.conninfo.c_str(), &message);
  if (!options) {
    std::string why = without_quoted(message ? message : "it is no URL");  // a password may be quoted
    PQfreemem(message);
    throw Error(ErrorCode::config_invalid, "The `url` of PostgreSQL can't be read: " + why,
                settings.mark().text())
        .fix("Write postgres://user:password@host:5432/database?sslmode=require, with %25 for a % in it.");
  }
  std::string host = "localhost", port = "5432", database, user;
  for (PQconninfoOption* option = options; option->keyword; ++option) {
    if (!option->val) continue;
    std::string key = option->keyword;
    if (key == "host") host = option->val;
    if (key == "port") port = option->val;
    if (key == "dbname") database = option->val;
    if (key == "user") user = option->val;
    if (key == "password") register_secret(option->val);
  }
  PQconninfoFree(options);
  address.place = fmt::format("postgresql://{}:{}/{}", host, port, database);
  address.database = database.empty() ? usual_database(user) : database;
  return address;
}

class PgWarehouse : public Warehouse {
 public:
  PgWarehouse(Address address, Env& env) : address_(std::move(address)), env_(env) {}
  const sql::Dialect& dialect() const override { return postgres::pg_dialect(); }
  std::string database() const override { return address_.database; }
  std::unique_ptr<stream::Destination> destination() override {
    return std::make_unique<postgres::PgDestination>(address_.conninfo, address_.place, env_);
  }
  std::unique_ptr<sql::Adapter> adapter() override {
    return std::make_unique<postgres::PgAdapter>(address_.conninfo, address_.place);
  }

 private:
  Address address_;
  Env& env_;
};

std::unique_ptr<Warehouse> open(const document::Settings& settings, Env& env) {
  return std::make_unique<PgWarehouse>(address_of(settings), env);
}

}  // namespace

const WarehouseKind kPostgres{"postgres", &kSpec, open};

}  // namespace leat::warehouses
