#include "server/http_front.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "http/client.h"

namespace leat::server {
namespace {

struct Fixture {
  Env env;
  HttpFront front{
      {},
      {[](const Call& call) -> std::optional<Reply> {
         if (call.path != "/echo") return std::nullopt;
         return json_reply(document::Value::mapping({{"method", document::Value::of(call.method)},
                                                     {"who", document::Value::of(call.parameter("who"))},
                                                     {"body", document::Value::of(call.body)}}));
       },
       [](const Call& call) -> std::optional<Reply> {
         if (call.path != "/count") return std::nullopt;
         Reply reply;
         reply.content_type = "text/event-stream";
         reply.more = [i = std::make_shared<int>(0)](std::string& piece) {
           piece = std::to_string(*i) + "\n";
           return ++*i <= 3;
         };
         return reply;
       },
       [](const Call& call) -> std::optional<Reply> {
         if (call.path != "/broken") return std::nullopt;
         throw Error(ErrorCode::run_store, "The disk is full", "leat.db");
       }},
      env};
  Fixture() { front.start(); }
  http::Response send(const std::string& path, const std::string& method = "GET", std::string body = "") {
    http::Client client(env);
    http::Request request;
    request.url = front.url() + path;
    request.method = method;
    request.body = std::move(body);
    return client.send(request);
  }
};

}  // namespace

TEST_CASE("a call reaches its handler with all that was sent, and the answer its caller") {
  Fixture f;
  http::Response answer = f.send("/echo?who=me%20too", "POST", "hello");
  CHECK(answer.status == 200);
  CHECK(answer.body.view() == R"({"method":"POST","who":"me too","body":"hello"})");
  CHECK(f.send("/nothing").status == 404);
  CHECK(f.send("/broken").status == 500);
}

TEST_CASE("pieces are sent one after the other until there are no more") {
  Fixture f;
  CHECK(f.send("/count").body.view() == "0\n1\n2\n");
}

TEST_CASE("bodies are bounded") {
  Fixture f;
  CHECK(f.send("/echo", "POST", std::string(WebLimits().body_bytes + 1, 'x')).status == 413);
}

TEST_CASE("what only this machine reaches is told from what others reach") {
  CHECK(is_local({"localhost", 1}));
  CHECK(is_local({"127.0.0.1", 1}));
  CHECK_FALSE(is_local({"0.0.0.0", 1}));
}

}  // namespace leat::server
