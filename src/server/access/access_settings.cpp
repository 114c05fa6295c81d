#include "server/access/access_settings.h"

#include <fmt/core.h>

#include "base/error.h"
#include "document/settings.h"

namespace leat::server {

using document::Value;

const Spec kAccessSpec{
    "serve.access",
    "Who may call `leat serve`, and how.",
    {{"tls_certificate", FieldKind::path, "The certificate (PEM); without one there is no TLS."},
     {"tls_key", FieldKind::path, "Its key (PEM)."},
     {"url", FieldKind::text, "How people reach the server, where that is not what they ask for."},
     {"session_idle", FieldKind::duration, "A login that asks nothing for so long ends.", "8h"},
     {"session_life", FieldKind::duration, "The longest that a login holds.", "7d"},
     {"bind_sessions", FieldKind::boolean, "A login ends when it comes from another address or browser.",
      "true"},
     {"requests_per_second", FieldKind::integer, "Of one address; 0 for no limit.", "100"},
     {"logins_per_minute", FieldKind::integer, "Failed ones, of one address or under one name.", "10"},
     {"trusted_proxies", FieldKind::list,
      "Addresses whose X-Forwarded-For and X-Forwarded-Proto are believed."},
     {"oidc", FieldKind::mapping, "Log in at an OpenID Connect issuer."}}};

const Spec kOidcSpec{
    "serve.access.oidc",
    "Log in at an OpenID Connect issuer.",
    {{"issuer", FieldKind::text, "Its address.", "", true},
     {"client_id", FieldKind::text, "What it knows this server by.", "", true},
     {"client_secret", FieldKind::secret, "The secret that goes with it."},
     {"scopes", FieldKind::text, "What is asked for.", "openid email profile"},
     {"user_claim", FieldKind::text, "The claim that names the user.", "email"},
     {"groups_claim", FieldKind::text, "The claim that lists the user's groups.", "groups"},
     {"roles", FieldKind::mapping, "The role (viewer, operator, admin) of each group."},
     {"default_role", FieldKind::text, "That of people in none of them; left out, they are refused."}}};

UserRole parse_role(std::string_view word) {
  if (word == "viewer") return UserRole::viewer;
  if (word == "operator") return UserRole::operator_;
  if (word == "admin") return UserRole::admin;
  return UserRole::none;
}

std::string_view name(UserRole role) {
  constexpr std::string_view kNames[] = {"", "viewer", "operator", "admin"};
  return kNames[static_cast<std::size_t>(role)];
}

namespace {

UserRole role_of(const std::string& word, const std::string& where) {
  UserRole role = parse_role(word);
  if (role == UserRole::none)
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` is no role", word), where)
        .fix("There are viewer, operator and admin.");
  return role;
}

OidcSettings read_oidc(const Value& mapping, const Env& env) {
  document::Settings settings = document::read_settings(kOidcSpec, mapping, env);
  OidcSettings out;
  out.issuer = settings.text("issuer");
  if (!out.issuer.starts_with("https://") && !out.issuer.starts_with("http://"))
    throw Error(ErrorCode::config_invalid, "`issuer` is no address", mapping["issuer"].where());
  out.client_id = settings.text("client_id");
  if (settings.has("client_secret")) out.client_secret = settings.text("client_secret");
  out.scopes = settings.text("scopes");
  out.user_claim = settings.text("user_claim");
  out.groups_claim = settings.text("groups_claim");
  for (const Value::Member& member : settings.value("roles").members())
    out.roles[member.first] = role_of(member.second.as_text(member.first), member.second.where());
  if (settings.has("default_role"))
    out.default_role = role_of(settings.text("default_role"), mapping["default_role"].where());
  return out;
}

}  // namespace

AccessSettings read_access(const Value& access, const Env& env) {
  AccessSettings out;
  if (access.is_null()) return out;
  document::Settings settings = document::read_settings(kAccessSpec, access, env);
  if (settings.has("tls_certificate") != settings.has("tls_key"))
    throw Error(ErrorCode::config_invalid, "`tls_certificate` and `tls_key` go together", access.where());
  if (settings.has("tls_certificate")) {
    out.tls_certificate = settings.resolve_path("tls_certificate");
    out.tls_key = settings.resolve_path("tls_key");
  }
  if (settings.has("url")) out.url = settings.text("url");
  while (out.url.ends_with('/')) out.url.pop_back();
  out.session_idle = settings.duration("session_idle");
  out.session_life = settings.duration("session_life");
  out.binds_sessions = settings.boolean("bind_sessions");
  out.requests_per_second = settings.integer("requests_per_second");
  out.logins_per_minute = settings.integer("logins_per_minute");
  for (const Value& proxy : settings.value("trusted_proxies").items())
    out.trusted_proxies.push_back(proxy.as_text("trusted_proxies"));
  if (settings.value("oidc").is_mapping()) out.oidc = read_oidc(settings.value("oidc"), env);
  return out;
}

}  // namespace leat::server
