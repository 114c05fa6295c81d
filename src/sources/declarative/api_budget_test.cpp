#include <doctest/doctest.h>

#include "support/connector.h"

using namespace leat;
using leat::testing::Connector;
using Reply = Connector::Reply;
using Asked = Connector::Asked;

namespace {

std::string with_budget(const std::string& policies) {
  return "api_budget:\n  type: HTTPAPIBudget\n  policies:\n" + policies +
         "streams:\n"
         "- type: DeclarativeStream\n"
         "  name: s\n"
         "  retriever:\n"
         "    type: SimpleRetriever\n"
         "    record_selector: {extractor: {field_path: []}}\n"
         "    partition_router: {type: ListPartitionRouter, values: ['1', '2', '3', '4', '5', '6'], "
         "cursor_field: p}\n"
         "    requester: {type: HttpRequester, url: \"{{ config['url'] }}/s\"}\n";
}

double seconds_since(const Connector& api, Timestamp start) {
  return static_cast<double>((const_cast<Env&>(api.env).now() - start).count()) / 1e6;
}

Reply nothing(const Asked&) {
  return Reply{.body = "[]"};
}

}  // namespace

TEST_CASE("of several rates of a moving window all count, and waiting costs no refusal") {
  Connector api(with_budget("  - type: MovingWindowCallRatePolicy\n    matchers: []\n    rates:\n"
                            "    - {limit: 2, interval: PT1S}\n    - {limit: 4, interval: PT1M}\n"),
                nothing, "concurrency: 1\n");  // waits move the clock, also that of calls under way
  Timestamp start = api.env.now();
  api.read();
  CHECK(api.server.requests().size() == 6);
  // Four in the first minute, two of them after a second; two in the next.
  CHECK(seconds_since(api, start) >= 60);
  CHECK(seconds_since(api, start) < 64);
}

TEST_CASE("a fixed window gives all its calls anew at each reset") {
  Connector api(with_budget("  - type: FixedWindowCallRatePolicy\n    matchers: []\n    period: PT10S\n"
                            "    call_limit: 3\n"),
                nothing);
  Timestamp start = api.env.now();
  api.read();
  CHECK(seconds_since(api, start) >= 10);
  CHECK(seconds_since(api, start) < 12);
}

TEST_CASE(
    "a refusal that does not say how long holds back for the shortest of the rates, not for the longest") {
  bool refused = false;
  Connector api(with_budget("  - type: MovingWindowCallRatePolicy\n    matchers: []\n    rates:\n"
                            "    - {limit: 100, interval: PT5S}\n    - {limit: 500, interval: P1D}\n"),
                [&](const Asked&) -> Reply {
                  if (refused) return Reply{.body = "[]"};
                  refused = true;
                  return Reply{.status = 429, .body = "{}"};
                });
  Timestamp start = api.env.now();
  api.read();
  CHECK(api.server.requests().size() == 7);
  CHECK(seconds_since(api, start) < 30);
}
