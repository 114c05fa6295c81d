#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/secret.h"
#include "http/auth.h"
#include "http/client.h"
#include "http/rate_limit.h"
#include "http/retry.h"
#include "http/url.h"
#include "support/http_server.h"

using namespace leat;
using namespace leat::http;
using leat::testing::ScriptedReply;
using leat::testing::ScriptedRequest;
using leat::testing::ScriptedServer;
using namespace std::chrono_literals;

namespace {
ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}
Request get(std::string url) {
  Request request;
  request.url = std::move(url);
  return request;
}
}  // namespace

TEST_CASE("a request brings back status, headers without case and a padded body") {
  ScriptedServer server([](const ScriptedRequest&) {
    return ScriptedReply{.status = 418, .body = "{\"a\":1}", .headers = {{"X-Kind", "tea"}}};
  });
  Env env;
  Client client(env);
  Response response = client.send(get(server.url() + "/pot?x=1"));
  CHECK(response.status == 418);
  CHECK_FALSE(response.ok());
  CHECK(response.headers.get("x-kind") == "tea");
  CHECK(response.body.view() == "{\"a\":1}");
  for (std::size_t i = 0; i < Body::kPadding; ++i) CHECK(response.body.data()[response.body.size() + i] == 0);
  CHECK(server.requests()[0].target == "/pot?x=1");
}

TEST_CASE("a post carries its body and headers") {
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedReply{}; });
  Env env;
  Client client(env);
  Request request = get(server.url() + "/p");
  request.method = "POST";
  request.body = "{\"q\":2}";
  request.headers.set("Content-Type", "application/json");
  request.headers.set("X-Empty", "");
  client.send(request);
  ScriptedRequest seen = server.requests()[0];
  CHECK(seen.method == "POST");
  CHECK(seen.body == "{\"q\":2}");
  CHECK(seen.header("content-type") == "application/json");
}

TEST_CASE("a redirect is followed, and credentials do not go to another origin") {
  ScriptedServer other([](const ScriptedRequest&) { return ScriptedReply{.body = "there"}; });
  ScriptedServer server([&](const ScriptedRequest& request) {
    if (request.path == "/near") return ScriptedReply{.body = "near"};
    std::string to = request.path == "/same" ? "/near" : other.url() + "/far";
    return ScriptedReply{.status = 301, .headers = {{"Location", to}}};
  });
  Env env;
  Client client(env);
  Request request = get(server.url() + "/same");
  authorize_bearer(request, "bearer-secret-1");
  authorize_api_key(request, "X-App-Token", "key-secret-1");
  CHECK(client.send(request).body.view() == "near");
  CHECK(server.requests()[1].header("x-app-token") == "key-secret-1");
  request.url = server.url() + "/away";
  Response response = client.send(request);
  CHECK(response.body.view() == "there");
  CHECK(response.url == other.url() + "/far");
  CHECK(other.requests()[0].header("authorization") == "");
  CHECK(other.requests()[0].header("x-app-token") == "");
}

TEST_CASE("endless redirects end") {
  ScriptedServer server([](const ScriptedRequest&) {
    return ScriptedReply{.status = 302, .headers = {{"Location", "/again"}}};
  });
  Env env;
  Client client(env);
  CHECK(code_of([&] { client.send(get(server.url())); }) == ErrorCode::http_failed);
  CHECK(server.request_count() == 11);
}

TEST_CASE("an answer beyond the limit is refused, whether announced or compressed") {
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedReply{.body = std::string(5000, 'x')}; });
  Env env;
  Client client(env, {.response_bytes_max = 4999});
  CHECK(code_of([&] { client.send(get(server.url())); }) == ErrorCode::http_too_large);
}

TEST_CASE("a host that is not there, one that is silent and one that breaks off are told apart") {
  Env env;
  Client client(env, {.connect_timeout = 2s, .timeout = 100ms});
  int closed_port;
  {
    closed_port = ScriptedServer([](const ScriptedRequest&) { return ScriptedReply{}; }).port();
  }
  CHECK(code_of([&] { client.send(get("http://127.0.0.1:" + std::to_string(closed_port))); }) ==
        ErrorCode::http_unreachable);
  CHECK(code_of([&] { client.send(get("http://no-such-host.invalid/")); }) == ErrorCode::http_unreachable);
  CHECK(code_of([&] { client.send(get("ftp://127.0.0.1/")); }) == ErrorCode::config_invalid);
  ScriptedServer silent([](const ScriptedRequest&) { return ScriptedReply{.hang = true}; });
  CHECK(code_of([&] { client.send(get(silent.url())); }) == ErrorCode::http_timeout);
  ScriptedServer broken([](const ScriptedRequest&) {
    return ScriptedReply{.raw = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"};
  });
  CHECK(code_of([&] { client.send(get(broken.url())); }) == ErrorCode::http_interrupted);
}

TEST_CASE("a transfer may take long, as long as it moves") {
  constexpr int kBytes = 100;
  // Each look at the clock costs a second, and brings the next byte of the answer.
  struct Slow : Clock {
    std::atomic<int> socket{-1}, sent{0};
    Timestamp now() override { return {}; }
    std::chrono::steady_clock::time_point steady() override {
      if (socket >= 0 && sent < kBytes) sent += static_cast<int>(::send(socket, "x", 1, MSG_NOSIGNAL));
      return std::chrono::steady_clock::time_point(std::chrono::seconds(sent));
    }
    void wait(std::chrono::milliseconds, std::stop_token) override {}
  };
  auto clock = std::make_unique<Slow>();
  Slow& slow = *clock;
  Env env(std::move(clock), 1);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener, 1) == 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::thread server([&] {
    int socket = ::accept(listener, nullptr, nullptr), on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    char request[4096];
    (void)!::read(socket, request, sizeof request);
    std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n";
    (void)!::write(socket, head.data(), head.size());
    slow.socket = socket;
  });
  Client client(env, {.timeout = 10s});
  Request request = get("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
  CHECK_NOTHROW(CHECK(client.send(request).body.size() == kBytes));
  server.join();
  ::close(slow.socket);
  ::close(listener);
}

TEST_CASE("a request under way ends when the run is stopped or its own token asks for it") {
  ScriptedServer silent([](const ScriptedRequest&) { return ScriptedReply{.hang = true}; });
  Env env;
  Client client(env);
  std::stop_source source;
  std::thread stopper([&] {
    while (silent.request_count() == 0) std::this_thread::yield();
    source.request_stop();
  });
  CHECK(code_of([&] { client.send(get(silent.url()), source.get_token()); }) == ErrorCode::cancelled);
  stopper.join();
  env.request_stop();
  CHECK(code_of([&] { client.send(get(silent.url())); }) == ErrorCode::cancelled);
}

TEST_CASE("memory that was given back serves the next answer") {
  ScriptedServer server(
      [](const ScriptedRequest&) { return ScriptedReply{.body = std::string(100000, 'x')}; });
  Env env;
  Client client(env);
  Response first = client.send(get(server.url()));
  const char* memory = first.body.data();
  client.recycle(std::move(first.body));
  Response second = client.send(get(server.url()));
  CHECK(second.body.data() == memory);
  CHECK(second.body.size() == 100000);
}

TEST_CASE("urls join as Python's urljoin joins them") {
  CHECK(join("https://a.io/v1/", "items") == "https://a.io/v1/items");
  CHECK(join("https://a.io/v1/", "/items") == "https://a.io/items");
  CHECK(join("https://a.io/v1/x", "y?q=1") == "https://a.io/v1/y?q=1");
  CHECK(join("https://a.io/v1/", "https://b.io/z") == "https://b.io/z");
  CHECK(join("https://a.io/v1/", "//b.io/z") == "https://b.io/z");
  CHECK(join("https://a.io/v1/x/", "../y") == "https://a.io/v1/y");
  CHECK(join("https://a.io/v1?a=b", "") == "https://a.io/v1?a=b");
  CHECK(join("https://a.io/v1", "?page=2") == "https://a.io/v1?page=2");
  CHECK(join("https://a.io", "x") == "https://a.io/x");
}

TEST_CASE("queries are encoded as forms are, and read back") {
  CHECK(encode("a b:$'~é") == "a+b%3A%24%27~%C3%A9");
  CHECK(with_query("https://a.io/x?k=1", {{"$limit", "5"}, {"q", "a&b"}}) ==
        "https://a.io/x?k=1&%24limit=5&q=a%26b");
  CHECK(with_query("https://a.io", {{"a", "1"}}) == "https://a.io/?a=1");
  Query query = query_of("https://a.io/?a=1&b=x+y%21&c");
  CHECK(query == Query{{"a", "1"}, {"b", "x y!"}, {"c", ""}});
}

TEST_CASE("a url is printed without its secrets") {
  register_secret("s3cr:et value");
  CHECK(safe_url("https://me:pw@a.io/x?token=abc&n=5") == "https://a.io/x?token=***&n=5");
  CHECK(safe_url("https://a.io/?%24%24app_token=zzz&x=s3cr%3Aet+value") ==
        "https://a.io/?%24%24app_token=***&x=***");
  CHECK(origin("HTTPS://A.io:443/x") == "https://a.io");
  CHECK(host("https://u@[::1]:80/x") == "::1");
}

TEST_CASE("credentials take their standard forms") {
  Request request;
  authorize_basic(request, "Aladdin", "open sesame");
  CHECK(request.headers.get("Authorization") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK(redact("open sesame") == "***");
  // As they are sent they are as secret as by themselves.
  authorize_basic(request, "basic-user", "basic-s3cret");
  std::string sent = *request.headers.find("Authorization");
  CHECK(redact("it was " + sent) == "it was Basic ***");
}

TEST_CASE("retries double their wait and end after five") {
  Retry retry;
  std::vector<std::int64_t> waits;
  while (auto wait = retry.after_failure({})) waits.push_back(wait->count() / 1000);
  CHECK(waits == std::vector<std::int64_t>{1, 2, 4, 8, 16});
  CHECK(retry.failures() == 5);
}

TEST_CASE("retries end when waiting took too long in all") {
  Retry retry({.retries_max = 100, .total_max = 60s});
  int count = 0;
  while (retry.after_failure({})) ++count;
  CHECK(count == 5);  // 1 + 2 + 4 + 8 + 16 seconds
}

TEST_CASE("a wait that is asked for may be the last one beyond the limit, up to an hour") {
  Retry retry({.retries_max = 100, .total_max = 60s});
  int count = 0;
  while (retry.after_failure(25s)) ++count;
  CHECK(count == 3);
  CHECK(Retry().after_failure(1800s) == 1800s);
  CHECK(Retry().after_rate_limit(3600s) == 3600s);
  CHECK_FALSE(Retry().after_failure(2h));
  CHECK_FALSE(Retry().after_rate_limit(100000h));
  Retry once;
  CHECK(once.after_failure(700s));
  CHECK_FALSE(once.after_failure(1s));
}

TEST_CASE("rate limits have an account of their own, and it is bounded") {
  Retry retry;
  CHECK(retry.after_failure({}) == 1s);
  CHECK(retry.after_rate_limit({}) == 5s);
  CHECK(retry.after_rate_limit({}) == 10s);
  CHECK(retry.after_failure({}) == 2s);
  std::chrono::milliseconds total = 15s;
  while (auto wait = retry.after_rate_limit({})) total += *wait;
  CHECK(total <= 1800s);
}

TEST_CASE("Retry-After is read as seconds or as a date") {
  Timestamp now = *parse_iso_timestamp("1994-11-06T08:49:00Z");
  CHECK(parse_retry_after("120", now) == 120s);
  CHECK(parse_retry_after(" 1.5 ", now) == 1500ms);
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now) == 37s);
  CHECK(parse_retry_after("Sun, 06 Nov 1994 08:40:00 GMT", now) == 0s);
  CHECK_FALSE(parse_retry_after("-3", now));
  CHECK_FALSE(parse_retry_after("soon", now));
  CHECK_FALSE(parse_retry_after("", now));
}

TEST_CASE("a rate limit never lets more through than its window allows") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-01")), 1);
  RateLimit limit(3, 10s);
  std::vector<std::int64_t> at;
  auto start = env.steady();
  for (int i = 0; i < 9; ++i) {
    env.wait(limit.reserve(env.steady()));
    at.push_back(env.elapsed_ms(start) / 1000);
  }
  CHECK(at == std::vector<std::int64_t>{0, 0, 0, 10, 10, 10, 20, 20, 20});
}
