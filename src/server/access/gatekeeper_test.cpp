#include "server/access/gatekeeper.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "base/time.h"
#include "server/access/secrets.h"
#include "server/api/session_api.h"
#include "support/temporary_folder.h"

namespace leat::server {
namespace {

using document::Value;
using namespace std::chrono_literals;

std::string bytes_of(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  std::string out;
  for (int c; file && (c = std::fgetc(file.get())) != EOF;) out += static_cast<char>(c);
  return out;
}

struct Fixture {
  testing::TemporaryFolder folder;
  Env env{fixed_clock(*parse_iso_timestamp("2026-01-05T10:00:00Z")), 1};
  run::Accounts accounts{folder.path()};
  ClientAccess client;
  Gatekeeper gate;
  SessionApi session{gate};

  explicit Fixture(const std::string& secret = "", bool is_local = true, AccessSettings settings = {})
      : client(secret.empty() ? "" : "leat", secret, env),
        gate(std::move(settings), is_local, accounts, client, env) {}

  void add_user(const std::string& name, const std::string& role) {
    accounts.put_user({name, role, make_password_verifier("a good password"), env.now()});
  }
  static Call call(const std::string& method, const std::string& path) {
    Call out;
    out.method = method;
    out.path = path;
    out.address = "10.0.0.7";
    out.base_url = "http://localhost:8080";
    out.content_type = "application/json";
    out.headers["host"] = "localhost:8080";
    out.headers["user-agent"] = "a browser";
    return out;
  }
  // The status that a call is answered with, 200 where it would reach the API.
  int status(Call call) {
    std::optional<Reply> reply = gate.refuse(call);
    if (!reply) reply = session.answer(call);
    if (!reply) reply = Reply();
    gate.answered(call, *reply);
    last = *reply;
    return reply->status;
  }
  // A browser that has logged in: the calls that it sends carry its cookie.
  struct Browser {
    std::string cookie, csrf;
    Call call(const std::string& method, const std::string& path) const {
      Call out = Fixture::call(method, path);
      out.headers["cookie"] = "other=1; leat_session=" + cookie;
      out.headers["origin"] = "http://localhost:8080";
      out.headers["sec-fetch-site"] = "same-origin";
      if (out.is_unsafe()) out.headers["x-leat-csrf"] = csrf;
      return out;
    }
  };
  Browser log_in(const std::string& user) {
    Call out = call("POST", "/api/leat/v1/session");
    out.body = R"({"user":")" + user + R"(","password":"a good password"})";
    REQUIRE(status(out) == 200);
    REQUIRE(last.cookies.size() == 1);
    std::string cookie = last.cookies[0];
    CHECK(cookie.find("; HttpOnly; SameSite=Lax") != std::string::npos);
    cookie = cookie.substr(13, cookie.find(';') - 13);
    return {cookie, document::parse_json(last.body, "the session")["csrf"].raw()};
  }
  Reply last;
};

constexpr const char* kJobs = "/api/leat/v1/jobs";

}  // namespace

TEST_CASE("passwords are kept as scrypt's verifiers, and no two alike") {
  std::string verifier = make_password_verifier("a good password");
  CHECK(verifier.starts_with("scrypt$14$8$5$"));
  CHECK(verifier != make_password_verifier("a good password"));
  CHECK(is_password("a good password", verifier));
  CHECK_FALSE(is_password("a good passwore", verifier));
  CHECK_FALSE(is_password("", verifier));
  CHECK_FALSE(is_password("a good password", ""));
  CHECK_FALSE(is_password("a good password", "scrypt$40$8$5$00$00"));
}

TEST_CASE("without users this machine may do all, but no page of another site, and under no other name") {
  Fixture f;
  CHECK(f.status(Fixture::call("POST", kJobs)) == 200);
  Call rebound = Fixture::call("GET", kJobs);
  rebound.headers["host"] = "evil.example:8080";
  CHECK(f.status(rebound) == 403);
  Call forged = Fixture::call("POST", kJobs);
  forged.headers["origin"] = "https://evil.example";
  CHECK(f.status(forged) == 403);
  forged.headers.erase("origin");
  forged.headers["sec-fetch-site"] = "cross-site";
  CHECK(f.status(forged) == 403);
  CHECK(f.status(Fixture::call("GET", "/api/leat/v1/session")) == 200);
  Value me = document::parse_json(f.last.body, "me");
  CHECK(me["role"].raw() == "admin");
  Call own = Fixture::call("POST", kJobs);
  own.headers["origin"] = "http://localhost:8080";
  CHECK(f.status(own) == 403);  // a page of ours knows the token
  own.headers["x-leat-csrf"] = me["csrf"].raw();
  CHECK(f.status(own) == 200);
}

TEST_CASE("a user logs in, calls, and logs out; the cookie is worth nothing then") {
  Fixture f;
  f.add_user("ada", "operator");
  CHECK(f.status(Fixture::call("GET", kJobs)) == 401);
  Fixture::Browser browser = f.log_in("ada");
  CHECK(f.status(browser.call("GET", kJobs)) == 200);
  CHECK(f.status(browser.call("POST", kJobs)) == 200);
  CHECK(f.status(browser.call("GET", "/api/leat/v1/session")) == 200);
  CHECK(document::parse_json(f.last.body, "me")["user"].raw() == "ada");
  CHECK(f.status(browser.call("DELETE", "/api/leat/v1/session")) == 204);
  CHECK(f.status(browser.call("GET", kJobs)) == 401);
}

TEST_CASE("a call that changes something needs the token that only our own pages can read") {
  Fixture f;
  f.add_user("ada", "admin");
  Fixture::Browser browser = f.log_in("ada");
  Call call = browser.call("POST", kJobs);
  call.headers.erase("x-leat-csrf");
  CHECK(f.status(call) == 403);
  CHECK(f.last.body.find("\"csrf\"") != std::string::npos);
  call.headers["x-leat-csrf"] = f.log_in("ada").csrf;  // another login's
  CHECK(f.status(call) == 403);
  call = browser.call("DELETE", "/api/leat/v1/session");
  call.headers.erase("x-leat-csrf");
  call.headers.erase("origin");
  call.headers.erase("sec-fetch-site");
  CHECK(f.status(call) == 403);
  // A form can't be JSON, so nobody is logged in as somebody else.
  Call form = Fixture::call("POST", "/api/leat/v1/session");
  form.content_type = "text/plain";
  form.body = R"({"user":"ada","password":"a good password"})";
  CHECK(f.status(form) == 415);
}

TEST_CASE("a cookie from another address or browser ends the login") {
  Fixture f;
  f.add_user("ada", "admin");
  Fixture::Browser browser = f.log_in("ada");
  Call stolen = browser.call("GET", kJobs);
  stolen.address = "203.0.113.9";
  CHECK(f.status(stolen) == 401);
  CHECK(f.status(browser.call("GET", kJobs)) == 401);
  CHECK(f.accounts.audit_log(1)[0].action == "session from elsewhere ended");
  browser = f.log_in("ada");
  stolen = browser.call("GET", kJobs);
  stolen.headers["user-agent"] = "curl";
  CHECK(f.status(stolen) == 401);
}

TEST_CASE("a login ends after a time, with its user, and when its role changes") {
  AccessSettings settings;
  settings.session_idle = 1h;
  settings.session_life = 3h;
  Fixture f("", true, settings);
  f.add_user("ada", "admin");
  Fixture::Browser browser = f.log_in("ada");
  for (int i = 0; i < 3; ++i) {
    f.env.wait(50min);
    CHECK(f.status(browser.call("GET", kJobs)) == 200);
  }
  f.env.wait(50min);
  CHECK(f.status(browser.call("GET", kJobs)) == 401);  // its life
  browser = f.log_in("ada");
  f.env.wait(61min);
  CHECK(f.status(browser.call("GET", kJobs)) == 401);  // idle
  browser = f.log_in("ada");
  f.add_user("ada", "viewer");
  CHECK(f.status(browser.call("GET", kJobs)) == 401);
  f.add_user("ben", "viewer");
  browser = f.log_in("ada");
  f.accounts.remove_user("ada");
  CHECK(f.status(browser.call("GET", kJobs)) == 401);
}

TEST_CASE("a viewer looks, an operator runs, an admin sees who did what") {
  Fixture f;
  f.add_user("vic", "viewer");
  f.add_user("oli", "operator");
  f.add_user("ada", "admin");
  Fixture::Browser viewer = f.log_in("vic"), runs = f.log_in("oli"), admin = f.log_in("ada");
  CHECK(f.status(viewer.call("GET", kJobs)) == 200);
  CHECK(f.status(viewer.call("POST", kJobs)) == 403);
  CHECK(f.status(viewer.call("DELETE", "/v1/jobs/3")) == 403);
  CHECK(f.status(viewer.call("POST", "/api/v1/jobs/get")) == 200);
  CHECK(f.status(viewer.call("POST", "/api/v1/jobs/cancel")) == 403);
  CHECK(f.status(runs.call("POST", kJobs)) == 200);
  CHECK(f.status(runs.call("GET", "/api/leat/v1/audit")) == 403);
  CHECK(f.status(admin.call("GET", "/api/leat/v1/audit")) == 200);
  Value log = document::parse_json(f.last.body, "the log")["audit"];
  CHECK(log.items().at(0)["user"].raw() == "oli");
  CHECK(log.items().at(0)["status"].integer() == 403);
}

TEST_CASE("API tokens are good for their role and their time, and until they are revoked") {
  Fixture f("s3cret");
  Call call = Fixture::call("POST", kJobs);
  std::int64_t id =
      f.accounts.add_token({0, "airflow", "operator", f.env.now(), f.env.now() + 24h, {}}, sha256("t"));
  CHECK(f.status(call) == 401);
  call.authorization = "Bearer t";
  CHECK(f.status(call) == 200);
  CHECK(f.accounts.audit_log(1)[0].user == "airflow");
  call.path = "/api/leat/v1/audit";
  call.method = "GET";
  CHECK(f.status(call) == 403);
  f.env.wait(25h);
  CHECK(f.status(call) == 401);
  id = f.accounts.add_token({0, "forever", "admin", f.env.now(), {}, {}}, sha256("u"));
  call.authorization = "Bearer u";
  CHECK(f.status(call) == 200);
  CHECK(f.accounts.revoke_token(id));
  CHECK(f.status(call) == 401);
  call.authorization = "Basic bGVhdDpzM2NyZXQ=";  // leat:s3cret
  CHECK(f.status(call) == 200);
}

TEST_CASE("no token is handed out where users log in and the client has no secret") {
  Fixture f;
  f.add_user("ada", "admin");
  CHECK(f.status(Fixture::call("POST", "/api/public/v1/applications/token")) == 401);
}

TEST_CASE("who tries passwords waits, and so does who tries one user's from everywhere") {
  Fixture f("", false);
  f.add_user("ada", "admin");
  Call guess = Fixture::call("POST", "/api/leat/v1/session");
  guess.body = R"({"user":"ada","password":"a bad password"})";
  for (int i = 0; i < 10; ++i) CHECK(f.status(guess) == 401);
  CHECK(f.status(guess) == 429);
  CHECK(f.last.headers.at("Retry-After") == "6");
  guess.address = "10.0.0.8";
  CHECK(f.status(guess) == 429);
  f.env.wait(1min);
  f.log_in("ada");
  CHECK(f.accounts.audit_log(5, "ada")[1].action == "login failed");
}

TEST_CASE("calls of one address are limited, those of others go on") {
  AccessSettings settings;
  settings.requests_per_second = 5;
  Fixture f("", true, settings);
  for (int i = 0; i < 20; ++i) CHECK(f.status(Fixture::call("GET", kJobs)) == 200);
  CHECK(f.status(Fixture::call("GET", kJobs)) == 429);
  Call other = Fixture::call("GET", kJobs);
  other.address = "10.0.0.8";
  CHECK(f.status(other) == 200);
  f.env.wait(1s);
  CHECK(f.status(Fixture::call("GET", kJobs)) == 200);
}

TEST_CASE("only a proxy that is trusted may say who calls") {
  AccessSettings settings;
  settings.trusted_proxies = {"10.0.0.7"};
  Fixture f("s3cret", false, settings);
  Call call = Fixture::call("POST", kJobs);
  call.authorization = "Basic bGVhdDpzM2NyZXQ=";
  call.headers["x-forwarded-for"] = "1.1.1.1, 203.0.113.9";
  CHECK(f.status(call) == 200);
  CHECK(f.accounts.audit_log(1)[0].address == "203.0.113.9");
  call.address = "10.0.0.9";
  CHECK(f.status(call) == 200);
  CHECK(f.accounts.audit_log(1)[0].address == "10.0.0.9");
}

TEST_CASE("nothing that lets anybody in stands in the file") {
  Fixture f;
  f.add_user("ada", "admin");
  Fixture::Browser browser = f.log_in("ada");
  f.accounts.add_token({0, "x", "admin", f.env.now(), {}, {}}, sha256("leat_token"));
  std::string kept;
  for (const auto& file : std::filesystem::directory_iterator(f.folder.path() + "/.leat"))
    kept += bytes_of(file.path().string());
  CHECK(kept.find(browser.cookie) == std::string::npos);
  CHECK(kept.find("a good password") == std::string::npos);
  CHECK(kept.find("leat_token") == std::string::npos);
  CHECK(kept.find(sha256("leat_token")) != std::string::npos);
}

}  // namespace leat::server
