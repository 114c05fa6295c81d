#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "sources/declarative/stream_groups.h"
#include "support/connector.h"
#include "support/lines.h"

using namespace leat;
using leat::sources::declarative::StreamGroups;
using leat::testing::Connector;
using leat::testing::Lines;
using Reply = Connector::Reply;
using Asked = Connector::Asked;

namespace {

std::string stream_text(const std::string& name, const std::string& more = "", const std::string& indent = "") {
  return indent + "- type: DeclarativeStream\n" + indent + "  name: " + name + "\n" + indent +
         "  retriever:\n" + indent + "    type: SimpleRetriever\n" + indent +
         "    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}\n" +
         indent + "    requester:\n" + indent + "      type: HttpRequester\n" + indent +
         "      url_base: \"{{ config['url'] }}\"\n" + indent + "      path: /" + name + "\n" + more;
}

std::string rotating(const std::string& tokens) {
  return "      authenticator:\n        type: RateLimitedMultipleTokenAuthenticator\n        tokens: " +
         tokens +
         "\n        quota_status_source: {type: QuotaStatusSource, url: \"{{ config['url'] }}/quota\"}\n"
         "        quotas: [{type: TokenQuota, name: all, remaining_path: [left], reset_path: [reset]}]\n";
}

}  // namespace

TEST_CASE("openings of one connector count the calls of its tokens together") {
  std::vector<std::string> sent;
  Connector api("streams:\n" + stream_text("s", rotating("\"t1,t2\"")) + stream_text("t", rotating("\"t1,t2\"")),
                [](const Asked& request) {
                  if (request.target == "/quota")
                    return Reply{.body = R"({"left":60,"reset":"2024-05-06T08:00:00Z"})"};
                  return Reply{.body = "[]"};
                });
  api.read("s");
  api.read("t");
  api.read("s");
  CHECK(api.targets() == Lines{"/quota", "/quota", "/s", "/t", "/s"});
}

TEST_CASE("tokens that the config leaves out are missed before anything is asked") {
  Connector api("streams:\n" + stream_text("s", rotating("\"{{ config.get('keys', ' , ') }}\"")),
                [](const Asked&) { return Reply{.body = "[]"}; });
  auto error = api.failure([&] { api.read(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::config_invalid);
  CHECK(error->what_failed() == "The config has no token to send");
  CHECK(api.targets().empty());
}

TEST_CASE("openings of one connector share its budget of calls") {
  Connector api("streams:\n" + stream_text("s") +
                    "api_budget: {type: HTTPAPIBudget, policies: [{type: MovingWindowCallRatePolicy, rates: "
                    "[{type: Rate, "
                    "limit: 1, interval: PT1M}], matchers: []}]}\n",
                [](const Asked&) { return Reply{.body = "[]"}; });
  Timestamp start = api.env.now();
  api.read();
  CHECK(api.env.now() - start < std::chrono::seconds(1));
  api.read();
  CHECK(api.env.now() - start >= std::chrono::minutes(1));
}

TEST_CASE("of a group of streams one is read at a time, by whichever opening") {
  Env env(fixed_clock(*parse_iso_timestamp("2024-05-06T07:08:09Z")), 1);
  document::Value manifest = document::parse_yaml(
      "stream_groups: {session: {streams: [{name: a}, {name: b}], action: {type: "
      "BlockSimultaneousSyncsAction}}}",
      "manifest.yaml");
  StreamGroups one(manifest, "the same", env), two(manifest, "the same", env),
      other(manifest, "another", env);
  StreamGroups::Turn turn = one.wait_for_turn("a", env);
  CHECK(turn.owns_lock());
  CHECK_FALSE(one.wait_for_turn("c", env).owns_lock());
  CHECK(other.wait_for_turn("b", env).owns_lock());
  std::atomic<bool> came = false;
  Timestamp start = env.now();
  std::thread waiting([&] {
    StreamGroups::Turn mine = two.wait_for_turn("b", env);
    came = mine.owns_lock();
  });
  while (env.now() == start) std::this_thread::yield();  // until it waits
  CHECK_FALSE(came);
  turn.unlock();
  waiting.join();
  CHECK(came);
}

TEST_CASE("a stream must not share a group with what it is made from") {
  auto grouped = [](const std::string& names) {
    return "definitions:\n  streams:\n    parent:\n" + stream_text("p", "", "      ").replace(6, 2, "  ") +
           "streams:\n- \"#/definitions/streams/parent\"\n" +
           stream_text("s",
                  "    partition_router: {type: SubstreamPartitionRouter, parent_stream_configs: [{type: "
                  "ParentStreamConfig, stream: \"#/definitions/streams/parent\", parent_key: id, "
                  "partition_field: id}]}\n") +
           "stream_groups: {g: {streams: [" + names + "], action: {type: BlockSimultaneousSyncsAction}}}\n";
  };
  auto answer = [](const Asked&) { return Reply{.body = R"([{"id":1}])"}; };
  Connector bad(grouped("\"#/definitions/streams/parent\", {$ref: \"#/streams/1\"}"), answer);
  auto error = bad.failure([&] { bad.read(); });
  REQUIRE(error);
  CHECK(error->what_failed() == "Stream `s` and its parent `p` are both in group `g`");
  Connector good(grouped("{$ref: \"#/streams/1\"}"), answer);
  CHECK(good.read().rows == Lines{"id=1"});
  CHECK(good.read("p").rows == Lines{"id=1"});
}
