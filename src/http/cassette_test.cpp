#include <doctest/doctest.h>

#include "base/error.h"
#include "base/secret.h"
#include "document/value.h"
#include "http/auth.h"
#include "http/cassette.h"
#include "http/client.h"
#include "support/http_server.h"
#include "support/temporary_folder.h"

using namespace leat;
using namespace leat::http;
using leat::testing::ScriptedReply;
using leat::testing::ScriptedRequest;
using leat::testing::ScriptedServer;

namespace {

Request get(std::string url) {
  Request request;
  request.url = std::move(url);
  return request;
}

// Sends requests while a cassette runs; returns the bodies.
std::vector<std::string> run(const char* variable, const std::string& path,
                             const std::vector<Request>& requests) {
  Env env;
  env.set_variable(variable, path);
  Client client(env);
  std::vector<std::string> bodies;
  for (const Request& request : requests) bodies.emplace_back(client.send(request).body.view());
  return bodies;
}

}  // namespace

TEST_CASE("What was recorded is played back without a network, equal requests in order") {
  leat::testing::TemporaryFolder folder;
  std::string path = folder.path() + "/a.cassette";
  std::vector<Request> requests;
  std::vector<std::string> recorded;
  {
    int count = 0;
    ScriptedServer server([&](const ScriptedRequest&) {
      return ScriptedReply{.body = "answer " + std::to_string(++count),
                           .headers = {{"Link", "<x>; rel=next"}}};
    });
    for (const char* target : {"/a?x=1", "/a?x=1", "/a?x=2"}) requests.push_back(get(server.url() + target));
    recorded = run(kRecordVariable, path, requests);
  }
  CHECK(recorded == std::vector<std::string>{"answer 1", "answer 2", "answer 3"});
  CHECK(run(kReplayVariable, path, requests) == recorded);
  CHECK(cassette_time(path).starts_with("20"));
  Env env;
  env.set_variable(kReplayVariable, path + "2");
  std::filesystem::copy(path, path + "2");
  Client client(env);
  CHECK(client.send(requests[0]).headers.get("link") == "<x>; rel=next");
  // Another time of day in the query finds the answer that is left of that path.
  CHECK(client.send(get(requests[0].url.substr(0, requests[0].url.find('?')) + "?x=2026")).body.view() ==
        "answer 2");
  CHECK_THROWS_WITH_AS(client.send(get("http://127.0.0.1:1/other")), doctest::Contains("LEAT-HTTP-006"),
                       Error);
}

TEST_CASE("No secret reaches a cassette, and none is needed to play it") {
  leat::testing::TemporaryFolder folder;
  std::string path = folder.path() + "/secrets.cassette";
  std::vector<Request> requests(2);
  {
    ScriptedServer server([](const ScriptedRequest& request) {
      if (request.path == "/token")
        return ScriptedReply{
            .body = R"({"access_token": "acc3ss-\"value", "token_type": "bearer", "page_token": "p2"})",
            .headers = {{"Set-Cookie", "session=c00kie"}, {"X-Auth-Token", "h3ader"}}};
      return ScriptedReply{.body = R"([{"echo": "registered-s3cret"}])"};
    });
    register_secret("registered-s3cret");
    requests[0].method = "POST";
    requests[0].url = server.url() + "/token?apikey=qu3ry";
    requests[0].body = "grant_type=refresh&client_secret=f0rm-secret";
    requests[1].url = server.url() + "/rows?api_key=registered-s3cret&page_token=p2";
    authorize_bearer(requests[1], "b3arer-token");
    run(kRecordVariable, path, requests);
  }
  std::string text = document::read_file(path);
  for (const char* secret :
       {"acc3ss", "c00kie", "h3ader", "registered-s3cret", "qu3ry", "f0rm-secret", "b3arer"}) {
    CAPTURE(secret);
    CHECK(text.find(secret) == std::string::npos);
  }
  CHECK(text.find("page_token=p2") != std::string::npos);
  CHECK(text.find("\\\"page_token\\\": \\\"p2\\\"") != std::string::npos);
  requests[1].url.replace(requests[1].url.find("registered-s3cret"), 17, "another-one");
  std::vector<std::string> played = run(kReplayVariable, path, requests);
  CHECK(played[0] == R"({"access_token": "***", "token_type": "bearer", "page_token": "p2"})");
  CHECK(played[1] == R"([{"echo": "***"}])");
}

TEST_CASE("Bytes that are no text survive a cassette") {
  leat::testing::TemporaryFolder folder;
  std::string path = folder.path() + "/bytes.cassette", bytes("\x1f\x8b\x00\xff\xfe", 5);
  std::vector<Request> requests;
  {
    ScriptedServer server([&](const ScriptedRequest&) { return ScriptedReply{.body = bytes}; });
    requests.push_back(get(server.url() + "/file"));
    run(kRecordVariable, path, requests);
  }
  CHECK(run(kReplayVariable, path, requests) == std::vector<std::string>{bytes});
}

TEST_CASE("A recording ends at its bound and says so, and what is played ends there too") {
  leat::testing::TemporaryFolder folder;
  std::string path = folder.path() + "/full.cassette";
  std::vector<Request> requests;
  {
    ScriptedServer server(
        [](const ScriptedRequest&) { return ScriptedReply{.body = std::string(400, 'x')}; });
    for (const char* target : {"/a", "/b", "/c", "/d"}) requests.push_back(get(server.url() + target));
    Env env;
    env.set_variable(kRecordVariable, path);
    env.set_variable(kRecordBytesVariable, "1.3KB");
    Client client(env);
    client.send(requests[0]);
    client.send(requests[1]);
    CHECK_FALSE(cassette_is_over(env));
    for (std::size_t i : {2U, 3U})
      CHECK_THROWS_WITH_AS(client.send(requests[i]), doctest::Contains("bound"), Error);
    CHECK(cassette_is_over(env));
    Env wrong;
    wrong.set_variable(kRecordVariable, path + "2");
    wrong.set_variable(kRecordBytesVariable, "much");
    CHECK_THROWS_WITH_AS(Client{wrong}, doctest::Contains("much"), Error);
  }
  CHECK(std::filesystem::file_size(path) < 1500);
  Env env;
  env.set_variable(kReplayVariable, path);
  Client client(env);
  for (std::size_t i : {1U, 0U}) CHECK(client.send(requests[i]).body.view() == std::string(400, 'x'));
  CHECK_FALSE(cassette_is_over(env));
  CHECK_THROWS_WITH_AS(client.send(requests[2]), doctest::Contains("The recording ends here"), Error);
  CHECK(cassette_is_over(env));
}
