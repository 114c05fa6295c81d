#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "alerts/channel.h"
#include "base/error.h"
#include "document/value.h"
#include "files/signature.h"
#include "support/http_server.h"

namespace leat::alerts {
namespace {

using document::Value;
using leat::testing::ScriptedReply;
using leat::testing::ScriptedRequest;
using leat::testing::ScriptedServer;

Alert failure() {
  Alert alert;
  alert.id = 3;
  alert.subject = "nightly";
  alert.title = "nightly failed";
  alert.detail = "orders: LEAT-HTTP-401 at https://shop.test: <refused> & gone";
  alert.code = "LEAT-HTTP-401";
  alert.fix = "Check the token.";
  alert.job = 17;
  alert.opened = *parse_iso_timestamp("2026-01-05T03:00:00Z");
  return alert;
}

Route route_of(const std::string& yaml, Env& env) {
  return read_routes(document::parse_yaml("r: " + yaml, "leat.yml"), env).at(0);
}

struct Receiver {
  std::vector<ScriptedReply> replies;
  ScriptedServer server{[this](const ScriptedRequest&) {
    if (replies.empty()) return ScriptedReply{202, "ok"};
    ScriptedReply reply = replies.front();
    replies.erase(replies.begin());
    return reply;
  }};
  Value body(std::size_t i = 0) { return document::parse_json(server.requests().at(i).body, "body"); }
};

// An SMTP server of one mail: greets, takes it, and keeps what it was told.
class SmtpServer {
 public:
  explicit SmtpServer(std::string answer_to_data = "250 taken") : answer_(std::move(answer_to_data)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~SmtpServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  int port() const { return port_; }
  /// The commands, a line each, and the mail; after the session has ended.
  const std::string& said() {
    thread_.join();
    thread_ = std::jthread([] {});
    return said_;
  }

 private:
  void serve() {
    int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    auto tell = [&](const std::string& line) {
      (void)!::write(peer, (line + "\r\n").data(), line.size() + 2);
    };
    tell("220 mail.test ESMTP");
    std::string buffer;
    bool in_data = false, in_login = false;
    char piece[4096];
    for (ssize_t got; (got = ::read(peer, piece, sizeof piece)) > 0;) {
      buffer.append(piece, static_cast<std::size_t>(got));
      for (std::size_t end; (end = buffer.find("\r\n")) != std::string::npos;) {
        std::string line = buffer.substr(0, end);
        buffer.erase(0, end + 2);
        said_ += line + "\n";
        if (in_data) {
          if (line != ".") continue;
          in_data = false;
          tell(answer_);
        } else if (line.starts_with("EHLO")) {
          tell("250-mail.test");
          tell("250 AUTH PLAIN");
        } else if (line == "DATA") {
          in_data = true;
          tell("354 go on");
        } else if (line == "AUTH PLAIN") {
          tell("334 ");
          in_login = true;
        } else if (line.starts_with("AUTH PLAIN ") || in_login) {
          in_login = false;
          tell("235 welcome");
        } else {
          tell(line == "QUIT" ? "221 bye" : "250 ok");
        }
      }
    }
    ::close(peer);
  }

  std::string answer_, said_;
  int listener_ = -1, port_ = 0;
  std::jthread thread_;
};

std::string decoded(const std::string& mail) {
  std::string text, out;
  for (char c : mail.substr(mail.find("\n\n") + 2))
    if (c != '\n') text += c;
  text = text.substr(0, text.find_first_of("=."));
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint32_t bits = 0;
  int held = 0;
  for (char c : text) {
    bits = bits << 6 | static_cast<std::uint32_t>(kDigits.find(c));
    held += 6;
    if (held >= 8) out += static_cast<char>(bits >> (held -= 8) & 0xFF);
  }
  return out;
}

}  // namespace

TEST_CASE("a mail goes to every recipient, with code and mend, and a headline that holds no line end") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05T03:00:09Z")), 1);
  SmtpServer server;
  Route route =
      route_of("{type: email, server: 'smtp://127.0.0.1:" + std::to_string(server.port()) +
                   "', tls: none, user: leat, password: pa55word, from: 'Leat <leat@shop.test>', to: "
                   "[ann@shop.test, 'Bob <bob@shop.test>']}",
               env);
  Alert alert = failure();
  alert.title = "nächtlich failed\r\nBcc: x@evil.test";
  open_channel(route, env)->send({"shop", "", {alert}, false});
  std::string said = server.said();
  CHECK(said.find("MAIL FROM:<leat@shop.test>") != std::string::npos);
  CHECK(said.find("RCPT TO:<ann@shop.test>\nRCPT TO:<bob@shop.test>") != std::string::npos);
  CHECK(said.find("AUTH PLAIN") != std::string::npos);
  CHECK(said.find("Date: Mon, 05 Jan 2026 03:00:09 +0000") != std::string::npos);
  CHECK(said.find("Subject: =?utf-8?B?") != std::string::npos);
  CHECK(said.find("\nBcc:") == std::string::npos);
  std::string body = decoded(said.substr(said.find("\nDATA\n")));
  CHECK(body.find("code: LEAT-HTTP-401\n  mend: Check the token.") != std::string::npos);
  CHECK(body.find("job: 17") != std::string::npos);
}

TEST_CASE("a mail that the server refuses for good is not tried again; a server that is full may be") {
  Env env(fixed_clock({}), 1);
  for (const char* answer : {"554 no", "452 full"}) {
    SmtpServer server(answer);
    Route route = route_of("{type: email, server: 'smtp://127.0.0.1:" + std::to_string(server.port()) +
                               "', tls: none, from: a@b.test, to: c@d.test}",
                           env);
    try {
      open_channel(route, env)->send({"shop", "", {failure()}, false});
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::alert_undelivered);
      CHECK(error.retryable() == (answer[0] == '4'));
    }
  }
}

TEST_CASE("a mail is not sent without TLS unless the route says so") {
  Env env(fixed_clock({}), 1);
  SmtpServer server;
  Route route = route_of("{type: email, server: 'smtp://127.0.0.1:" + std::to_string(server.port()) +
                             "', from: a@b.test, to: c@d.test}",
                         env);
  CHECK_THROWS_AS(open_channel(route, env)->send({"shop", "", {failure()}, false}), Error);
  CHECK(server.said().find("MAIL FROM") == std::string::npos);
}

TEST_CASE("Slack gets a text and a block for each alert, with its three characters escaped") {
  Env env(fixed_clock({}), 1);
  Receiver receiver;
  Route route = route_of("{type: slack, url: '" + receiver.server.url() + "/services/x'}", env);
  Alert over = failure();
  over.subject = "hourly";
  over.title = "hourly failed";
  over.recovered = over.opened + std::chrono::minutes(5);
  open_channel(route, env)->send({"shop", "https://leat.test", {failure(), over}, false});
  Value body = receiver.body();
  CHECK(body["text"].raw() == "shop: 2 alerts, 1 of them over");
  std::string first = body["blocks"].items().at(0)["text"]["text"].raw();
  CHECK(first.find("&lt;refused&gt; &amp; gone") != std::string::npos);
  CHECK(first.find("`LEAT-HTTP-401` Check the token.") != std::string::npos);
  CHECK(first.find("<https://leat.test/#/jobs/17|job 17>") != std::string::npos);
  CHECK(body["blocks"].items().at(1)["text"]["text"].raw().find(":white_check_mark: *Over: hourly failed*") ==
        0);
}

TEST_CASE("Teams gets an adaptive card") {
  Env env(fixed_clock({}), 1);
  Receiver receiver;
  Route route = route_of("{type: teams, url: '" + receiver.server.url() + "/hook'}", env);
  open_channel(route, env)->send({"shop", "", {failure()}, true});
  Value attachment = receiver.body()["attachments"].items().at(0);
  CHECK(attachment["contentType"].raw() == "application/vnd.microsoft.card.adaptive");
  CHECK(attachment["content"]["type"].raw() == "AdaptiveCard");
  CHECK(attachment["content"]["fallbackText"].raw() == "shop (a test): nightly failed");
  CHECK(attachment["content"]["body"].items().at(0)["color"].raw() == "Attention");
}

TEST_CASE("a webhook's body is signed with its key") {
  Env env(fixed_clock({}), 1);
  Receiver receiver;
  Route route = route_of(
      "{type: webhook, url: '" + receiver.server.url() + "/in', key: k3y, headers: {X-Team: data}}", env);
  open_channel(route, env)->send({"shop", "", {failure()}, false});
  ScriptedRequest request = receiver.server.requests().at(0);
  std::string wanted = "sha256=";
  for (char c : files::hmac_sha256("k3y", request.body)) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
    wanted += two;
  }
  CHECK(request.header("x-leat-signature") == wanted);
  CHECK(request.header("x-team") == "data");
  CHECK(receiver.body()["alerts"].items().at(0)["code"].raw() == "LEAT-HTTP-401");
}

TEST_CASE("PagerDuty gets an event an alert, under a key that stays, and its end") {
  Env env(fixed_clock({}), 1);
  Receiver receiver;
  Route route =
      route_of("{type: pagerduty, key: r0ut1ng, url: '" + receiver.server.url() + "/v2/enqueue'}", env);
  Alert over = failure();
  over.recovered = over.opened + std::chrono::minutes(5);
  auto channel = open_channel(route, env);
  channel->send({"shop", "", {failure()}, false});
  channel->send({"shop", "", {over}, false});
  CHECK(receiver.body(0)["event_action"].raw() == "trigger");
  CHECK(receiver.body(0)["payload"]["severity"].raw() == "error");
  CHECK(receiver.body(1)["event_action"].raw() == "resolve");
  CHECK(receiver.body(0)["dedup_key"].raw() == "shop/failure/nightly");
  CHECK(receiver.body(1)["dedup_key"].raw() == "shop/failure/nightly");
}

TEST_CASE("what a receiver answers decides whether another try may help, and its address stays a secret") {
  Env env(fixed_clock({}), 1);
  for (int status : {400, 429, 503}) {
    Receiver receiver{{{status, "no_text"}}};
    Route route = route_of("{type: slack, url: '" + receiver.server.url() + "/services/T0/s3cr3t'}", env);
    try {
      open_channel(route, env)->send({"shop", "", {failure()}, false});
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.retryable() == (status != 400));
      CHECK(std::string(error.what()).find("s3cr3t") == std::string::npos);
      CHECK(error.where() == "alerts.routes.r");
    }
  }
}

TEST_CASE("a route takes what its kinds, subjects and severity say") {
  Env env(fixed_clock({}), 1);
  Route route = route_of(
      "{type: webhook, url: 'http://x.test', kinds: [failure], subjects: ['night*'], severity: error, "
      "recovery: false}",
      env);
  Alert alert = failure();
  CHECK(route.takes(alert));
  alert.subject = "hourly";
  CHECK_FALSE(route.takes(alert));
  alert = failure();
  alert.severity = Severity::warning;
  CHECK_FALSE(route.takes(alert));
  alert = failure();
  alert.kind = Kind::test;
  CHECK_FALSE(route.takes(alert));
  alert = failure();
  alert.recovered = alert.opened;
  CHECK_FALSE(route.takes(alert));
  for (const char* wrong : {"{type: webhook}", "{type: fax, url: x}", "{type: email, to: a@b.c}",
                            "{type: slack, url: x, kinds: [weather]}"})
    CHECK_THROWS_AS(route_of(wrong, env), Error);
}

}  // namespace leat::alerts
