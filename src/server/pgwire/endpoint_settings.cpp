#include "server/pgwire/endpoint_settings.h"

#include "base/error.h"
#include "base/secret.h"
#include "document/settings.h"

namespace leat::server::pgwire {

const Spec kEndpointSpec{
    "serve.sql",
    "The SQL endpoint of `leat serve`.",
    {{"host", FieldKind::text, "The address that it listens on.", "127.0.0.1"},
     {"port", FieldKind::integer, "The port; 0 chooses one.", "5433"},
     {"database", FieldKind::text, "The name of the database; the project's when left out."},
     {"users", FieldKind::list, "Who may log in: `name`, `password`, `timeout`, `rows_max`."},
     {"trust_local", FieldKind::boolean, "Lets everyone on this machine in without a password.", "false"},
     {"tls_certificate", FieldKind::path, "The certificate (PEM); without one there is no TLS."},
     {"tls_key", FieldKind::path, "Its key (PEM)."},
     {"require_tls", FieldKind::boolean, "Refuses connections without TLS.", "false"},
     {"connections_max", FieldKind::integer, "How many sessions there may be at once.", "250"},
     {"timeout", FieldKind::duration, "The longest that a statement may take.", "60s"},
     {"rows_max", FieldKind::integer, "The most rows of an answer.", "10000000"},
     {"idle_timeout", FieldKind::duration, "Sessions that ask nothing for so long are closed.", "1h"},
     {"message_bytes_max", FieldKind::bytes, "The longest statement with its parameters.", "16MB"}}};

const Spec kUserSpec{"a user of serve.sql",
                     "Who may log in to the SQL endpoint.",
                     {{"name", FieldKind::text, "The user's name.", "", true},
                      {"password", FieldKind::secret, "The user's password.", "", true},
                      {"timeout", FieldKind::duration, "The longest that a statement may take."},
                      {"rows_max", FieldKind::integer, "The most rows of an answer."}}};

namespace {

void check_place(const EndpointSettings& endpoint, const document::Value& sql) {
  bool is_local = endpoint.host == "127.0.0.1" || endpoint.host == "::1" || endpoint.host == "localhost";
  if (!endpoint.needs_password && !is_local)
    throw Error(ErrorCode::config_invalid, "`trust_local` lets in everyone who reaches " + endpoint.host,
                sql.where())
        .fix("Listen on 127.0.0.1, or give users passwords.");
  if (endpoint.requires_tls && endpoint.tls_certificate.empty())
    throw Error(ErrorCode::config_invalid, "`require_tls` needs `tls_certificate` and `tls_key`",
                sql.where());
}

Role read_user(const document::Value& mapping, const Role& usual, const Env& env) {
  document::Settings user = document::read_settings(kUserSpec, mapping, env);
  Role role = usual;
  role.name = user.text("name");
  role.verifier = make_verifier(user.text("password"));
  if (user.has("timeout")) role.timeout = user.duration("timeout");
  if (user.has("rows_max")) role.rows_max = user.integer("rows_max");
  return role;
}

}  // namespace

std::optional<EndpointSettings> read_endpoint(const document::Value& sql, const std::string& project,
                                              const Env& env) {
  document::Value mapping = sql.is_null() ? document::Value::mapping() : sql;
  document::Settings settings = document::read_settings(kEndpointSpec, mapping, env);
  EndpointSettings out;
  out.host = settings.text("host");
  out.port = static_cast<int>(settings.integer("port"));
  out.database = settings.has("database") ? settings.text("database") : project;
  if (settings.has("tls_certificate")) {
    out.tls_certificate = settings.resolve_path("tls_certificate");
    out.tls_key = settings.resolve_path("tls_key");
  }
  out.requires_tls = settings.boolean("require_tls");
  out.needs_password = !settings.boolean("trust_local");
  out.connections_max = static_cast<int>(settings.integer("connections_max"));
  out.idle_timeout = settings.duration("idle_timeout");
  out.message_bytes_max = static_cast<std::size_t>(settings.bytes("message_bytes_max"));
  Role usual;
  usual.name = env.variable("LEAT_SQL_USER").value_or("leat");
  usual.timeout = settings.duration("timeout");
  usual.rows_max = settings.integer("rows_max");
  out.everyone = usual;
  for (const document::Value& user : settings.value("users").items())
    out.roles.push_back(read_user(user, usual, env));
  if (std::optional<std::string> password = env.variable("LEAT_SQL_PASSWORD");
      password && !password->empty()) {
    register_secret(*password);
    usual.verifier = make_verifier(*password);
    out.roles.push_back(usual);
  }
  check_place(out, mapping);
  if (out.needs_password && out.roles.empty()) return std::nullopt;
  return out;
}

}  // namespace leat::server::pgwire
