#include <doctest/doctest.h>

#include "support/connector.h"
#include "support/lines.h"

using namespace leat;
using leat::testing::Connector;
using leat::testing::Lines;
using leat::testing::RecordingSink;
using Reply = Connector::Reply;
using Asked = Connector::Asked;

namespace {

std::string handled(const std::string& handler) {
  return "streams:\n"
         "- type: DeclarativeStream\n"
         "  name: s\n"
         "  retriever:\n"
         "    type: SimpleRetriever\n"
         "    record_selector: {extractor: {field_path: []}}\n"
         "    requester:\n"
         "      type: HttpRequester\n"
         "      url: \"{{ config['url'] }}/s?token={{ config['token'] }}\"\n" +
         (handler.empty() ? "" : "      error_handler: " + handler + "\n");
}

Reply good() {
  return Reply{.body = R"([{"id":1}])"};
}

// What a read ends in after the given answers (the last repeats): "rows N" or the error's code, how many
// requests it took, and how many seconds were waited.
struct Outcome {
  std::string end;
  std::size_t requests = 0;
  std::int64_t waited_ms = 0;
  std::string what;
};

Outcome outcome(const std::string& handler, std::vector<Reply> replies) {
  std::size_t at = 0;
  Connector api(handled(handler), [&](const Asked&) { return replies[std::min(at++, replies.size() - 1)]; });
  auto start = api.env.steady();
  Outcome out;
  auto error = api.failure([&] { out.end = "rows " + std::to_string(api.read().rows.size()); });
  if (error) {
    out.end = info(error->code()).name;
    out.what = error->what();
  }
  out.requests = api.server.request_count();
  out.waited_ms = api.env.elapsed_ms(start);
  return out;
}

}  // namespace

TEST_CASE("the default table tells failures from what is worth another try") {
  CHECK(outcome("", {good()}).end == "rows 1");
  for (auto [status, code] :
       {std::pair(400, "LEAT-HTTP-500"), std::pair(401, "LEAT-HTTP-401"), std::pair(403, "LEAT-HTTP-401"),
        std::pair(404, "LEAT-HTTP-404"), std::pair(405, "LEAT-HTTP-500")}) {
    Outcome out = outcome("", {Reply{.status = status, .body = R"({"message":"No"})"}});
    CHECK(out.end == code);
    CHECK(out.requests == 1);
  }
  for (int status : {408, 409, 422, 500, 501, 502, 503, 504, 520}) {
    Outcome out = outcome("", {Reply{.status = status}, good()});
    CAPTURE(status);
    CHECK(out.end == "rows 1");
    CHECK(out.requests == 2);
    CHECK(out.waited_ms == 1000);
  }
}

TEST_CASE("six tries are made, waiting 1, 2, 4, 8 and 16 seconds, then the error says what the API said") {
  Outcome out = outcome("", {Reply{.status = 503, .body = R"({"error":{"message":"down for tea"}})"}});
  CHECK(out.end == "LEAT-HTTP-500");
  CHECK(out.requests == 6);
  CHECK(out.waited_ms == 31000);
  CHECK(out.what.find("down for tea") != std::string::npos);
  CHECK(out.what.find("t0ken-value") == std::string::npos);
  CHECK(outcome("{type: DefaultErrorHandler, max_retries: 1}", {Reply{.status = 500}}).requests == 2);
}

TEST_CASE("Retry-After is obeyed, in seconds and as a date, without being told to") {
  CHECK(outcome("", {Reply{.status = 429, .headers = {{"Retry-After", "7"}}}, good()}).waited_ms == 7000);
  CHECK(outcome("",
                {Reply{.status = 503, .headers = {{"Retry-After", "Mon, 06 May 2024 07:08:29 GMT"}}}, good()})
            .waited_ms == 20000);
}

TEST_CASE("rate limits are waited out within bounds of their own") {
  Outcome out = outcome("", {Reply{.status = 429}});
  CHECK(out.end == "LEAT-HTTP-429");
  CHECK(out.requests > 6);
  CHECK(out.requests <= 21);
  CHECK(out.waited_ms <= 1800'000);
}

TEST_CASE("backoff strategies set the wait, and a second is added") {
  auto waited = [](const std::string& strategy, std::vector<std::pair<std::string, std::string>> headers = {},
                   int failures = 1) {
    std::vector<Reply> replies(static_cast<std::size_t>(failures), Reply{.status = 500, .headers = headers});
    replies.push_back(good());
    return outcome("{type: DefaultErrorHandler, backoff_strategies: [" + strategy + "]}", replies).waited_ms;
  };
  CHECK(waited("{type: ConstantBackoffStrategy, backoff_time_in_seconds: 3}") == 4000);
  CHECK(waited("{type: ExponentialBackoffStrategy}", {}, 2) == 11000 + 21000);
  CHECK(waited("{type: ExponentialBackoffStrategy, factor: 1}", {}, 3) == 3000 + 5000 + 9000);
  CHECK(waited("{type: WaitTimeFromHeader, header: X-Wait}", {{"x-wait", "2.5"}}) == 3500);
  CHECK(waited("{type: WaitTimeFromHeader, header: X-Wait, regex: '[0-9]+'}", {{"X-Wait", "12 seconds"}}) ==
        13000);
  CHECK(waited("{type: WaitTimeFromHeader, header: X-Wait}") == 1000);
  CHECK(waited("{type: WaitUntilTimeFromHeader, header: X-Reset}", {{"X-Reset", "1714979299"}}) == 11000);
  CHECK(waited("{type: WaitUntilTimeFromHeader, header: X-Reset, min_wait: 30}",
               {{"X-Reset", "1714979299"}}) == 31000);
  CHECK(waited("{type: WaitTimeFromHeader, header: none}, {type: ConstantBackoffStrategy, "
               "backoff_time_in_seconds: 5}") == 6000);
}

TEST_CASE("an answer that asks for a longer wait than allowed ends the read") {
  Outcome out = outcome(
      "{type: DefaultErrorHandler, backoff_strategies: [{type: WaitTimeFromHeader, header: X, "
      "max_waiting_time_in_seconds: 60}]}",
      {Reply{.status = 500, .headers = {{"X", "60"}}}});
  CHECK(out.requests == 1);
  CHECK(out.end == "LEAT-HTTP-500");
}

TEST_CASE("filters match by code, message or predicate, and the first that matches decides") {
  auto with = [](const std::string& filters, std::vector<Reply> replies) {
    return outcome("{type: DefaultErrorHandler, response_filters: [" + filters + "]}", std::move(replies));
  };
  CHECK(with("{http_codes: [404], action: IGNORE}", {Reply{.status = 404}}).end == "rows 0");
  CHECK(with("{http_codes: [400], action: RETRY}", {Reply{.status = 400}, good()}).requests == 2);
  CHECK(with("{http_codes: [500], action: FAIL}", {Reply{.status = 500}}).requests == 1);
  CHECK(with("{error_message_contains: 'try again', action: RETRY}",
             {Reply{.status = 400, .body = R"({"errors":["please try again"]})"}, good()})
            .requests == 2);
  CHECK(with("{predicate: \"{{ 'code' in response and response['code'] == 17 }}\", action: FAIL, "
             "error_message: \"Code "
             "{{ response.code }}\"}",
             {Reply{.body = R"({"code":17})"}})
            .what.find("Code 17") != std::string::npos);
  CHECK(with("{predicate: \"{{ headers.get('X-Busy') == 'yes' }}\", action: RATE_LIMITED}",
             {Reply{.headers = {{"x-busy", "yes"}}}, good()})
            .waited_ms == 5000);
  CHECK(with("{http_codes: [403], action: IGNORE}, {http_codes: [403], action: FAIL}", {Reply{.status = 403}})
            .end == "rows 0");
  CHECK(with("{http_codes: [403], action: SUCCESS}", {Reply{.status = 403, .body = R"([{"id":1}])"}}).end ==
        "rows 0");
}

TEST_CASE("of several handlers the first word stands unless it is to fail; then the last one's does") {
  std::string handlers =
      "{type: CompositeErrorHandler, error_handlers: [{type: DefaultErrorHandler, response_filters: "
      "[{http_codes: "
      "[404], action: IGNORE}]}, {type: DefaultErrorHandler, response_filters: [{http_codes: [403], action: "
      "IGNORE}, "
      "{http_codes: [422], action: FAIL}]}]}";
  CHECK(outcome(handlers, {Reply{.status = 404}}).end == "rows 0");
  CHECK(outcome(handlers, {Reply{.status = 403}}).end == "rows 0");
  CHECK(outcome(handlers, {Reply{.status = 422}, good()}).requests == 2);
}

TEST_CASE("a stale replica is asked again, and never believed") {
  std::string stale =
      "{type: DefaultErrorHandler, response_filters: [{predicate: \"{{ "
      "headers.get('X-SODA2-Data-Out-Of-Date') == "
      "'true' }}\", action: RETRY, error_message: The replica is out of date}]}";
  Reply old{.body = "[]", .headers = {{"X-SODA2-Data-Out-Of-Date", "true"}}};
  CHECK(outcome(stale, {old, old, good()}).end == "rows 1");
  Outcome out = outcome(stale, {old});
  CHECK(out.end == "LEAT-SOURCE-004");
  CHECK(out.what.find("The replica is out of date") != std::string::npos);
  CHECK(out.what.find("http://127.0.0.1") != std::string::npos);
}

TEST_CASE("a connection that breaks is tried again, one that can't be made ends in the host's name") {
  CHECK(outcome("", {Reply{.raw = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[{"}, good()}).end ==
        "rows 1");
  Connector gone(handled(""), [](const Asked&) { return good(); });
  gone.manifest.replace(gone.manifest.find("{{ config['url'] }}"), 19, "http://127.0.0.1:1");
  auto error = gone.failure([&] { gone.read(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::http_unreachable);
  CHECK(error->where().find("127.0.0.1:1") != std::string::npos);
}

TEST_CASE("what no other try can mend is not tried again") {
  Outcome out = outcome("", {Reply{.status = 302, .headers = {{"Location", "/s"}}}});
  CHECK(out.end == "LEAT-HTTP-500");
  CHECK(out.requests == 11);  // the redirects of one try
  CHECK(out.waited_ms == 0);
}

TEST_CASE("of a requester that keeps its answers an error is asked for again") {
  std::string keeps = "{type: DefaultErrorHandler}\n      use_cache: true";
  Outcome out = outcome(keeps, {Reply{.status = 503}, good()});
  CHECK(out.end == "rows 1");
  CHECK(out.requests == 2);
}

TEST_CASE("a token that is refused is renewed once, and then the refusal stands") {
  int tokens = 0, asked = 0;
  Connector api(
      handled("{type: DefaultErrorHandler, response_filters: [{http_codes: [401], action: "
              "REFRESH_TOKEN_THEN_RETRY}]}\n"
              "      authenticator: {type: OAuthAuthenticator, token_refresh_endpoint: \"{{ config['url'] "
              "}}/token\", client_id: a, client_secret: client-secret, refresh_token: refresh-secret}"),
      [&](const Asked& request) {
        if (request.path == "/token")
          return Reply{.body = R"({"access_token":"token-)" + std::to_string(++tokens) + R"("})"};
        return Reply{.status = ++asked > 50 ? 404 : 401};
      });
  auto error = api.failure([&] { api.read(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::http_unauthorized);
  CHECK(tokens == 2);
}

TEST_CASE("a page that is not JSON is shown by its first 80 characters") {
  Outcome out = outcome("", {Reply{.body = "<html><body>" + std::string(200, 'x')}});
  CHECK(out.end == "LEAT-SOURCE-002");
  CHECK(out.what.find("<html><body>" + std::string(68, 'x')) != std::string::npos);
  CHECK(out.what.find(std::string(69, 'x')) == std::string::npos);
  CHECK(out.what.find("token=***") != std::string::npos);
  CHECK(outcome("", {Reply{.body = R"([{"id":1},{"id":)"}}).end == "LEAT-SOURCE-002");
  CHECK(outcome("", {Reply{.body = ""}}).end == "rows 0");
  CHECK(outcome("", {Reply{.body = " \n"}}).end == "rows 0");
}
