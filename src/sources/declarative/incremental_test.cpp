#include <doctest/doctest.h>

#include <fmt/core.h>

#include <map>

#include "support/connector.h"
#include "support/lines.h"

using namespace leat;
using leat::testing::Connector;
using leat::testing::Lines;
using leat::testing::RecordingSink;
using Reply = Connector::Reply;
using Asked = Connector::Asked;

namespace {

std::string with_cursor(const std::string& cursor, const std::string& retriever = "") {
  return "streams:\n"
         "- type: DeclarativeStream\n"
         "  name: s\n"
         "  incremental_sync:\n"
         "    type: DatetimeBasedCursor\n"
         "    cursor_field: at\n" +
         cursor +
         "  retriever:\n"
         "    type: SimpleRetriever\n"
         "    record_selector: {extractor: {field_path: []}}\n" +
         retriever +
         "    requester: {type: HttpRequester, url: \"{{ config['url'] }}/s\", request_parameters: {from: "
         "\"{{ "
         "stream_interval.start_time }}\", to: \"{{ stream_slice['end_time'] }}\"}}\n";
}

// "from..to" of each request.
Lines windows(const Connector& api) {
  Lines out;
  for (const Asked& each : api.server.requests())
    out.push_back(each.parameter("from") + ".." + each.parameter("to"));
  return out;
}

Reply nothing(const Asked&) {
  return Reply{.body = "[]"};
}

}  // namespace

TEST_CASE("without a step there is one window, from the start to now") {
  Connector api(with_cursor("    datetime_format: '%Y-%m-%d'\n    start_datetime: '2024-01-01'\n"), nothing);
  RecordingSink sink = api.read();
  CHECK(windows(api) == Lines{"2024-01-01..2024-05-06"});
  CHECK(sink.states == Lines{R"({"at":"2024-01-01"})"});
}

TEST_CASE("a step cuts windows that end a granularity before the next begins, except for the last") {
  Connector api(
      with_cursor("    datetime_format: '%Y-%m-%d'\n    start_datetime: {datetime: '2024-04-01'}\n"
                  "    end_datetime: {datetime: '2024-04-20'}\n    step: P7D\n    cursor_granularity: P1D\n"),
      nothing, "concurrency: 1");
  RecordingSink sink = api.read();
  CHECK(windows(api) == Lines{"2024-04-01..2024-04-07", "2024-04-08..2024-04-14", "2024-04-15..2024-04-20"});
  CHECK(sink.partitions.size() == 3);
  CHECK(sink.partitions[0] == "2024-04-01/2024-04-07");
}

TEST_CASE("the state moves on with each window, also where the next begins a granularity later") {
  Connector api(
      with_cursor("    datetime_format: '%Y-%m-%d'\n    start_datetime: {datetime: '2024-04-01'}\n"
                  "    end_datetime: {datetime: '2024-04-20'}\n    step: P7D\n    cursor_granularity: P1D\n"),
      [](const Asked& asked) { return Reply{.body = "[{\"at\":\"" + asked.parameter("to") + "\"}]"}; },
      "concurrency: 1");
  CHECK(api.read().states ==
        Lines{R"({"at":"2024-04-07"})", R"({"at":"2024-04-14"})", R"({"at":"2024-04-20"})"});
}

TEST_CASE("the state is the newest value seen, and the next read begins there, a lookback before") {
  std::string cursor =
      "    datetime_format: '%Y-%m-%dT%H:%M:%SZ'\n    start_datetime: '2024-05-01T00:00:00Z'\n";
  auto rows = [](const Asked&) {
    return Reply{
        .body = R"([{"id":1,"at":"2024-05-03T00:00:00Z"},{"id":2,"at":"2024-05-05T01:02:03Z"},{"id":3}])"};
  };
  Connector api(with_cursor(cursor), rows);
  RecordingSink sink = api.read();
  CHECK(sink.states == Lines{R"({"at":"2024-05-05T01:02:03Z"})"});
  api.read("s", sink.states[0]);
  CHECK(windows(api)[1] == "2024-05-05T01:02:03Z..2024-05-06T07:08:09Z");
  Connector back(with_cursor(cursor + "    lookback_window: P2D\n"), rows);
  back.read("s", R"({"at":"2024-05-05T00:00:00Z"})");
  CHECK(windows(back) == Lines{"2024-05-03T00:00:00Z..2024-05-06T07:08:09Z"});
  Connector bound(with_cursor(cursor + "    lookback_window: P30D\n"), rows);
  bound.read("s", R"({"at":"2024-05-02T00:00:00Z"})");
  CHECK(windows(bound) == Lines{"2024-05-01T00:00:00Z..2024-05-06T07:08:09Z"});
}

TEST_CASE("a state newer than the end reads nothing and still tells a state") {
  Connector api(with_cursor("    datetime_format: '%Y-%m-%d'\n    start_datetime: '2024-01-01'\n"), nothing);
  RecordingSink sink = api.read("s", R"({"at":"2024-06-01"})");
  CHECK(api.server.request_count() == 0);
  CHECK(sink.states == Lines{R"({"at":"2024-06-01"})"});
}

TEST_CASE("values are read in any of the formats, states and requests are written in the first") {
  Connector api(with_cursor("    datetime_format: '%s'\n    cursor_datetime_formats: ['%Y-%m-%d', '%ms']\n"
                            "    start_datetime: {datetime: '2024-05-01', datetime_format: '%Y-%m-%d'}\n"),
                [](const Asked&) { return Reply{.body = R"([{"at":"2024-05-02"},{"at":"2024-05-04"}])"}; });
  RecordingSink sink = api.read();
  CHECK(windows(api) == Lines{"1714521600..1714979289"});
  CHECK(sink.states == Lines{R"({"at":"1714780800"})"});
}

TEST_CASE("start and end may be bounded, and come from the config or the clock") {
  Connector api(
      with_cursor("    datetime_format: '%Y-%m-%d'\n"
                  "    start_datetime: {datetime: \"{{ config.get('start', '2019-01-01') }}\", min_datetime: "
                  "'2024-04-01'}\n"
                  "    end_datetime: {datetime: \"{{ day_delta(30, '%Y-%m-%d') }}\", max_datetime: \"{{ "
                  "today_utc().strftime('%Y-%m-%d') }}\"}\n"),
      nothing);
  api.read();
  CHECK(windows(api) == Lines{"2024-04-01..2024-05-06"});
}

TEST_CASE("the ends of a window go where their options say, under the names of their keys") {
  Connector api(with_cursor("    datetime_format: '%Y-%m-%d'\n    start_datetime: '2024-05-01'\n"
                            "    partition_field_start: start_time\n"
                            "    start_time_option: {inject_into: request_parameter, field_name: since}\n"
                            "    end_time_option: {inject_into: header, field_name: X-Until}\n"),
                nothing);
  api.read();
  CHECK(api.server.requests()[0].parameter("since") == "2024-05-01");
  CHECK(api.server.requests()[0].header("x-until") == "2024-05-06");
}

TEST_CASE("the state of a concurrent runtime is understood, gaps included") {
  Connector api(with_cursor("    datetime_format: '%Y-%m-%d'\n    start_datetime: '2024-01-01'\n"), nothing,
                "concurrency: 1");
  api.read("s", R"({"state_type":"date-range","slices":[{"start":"2024-01-01","end":"2024-02-01"},
                    {"start":"2024-03-01","end":"2024-04-01","most_recent_cursor_value":"2024-03-20"}]})");
  CHECK(windows(api) == Lines{"2024-02-01..2024-03-01", "2024-04-01..2024-05-06"});
}

TEST_CASE("each partition has its own state, and a state from before partitions counts for all") {
  std::string router =
      "    partition_router: {type: ListPartitionRouter, cursor_field: part, values: [a, b], request_option: "
      "{inject_into: request_parameter, field_name: part}}\n";
  Connector api(
      with_cursor("    datetime_format: '%Y-%m-%d'\n    start_datetime: '2024-01-01'\n", router),
      [](const Asked& asked) {
        std::string day = asked.parameter("part") == "a" ? "2024-02-02" : "2024-03-03";
        return Reply{.body = "[{\"at\":\"" + day + "\"}]"};
      },
      "concurrency: 1");
  RecordingSink sink = api.read();
  std::string expected =
      R"({"use_global_cursor":false,"states":[{"partition":{"part":"a"},"cursor":{"at":"2024-02-02"}},)"
      R"({"partition":{"part":"b"},"cursor":{"at":"2024-03-03"}}],"state":{"at":"2024-03-03"},"lookback_window":0})";
  CHECK(sink.states.back() == expected);
  api.read("s", expected);
  CHECK(windows(api)[2] == "2024-02-02..2024-05-06");
  CHECK(windows(api)[3] == "2024-03-03..2024-05-06");
  api.read("s", R"({"at":"2024-04-04"})");
  CHECK(windows(api)[5] == "2024-04-04..2024-05-06");
}

TEST_CASE(
    "a partition that is new begins where all were, a lookback before; one that is known where it was") {
  std::string router =
      "    partition_router: {type: ListPartitionRouter, cursor_field: part, values: [a, b], request_option: "
      "{inject_into: request_parameter, field_name: part}}\n";
  Connector api(with_cursor("    datetime_format: '%Y-%m-%d'\n    start_datetime: '2024-01-01'\n", router),
                nothing, "concurrency: 1");
  api.read("s",
           R"({"use_global_cursor":false,"states":[{"partition":{"part":"a"},"cursor":{"at":"2024-02-02"}}],)"
           R"("state":{"at":"2024-04-04"},"lookback_window":172800})");
  CHECK(windows(api) == Lines{"2024-02-02..2024-05-06", "2024-04-02..2024-05-06"});
}

TEST_CASE("a window of a backfill limits the read and leaves the state as it was") {
  Connector api(with_cursor("    datetime_format: '%Y-%m-%d'\n    start_datetime: '2024-01-01'\n"
                            "    step: P7D\n    cursor_granularity: P1D\n"),
                nothing, "concurrency: 1");
  RecordingSink sink;
  stream::Window window{*parse_iso_timestamp("2024-02-01"), *parse_iso_timestamp("2024-02-11")};
  api.read_into(sink, "s", R"({"at":"2024-05-01"})", window);
  CHECK(windows(api) == Lines{"2024-02-01..2024-02-07", "2024-02-08..2024-02-10"});
  CHECK(sink.states.back() == R"({"at":"2024-05-01"})");
}

TEST_CASE("a step without granularity is refused with its place") {
  Connector half(with_cursor("    datetime_format: '%Y'\n    start_datetime: '2024'\n    step: P1D\n"),
                 nothing);
  auto error = half.failure([&] { half.open(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::config_invalid);
}
