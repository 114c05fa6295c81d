#include "server/api/session_api.h"

#include "base/time.h"

namespace leat::server {

using document::Value;

namespace {

constexpr const char* kPath = "/api/leat/v1/session";
constexpr const char* kOidcPath = "/api/leat/v1/session/oidc";

}  // namespace

SessionApi::SessionApi(Gatekeeper& gatekeeper) : gatekeeper_(gatekeeper) {
  if (const auto& oidc = gatekeeper.settings().oidc)
    oidc_ = std::make_unique<OidcLogin>(*oidc, kOidcPath, gatekeeper.env());
}

std::optional<Reply> SessionApi::answer(const Call& call) {
  if (call.path == "/api/leat/v1/audit" && call.method == "GET") return audit(call);
  if (call.path == kPath) {
    if (call.method == "GET") return who(call.caller);
    if (call.method == "POST") return log_in(call);
    if (call.method != "DELETE")
      return problem_reply(405, "method-not-allowed", "There are GET, POST, DELETE.");
    Reply reply;
    reply.status = 204;
    gatekeeper_.end_session(call, reply);
    return reply;
  }
  if (!oidc_ || call.method != "GET" || !call.path.starts_with(kOidcPath)) return std::nullopt;
  if (call.path == kOidcPath) return oidc_->begin(call);
  if (call.path != std::string(kOidcPath) + "/callback") return std::nullopt;
  OidcOutcome outcome = oidc_->finish(call);
  if (!outcome.problem.empty()) {
    gatekeeper_.note(call, outcome.user, "oidc", "login failed", 403);
    return problem_reply(403, "login-failed", outcome.problem);
  }
  Reply reply;
  reply.status = 303;
  reply.headers["Location"] = outcome.return_to;
  gatekeeper_.begin_session(call, outcome.user, outcome.role, "oidc", reply);
  return reply;
}

Reply SessionApi::who(const Caller& caller) const {
  bool is_known = caller.role != UserRole::none;
  return json_reply(
      Value::mapping({{"authenticated", Value::of(is_known)},
                      {"user", Value::of(caller.name)},
                      {"role", Value::of(std::string(name(caller.role)))},
                      {"how", Value::of(caller.how)},
                      {"csrf", Value::of(caller.csrf)},
                      {"login", Value::mapping({{"password", Value::of(gatekeeper_.accounts().has_users())},
                                                {"oidc", oidc_ ? Value::of(kOidcPath) : Value()}})}}));
}

Reply SessionApi::log_in(const Call& call) {
  Value body = call.json();
  std::string user = body["user"].raw(), password = body["password"].raw();
  constexpr std::size_t kMost = 1000;
  if (user.empty() || password.empty() || user.size() > kMost || password.size() > kMost)
    return problem_reply(400, "bad-request", "A login has a user and a password.");
  std::chrono::seconds wait{0};
  std::optional<UserRole> role = gatekeeper_.check_password(call, user, password, wait);
  if (wait.count() > 0) {
    Reply reply = problem_reply(429, "too-many-requests", "There were too many wrong passwords.");
    reply.headers["Retry-After"] = std::to_string(wait.count());
    return reply;
  }
  if (!role) return problem_reply(401, "unauthorized", "The user or the password is wrong.");
  Reply cookies;
  Caller caller = gatekeeper_.begin_session(call, user, *role, "password", cookies);
  Reply reply = who(caller);
  reply.cookies = std::move(cookies.cookies);
  return reply;
}

Reply SessionApi::audit(const Call& call) {
  std::vector<Value> entries;
  for (const run::AuditEntry& each :
       gatekeeper_.accounts().audit_log(call.number("limit", 100, 1, 10'000), call.parameter("user")))
    entries.push_back(Value::mapping({{"id", Value::of(each.id)},
                                      {"at", Value::of(format_iso_timestamp(each.at))},
                                      {"user", Value::of(each.user)},
                                      {"how", Value::of(each.how)},
                                      {"address", Value::of(each.address)},
                                      {"action", Value::of(each.action)},
                                      {"what", Value::of(each.what)},
                                      {"status", Value::of(std::int64_t{each.status})}}));
  return json_reply(Value::mapping({{"audit", Value::list(std::move(entries))}}));
}

}  // namespace leat::server
