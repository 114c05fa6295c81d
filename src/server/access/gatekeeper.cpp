#include "server/access/gatekeeper.h"

#include <fmt/core.h>

#include <algorithm>

#include "server/access/secrets.h"

namespace leat::server {
namespace {

constexpr std::string_view kOwn = "/api/leat/v1";

bool is_api(std::string_view path) {
  return path == "/metrics" || path == "/v1" || path.starts_with("/v1/") || path.starts_with("/api");
}

// The host of "http://host:8080" or "host:8080", without its port.
std::string host_of(std::string_view text) {
  if (std::size_t scheme = text.find("://"); scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
  if (text.starts_with('[')) return std::string(text.substr(0, text.find(']') + 1));
  return std::string(text.substr(0, text.find(':')));
}

// With its port: "host:8080".
std::string_view authority_of(std::string_view origin) {
  std::size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? origin : origin.substr(scheme + 3);
}

Reply too_many(std::chrono::seconds wait) {
  Reply reply = problem_reply(429, "too-many-requests", "That was too often. Try again later.");
  reply.headers["Retry-After"] = std::to_string(std::max<std::int64_t>(1, wait.count()));
  return reply;
}

}  // namespace

std::string cookie(const Call& call, std::string_view name) {
  std::string_view rest = call.header("cookie");
  while (!rest.empty()) {
    std::size_t end = std::min(rest.find(';'), rest.size());
    std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return std::string(pair.substr(name.size() + 1));
  }
  return {};
}

bool is_public(const Call& call) {
  std::string_view path = call.path;
  // What browsers need before they can log in: the console's own files hold no data.
  if (!is_api(path)) return !call.is_unsafe();
  constexpr std::string_view kPaths[] = {"/api/public/v1/health",
                                         "/v1/health",
                                         "/api/v1/health",
                                         "/api/public/v1/applications/token",
                                         "/v1/applications/token",
                                         "/api/leat/v1/session",
                                         "/api/leat/v1/session/oidc",
                                         "/api/leat/v1/session/oidc/callback"};
  // A webhook shows its sensor's secret instead of credentials.
  bool is_hook = path.starts_with("/api/leat/v1/hooks/") && call.method == "POST";
  return is_hook || std::find(std::begin(kPaths), std::end(kPaths), path) != std::end(kPaths);
}

bool is_reading(const Call& call) {
  if (!call.is_unsafe()) return true;
  std::string_view path = call.path;
  // Airbyte's Config API posts what it asks.
  if (path.starts_with("/api/v1/") && (path.ends_with("/get") || path.ends_with("/list"))) return true;
  return path == "/api/leat/v1/sql";
}

UserRole needed_role(const Call& call) {
  std::string_view path = call.path;
  for (std::string_view part : {"/audit", "/users", "/tokens"}) {
    std::string whole = std::string(kOwn).append(part);
    if (path == whole || path.starts_with(whole + "/")) return UserRole::admin;
  }
  return is_reading(call) ? UserRole::viewer : UserRole::operator_;
}

Gatekeeper::Gatekeeper(AccessSettings settings, bool is_local, run::Accounts& accounts, ClientAccess& client,
                       Env& env)
    : settings_(std::move(settings)),
      is_local_(is_local),
      accounts_(accounts),
      client_(client),
      env_(env),
      key_(random_token()),
      calls_(static_cast<double>(settings_.requests_per_second),
             static_cast<double>(settings_.requests_per_second) * 4, env),
      failures_(static_cast<double>(settings_.logins_per_minute) / 60,
                static_cast<double>(settings_.logins_per_minute), env) {}

bool Gatekeeper::is_open() {
  return is_local_ && client_.is_open() && !settings_.oidc && !accounts_.has_users();
}

// Behind a proxy that is believed, the client is whom it names last.
void Gatekeeper::see_through_proxy(Call& call) const {
  const auto& proxies = settings_.trusted_proxies;
  if (std::find(proxies.begin(), proxies.end(), call.address) != proxies.end()) {
    std::string_view forwarded = call.header("x-forwarded-for");
    if (std::size_t comma = forwarded.rfind(','); comma != std::string_view::npos)
      forwarded.remove_prefix(comma + 1);
    while (forwarded.starts_with(' ')) forwarded.remove_prefix(1);
    if (!forwarded.empty() && forwarded.size() < 64) call.address = forwarded;
    if (call.header("x-forwarded-proto") == "https" && call.base_url.starts_with("http://"))
      call.base_url.replace(0, 4, "https");
  }
  if (!settings_.url.empty()) call.base_url = settings_.url;
}

std::string Gatekeeper::bound_to(const Call& call) const {
  return settings_.binds_sessions ? sha256(call.address + "\n" + call.header("user-agent")) : "";
}

std::string Gatekeeper::csrf_of(const Caller& caller) const {
  return sha256(key_ + "\n" + caller.how + "\n" + caller.name);
}

std::optional<Caller> Gatekeeper::by_authorization(const Call& call) {
  Caller caller;
  if (!client_.is_open() && client_.allows(call.authorization)) {
    caller = {"client", UserRole::admin, "client", ""};
  } else {
    constexpr std::string_view kBearer = "Bearer ";
    if (!call.authorization.starts_with(kBearer)) return std::nullopt;
    auto token = accounts_.use_token(sha256(call.authorization.substr(kBearer.size())), env_.now());
    if (!token) return std::nullopt;
    caller = {token->label, parse_role(token->role), "token", ""};
  }
  caller.csrf = csrf_of(caller);
  return caller;
}

std::optional<Caller> Gatekeeper::by_cookie(const Call& call) {
  std::string value = cookie(call, kSessionCookie);
  std::string digest = sha256(value);
  auto session = accounts_.use_session(digest, env_.now(), settings_.session_idle);
  if (!session) return std::nullopt;
  // A cookie that came elsewhere was stolen, or its owner has moved: either logs in again.
  if (session->bound != bound_to(call)) {
    accounts_.end_session(digest);
    note(call, session->user, session->how, "session from elsewhere ended", 401);
    return std::nullopt;
  }
  return Caller{session->user, parse_role(session->role), session->how, sha256("csrf\n" + value)};
}

std::optional<Caller> Gatekeeper::identify(const Call& call, bool& has_credentials) {
  if (is_open()) {
    Caller caller{"local", UserRole::admin, "local", ""};
    caller.csrf = csrf_of(caller);
    return caller;
  }
  has_credentials = true;
  if (!call.authorization.empty()) return by_authorization(call);
  if (!cookie(call, kSessionCookie).empty()) return by_cookie(call);
  has_credentials = false;
  return std::nullopt;
}

// What a page of another site may make a browser send.
std::optional<Reply> Gatekeeper::refuse_forgery(const Call& call) const {
  const std::string& origin = call.header("origin");
  auto refused = [](const char* why) { return problem_reply(403, "csrf", why); };
  if (call.is_unsafe() && call.header("sec-fetch-site") == "cross-site")
    return refused("Pages of other sites may not call.");
  if (call.is_unsafe() && !origin.empty() && authority_of(origin) != call.header("host") &&
      origin != settings_.url)
    return refused("Pages of other sites may not call.");
  // The login has nothing yet that could be used for another one; that it is JSON keeps forms out.
  bool begins = call.path == "/api/leat/v1/session" && call.method == "POST";
  if (begins && !call.content_type.starts_with("application/json"))
    return problem_reply(415, "unsupported-media-type", "A login is JSON.");
  bool comes_by_browser = !cookie(call, kSessionCookie).empty() || call.is_from_browser();
  if (!call.is_unsafe() || begins || !comes_by_browser || call.caller.role == UserRole::none)
    return std::nullopt;
  // Who sends an Authorization of its own accord is no browser's form.
  if (!call.authorization.empty() && !call.is_from_browser()) return std::nullopt;
  if (!is_same_secret(call.header("x-leat-csrf"), call.caller.csrf))
    return refused("The header X-Leat-CSRF is missing or wrong.");
  return std::nullopt;
}

std::optional<Reply> Gatekeeper::refuse_rate(const Call& call) {
  if (!calls_.take(call.address)) return too_many(calls_.wait_for(call.address));
  // A secret that somebody chose can be guessed; 256 bits of chance can't.
  bool is_guess = call.path.ends_with("/applications/token") || call.authorization.starts_with("Basic ");
  std::string client = "client " + call.address;
  if (is_guess && !failures_.has(client)) return too_many(failures_.wait_for(client));
  return std::nullopt;
}

std::optional<Reply> Gatekeeper::refuse(Call& call) {
  see_through_proxy(call);
  if (auto refused = refuse_rate(call)) return refused;
  if (call.path == "/health") return std::nullopt;
  // Another name that leads to this machine is how a page of another site would reach it.
  bool is_ours = is_local({host_of(call.header("host")), 0}) || host_of(call.header("host")) == "[::1]";
  if (is_open() && !is_ours) return problem_reply(403, "forbidden", "This server answers to localhost only.");
  bool has_credentials = false;
  std::optional<Caller> caller = identify(call, has_credentials);
  if (caller) call.caller = *caller;
  if (auto refused = refuse_forgery(call)) return refused;
  if (is_public(call)) {
    bool asks_token = call.path.ends_with("/applications/token");
    if (!asks_token || is_open() || !client_.is_open()) return std::nullopt;
  }
  if (call.caller.role == UserRole::none) {
    if (has_credentials && cookie(call, kSessionCookie).empty()) {
      // As much of it as does not wash everything else out of the log.
      if (failures_.take("client " + call.address)) note(call, "", "", "wrong credentials", 401);
    }
    return problem_reply(401, "unauthorized", "The credentials are missing or wrong.");
  }
  if (call.caller.role < needed_role(call))
    return problem_reply(
        403, "forbidden",
        fmt::format("This needs the role {}; yours is {}.", name(needed_role(call)), name(call.caller.role)));
  return std::nullopt;
}

void Gatekeeper::answered(const Call& call, Reply& reply) {
  // A browser's own dialog would ask where the console does.
  if (reply.status == 401 && call.is_from_browser()) reply.headers.erase("WWW-Authenticate");
  bool is_token = call.path.ends_with("/applications/token");
  if (is_token && reply.status == 401) failures_.take("client " + call.address);
  bool is_refusal = reply.status == 403 && call.caller.role != UserRole::none;
  bool is_session = call.path.starts_with("/api/leat/v1/session");  // SessionApi notes its own
  if (!is_refusal && (is_reading(call) || is_session || reply.status == 401 || reply.status == 429)) return;
  note(call, call.caller.name, call.caller.how, call.method, reply.status);
}

void Gatekeeper::note(const Call& call, const std::string& user, const std::string& how,
                      const std::string& action, int status) {
  constexpr std::size_t kShown = 300;
  run::AuditEntry entry;
  entry.at = env_.now();
  entry.user = user.substr(0, kShown);
  entry.how = how;
  entry.address = call.address;
  entry.action = action;
  entry.what = call.path.substr(0, kShown);
  entry.status = status;
  accounts_.audit(entry);
}

Caller Gatekeeper::begin_session(const Call& call, const std::string& user, UserRole role,
                                 const std::string& how, Reply& reply) {
  // A session that was there ends, so that nobody's cookie becomes somebody's.
  if (std::string before = cookie(call, kSessionCookie); !before.empty())
    accounts_.end_session(sha256(before));
  std::string value = random_token();
  run::LoginSession session;
  session.user = user;
  session.role = name(role);
  session.how = how;
  session.bound = bound_to(call);
  session.created = env_.now();
  session.expires = session.created + settings_.session_life;
  accounts_.add_session(session, sha256(value));
  reply.cookies.push_back(
      fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{}", kSessionCookie, value,
                  std::chrono::duration_cast<std::chrono::seconds>(settings_.session_life).count(),
                  call.base_url.starts_with("https://") ? "; Secure" : ""));
  note(call, user, how, "login", 200);
  return {user, role, how, sha256("csrf\n" + value)};
}

void Gatekeeper::end_session(const Call& call, Reply& reply) {
  std::string value = cookie(call, kSessionCookie);
  if (value.empty()) return;
  accounts_.end_session(sha256(value));
  reply.cookies.push_back(fmt::format("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{}", kSessionCookie,
                                      call.base_url.starts_with("https://") ? "; Secure" : ""));
  note(call, call.caller.name, call.caller.how, "logout", 204);
}

std::optional<UserRole> Gatekeeper::check_password(const Call& call, const std::string& user,
                                                   const std::string& password, std::chrono::seconds& wait) {
  std::string by_name = "user " + user.substr(0, 100), by_address = "login " + call.address;
  for (const std::string& key : {by_name, by_address}) {
    if (failures_.has(key)) continue;
    wait = failures_.wait_for(key);
    return std::nullopt;
  }
  std::optional<run::User> found = accounts_.user(user);
  bool is_right = is_password(password, found ? found->verifier : "");
  if (found && is_right) return parse_role(found->role);
  failures_.take(by_name);
  failures_.take(by_address);
  note(call, user, "password", "login failed", 401);
  return std::nullopt;
}

}  // namespace leat::server
