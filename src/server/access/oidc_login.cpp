#include "server/access/oidc_login.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/base64.h"
#include "base/error.h"
#include "http/url.h"
#include "server/access/gatekeeper.h"
#include "server/access/id_token.h"
#include "server/access/secrets.h"

namespace leat::server {

using document::Value;

namespace {

constexpr const char* kStateCookie = "leat_login";

std::string unhex(std::string_view digits) {
  auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
  return out;
}

bool is_secure(const std::string& url) {
  return url.starts_with("https://") || url.starts_with("http://127.0.0.1") ||
         url.starts_with("http://localhost");
}

}  // namespace

std::string safe_return(const std::string& asked) {
  bool is_path = asked.starts_with('/') && !asked.starts_with("//") && asked.size() < 2000;
  bool is_plain = std::all_of(asked.begin(), asked.end(),
                              [](char c) { return c > 0x20 && c < 0x7f && c != '\\' && c != '"'; });
  return is_path && is_plain ? asked : "/";
}

OidcLogin::OidcLogin(OidcSettings settings, std::string path, Env& env)
    : settings_(std::move(settings)), path_(std::move(path)), env_(env), client_(env) {}

Value OidcLogin::get(const std::string& url) {
  http::Request request;
  request.url = url;
  request.headers.set("Accept", "application/json");
  http::Response response = client_.send(request);
  if (!response.ok())
    throw Error(ErrorCode::http_failed, fmt::format("The issuer answers {}", response.status),
                http::safe_url(url));
  return document::parse_json(response.body.view(), http::safe_url(url));
}

// What the issuer says of itself; asked anew after an hour, and where a key is missing, once a minute.
OidcLogin::Issuer OidcLogin::issuer(bool wants_new) {
  Timestamp now = env_.now();
  {
    std::lock_guard lock(mutex_);
    std::chrono::seconds fresh = wants_new ? std::chrono::seconds(60) : std::chrono::seconds(kKnown);
    if (!known_.token.empty() && now - known_.at < fresh) return known_;
  }
  std::string base = settings_.issuer;
  while (base.ends_with('/')) base.pop_back();
  Value found = get(base + "/.well-known/openid-configuration");
  if (found["issuer"].raw() != settings_.issuer)
    throw Error(ErrorCode::config_invalid, "The issuer calls itself " + found["issuer"].raw(),
                settings_.issuer)
        .fix("Write `issuer` exactly as it does.");
  Issuer out{
      found["authorization_endpoint"].raw(), found["token_endpoint"].raw(), found["jwks_uri"].raw(), {}, now};
  for (const std::string* url : {&out.authorization, &out.token, &out.keys_url}) {
    if (!is_secure(*url))
      throw Error(ErrorCode::config_invalid, "An address of the issuer is not https", settings_.issuer);
  }
  out.keys = get(out.keys_url);
  std::lock_guard lock(mutex_);
  known_ = out;
  return out;
}

Reply OidcLogin::begin(const Call& call) {
  Begun begun;
  begun.nonce = random_token();
  begun.verifier = random_token();
  begun.return_to = safe_return(call.parameter("return_to"));
  begun.redirect = call.base_url + path_ + "/callback";
  begun.until = env_.now() + kPatience;
  std::string state = random_token(), target = issuer(false).authorization;
  target += (target.find('?') == std::string::npos ? "?" : "&") +
            http::encode_query({{"response_type", "code"},
                                {"client_id", settings_.client_id},
                                {"redirect_uri", begun.redirect},
                                {"scope", settings_.scopes},
                                {"state", state},
                                {"nonce", begun.nonce},
                                {"code_challenge", base64_url(unhex(sha256(begun.verifier)))},
                                {"code_challenge_method", "S256"}});
  {
    std::lock_guard lock(mutex_);
    std::erase_if(begun_, [&](const auto& each) { return each.second.until <= env_.now(); });
    if (begun_.size() >= kBegunMax)
      return problem_reply(503, "too-many-logins", "Too many logins are under way. Try again later.");
    begun_[state] = std::move(begun);
  }
  Reply reply;
  reply.status = 302;
  reply.headers["Location"] = target;
  reply.cookies.push_back(fmt::format("{}={}; Path={}; HttpOnly; SameSite=Lax; Max-Age={}{}", kStateCookie,
                                      state, path_, std::chrono::seconds(kPatience).count(),
                                      call.base_url.starts_with("https://") ? "; Secure" : ""));
  return reply;
}

std::optional<OidcLogin::Begun> OidcLogin::take(const std::string& state) {
  std::lock_guard lock(mutex_);
  auto found = begun_.find(state);
  if (found == begun_.end()) return std::nullopt;
  Begun begun = std::move(found->second);
  begun_.erase(found);
  if (begun.until <= env_.now()) return std::nullopt;
  return begun;
}

OidcOutcome OidcLogin::finish(const Call& call) {
  OidcOutcome out;
  std::string state = call.parameter("state"), mine = cookie(call, kStateCookie);
  bool is_same = !state.empty() && is_same_secret(mine, state);
  std::optional<Begun> begun = is_same ? take(state) : std::nullopt;
  if (!begun) {
    out.problem = "This login was not begun in this browser, or too long ago. Begin again.";
    return out;
  }
  if (!call.parameter("error").empty() || call.parameter("code").empty()) {
    out.problem = "The issuer did not log you in.";
    return out;
  }
  Value claims = claims_of(call.parameter("code"), *begun, out.problem);
  if (!out.problem.empty()) return out;
  out = outcome_of(claims);
  out.return_to = begun->return_to;
  return out;
}

Value OidcLogin::claims_of(const std::string& code, const Begun& begun, std::string& problem) {
  http::Request request;
  request.method = "POST";
  request.url = issuer(false).token;
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Accept", "application/json");
  http::Query members = {{"grant_type", "authorization_code"},
                         {"code", code},
                         {"redirect_uri", begun.redirect},
                         {"client_id", settings_.client_id},
                         {"code_verifier", begun.verifier}};
  if (!settings_.client_secret.empty()) members.emplace_back("client_secret", settings_.client_secret);
  request.body = http::encode_query(members);
  http::Response response = client_.send(request);
  if (!response.ok()) {
    problem = fmt::format("The issuer refused the code ({}).", response.status);
    return {};
  }
  Value answer = document::parse_json(response.body.view(), http::safe_url(request.url));
  ExpectedToken expected{settings_.issuer, settings_.client_id, begun.nonce, env_.now()};
  TokenClaims read = read_id_token(answer["id_token"].raw(), issuer(false).keys, expected);
  // Issuers change their keys now and then.
  if (read.lacks_key) read = read_id_token(answer["id_token"].raw(), issuer(true).keys, expected);
  problem = read.problem;
  return read.claims;
}

OidcOutcome OidcLogin::outcome_of(const Value& claims) const {
  OidcOutcome out;
  out.user = claims[settings_.user_claim].raw();
  bool is_unproven = settings_.user_claim == "email" &&
                     claims["email_verified"].kind() == Value::Kind::boolean &&
                     !claims["email_verified"].boolean();
  if (out.user.empty() || is_unproven) out.user = claims["sub"].raw();
  out.role = settings_.default_role;
  auto take = [&](const std::string& group) {
    auto found = settings_.roles.find(group);
    if (found != settings_.roles.end()) out.role = std::max(out.role, found->second);
  };
  const Value& groups = claims[settings_.groups_claim];
  if (groups.is_text()) take(groups.raw());
  for (const Value& group : groups.items()) take(group.raw());
  if (out.role == UserRole::none)
    out.problem = "You have no role here. Ask whoever runs this server for one.";
  return out;
}

}  // namespace leat::server
