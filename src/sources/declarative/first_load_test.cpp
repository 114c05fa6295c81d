#include <doctest/doctest.h>

#include <fmt/core.h>

#include <map>
#include <random>

#include "support/connector.h"
#include "support/lines.h"

using namespace leat;
using leat::testing::Connector;
using leat::testing::Lines;
using leat::testing::RecordingSink;
using Reply = Connector::Reply;
using Asked = Connector::Asked;

namespace {

// A table that an API serves: day of the row and when it was changed, by id.
struct Table {
  struct Row {
    std::string day, changed;
  };
  std::map<int, Row> rows;
  std::string date = "Mon, 06 May 2024 07:08:09 GMT";

  Reply answer(const Asked& asked) const {
    Reply reply{.body = "[", .headers = {{"Date", date}}};
    if (asked.path == "/extent") {
      if (rows.empty()) return Reply{.body = "[{}]", .headers = reply.headers};
      std::string first = "9999", last = "0";
      for (const auto& [id, row] : rows) {
        first = std::min(first, row.day);
        last = std::max(last, row.day);
      }
      return Reply{.body = fmt::format(R"([{{"first":"{}","last":"{}"}}])", first, last),
                   .headers = reply.headers};
    }
    for (const auto& [id, row] : rows) {
      bool wanted = asked.path == "/all"
                        ? row.day >= asked.parameter("from") && row.day <= asked.parameter("to")
                        : row.changed >= asked.parameter("since");
      if (!wanted) continue;
      reply.body += (reply.body.size() > 1 ? "," : "") +
                    fmt::format(R"({{"id":{},"day":"{}","changed":"{}"}})", id, row.day, row.changed);
    }
    reply.body += "]";
    return reply;
  }
};

const char* const kManifest = R"(
definitions:
  requester: {type: HttpRequester, url: "{{ config['url'] }}"}
  selector: {type: RecordSelector, extractor: {field_path: []}}
streams:
- type: StateDelegatingStream
  name: s
  full_refresh_stream:
    type: DeclarativeStream
    name: s
    primary_key: id
    incremental_sync:
      type: CustomIncrementalSync
      class_name: leat.ExtentDatetimeCursor
      cursor_field: day
      datetime_format: "%Y-%m-%d"
      step: P7D
      cursor_granularity: P1D
      extent: {path: /extent}
    retriever:
      type: SimpleRetriever
      record_selector: "#/definitions/selector"
      requester: {$ref: "#/definitions/requester", path: all, request_parameters: {from: "{{ stream_interval.start_time }}", to: "{{ stream_interval.end_time }}"}}
  incremental_stream:
    type: DeclarativeStream
    name: s
    primary_key: id
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: changed
      datetime_format: "%Y-%m-%dT%H:%M:%SZ"
      start_datetime: "1970-01-01T00:00:00Z"
    retriever:
      type: SimpleRetriever
      record_selector: "#/definitions/selector"
      requester: {$ref: "#/definitions/requester", path: changes, request_parameters: {since: "{{ stream_interval.start_time }}"}}
)";

Table sample() {
  Table table;
  for (int i = 0; i < 30; ++i) {
    table.rows[i] = {fmt::format("2024-03-{:02}", i + 1), fmt::format("2024-04-{:02}T00:00:00Z", i % 9 + 1)};
  }
  return table;
}

Lines paths(const Connector& api) {
  Lines out;
  for (const Asked& each : api.server.requests()) {
    out.push_back(each.path + " " + each.parameter("from") + each.parameter("since"));
  }
  return out;
}

}  // namespace

TEST_CASE("the first load goes window by window over the extent, later ones take what changed since") {
  Table table = sample();
  Connector api(
      kManifest, [&](const Asked& asked) { return table.answer(asked); }, "concurrency: 1");
  RecordingSink first = api.read();
  CHECK(first.rows.size() == 30);
  CHECK(first.partitions == Lines{"2024-03-01/2024-03-07", "2024-03-08/2024-03-14", "2024-03-15/2024-03-21",
                                  "2024-03-22/2024-03-28", "2024-03-29/2024-03-30", ""});
  CHECK(first.states.back() == R"({"changed":"2024-04-09T00:00:00Z"})");
  table.rows[5].changed = "2024-05-07T00:00:00Z";
  table.rows[99] = {"2024-05-01", "2024-05-07T00:00:00Z"};
  api.env.wait(std::chrono::hours(48));
  RecordingSink second = api.read("s", first.states.back());
  // The stamp of the boundary is read again: rows of one batch share it.
  CHECK(second.rows.size() == 5);
  CHECK(second.states == Lines{R"({"changed":"2024-05-07T00:00:00Z"})"});
  CHECK(paths(api).back() == "/changes 2024-04-09T00:00:00Z");
}

TEST_CASE("a first load that breaks off goes on at the window where it stopped, and misses nothing") {
  for (std::size_t fails_at = 0; fails_at < 6; ++fails_at) {
    CAPTURE(fails_at);
    Table table = sample();
    Connector api(
        kManifest, [&](const Asked& asked) { return table.answer(asked); }, "concurrency: 3");
    RecordingSink broken;
    broken.before_checkpoint = [&](const std::string&) {
      if (broken.states.size() == fails_at) throw Error(ErrorCode::internal, "the destination is gone");
    };
    CHECK(api.failure([&] { api.read_into(broken, "s", ""); }));
    std::string state = broken.states.empty() ? "" : broken.states.back();
    // Meanwhile a row of a window that was read already changes, and older and newer ones appear.
    api.server.between_answers([&] {
      table.rows[0].changed = "2024-05-06T08:00:00Z";
      table.rows[50] = {"2024-02-01", "2024-05-06T08:00:00Z"};
      table.rows[51] = {"2024-04-30", "2024-05-06T08:00:00Z"};
      table.date = "Tue, 07 May 2024 07:08:09 GMT";
    });
    RecordingSink rest = api.read("s", state);
    RecordingSink later = api.read("s", rest.states.back());
    std::map<std::string, std::string> merged;  // by id, the last row counts
    std::size_t committed = 0;
    for (std::size_t i = 0, states = 0; i < broken.events.size() && states < broken.states.size(); ++i) {
      if (broken.events[i] == "checkpoint") ++states;
      if (broken.events[i].rfind("batch ", 0) == 0) committed += std::stoul(broken.events[i].substr(6));
    }
    auto merge = [&](const std::string& row) { merged[row.substr(0, row.find(' '))] = row; };
    for (std::size_t i = 0; i < committed; ++i) merge(broken.rows[i]);
    for (const std::string& row : rest.rows) merge(row);
    for (const std::string& row : later.rows) merge(row);
    REQUIRE(merged.size() == table.rows.size());
    for (const auto& [id, row] : table.rows) {
      CHECK(merged["id=" + std::to_string(id)] ==
            fmt::format("id={} day={} changed={}", id, row.day, row.changed));
    }
  }
}

TEST_CASE("the later stream begins no later than the source's clock when the first load began") {
  Table table = sample();
  table.rows[29].changed = "2024-05-06T09:00:00Z";  // changed after the load began, seen in its last window
  Connector api(kManifest, [&](const Asked& asked) { return table.answer(asked); });
  CHECK(api.read().states.back() == R"({"changed":"2024-05-06T07:08:09Z"})");
}

TEST_CASE("an empty extent is a read of nothing, and the next one is a first load again") {
  Table table;
  Connector api(kManifest, [&](const Asked& asked) { return table.answer(asked); });
  RecordingSink sink = api.read();
  CHECK(sink.rows.empty());
  CHECK(sink.events.back() == "checkpoint");
  table = sample();
  CHECK(api.read("s", sink.states.back()).rows.size() == 30);
}

TEST_CASE("a single instant is an extent too") {
  Table table;
  table.rows[1] = {"2024-03-01", "2024-04-01T00:00:00Z"};
  Connector api(kManifest, [&](const Asked& asked) { return table.answer(asked); });
  CHECK(api.read().rows.size() == 1);
}

TEST_CASE("a full refresh reads everything, whatever the state says") {
  Table table = sample();
  Connector api(kManifest, [&](const Asked& asked) { return table.answer(asked); });
  RecordingSink sink;
  stream::Selection selection;
  selection.stream.name = "s";
  selection.mode = stream::SyncMode::full_refresh;
  selection.state.json = R"({"changed":"2024-04-09T00:00:00Z"})";
  api.open().read({&selection, 1}, sink);
  CHECK(sink.rows.size() == 30);
}

TEST_CASE("a window of a backfill reads those days and leaves the state alone") {
  Table table = sample();
  Connector api(kManifest, [&](const Asked& asked) { return table.answer(asked); });
  RecordingSink sink;
  std::string state = R"({"changed":"2024-04-09T00:00:00Z"})";
  stream::Window window{*parse_iso_timestamp("2024-03-05"), *parse_iso_timestamp("2024-03-15")};
  api.read_into(sink, "s", state, window);
  CHECK(sink.rows.size() == 10);
  for (const std::string& each : sink.states) CHECK(each == state);
}

TEST_CASE("the stream is described by what its later loads are ordered by") {
  Table table = sample();
  Connector api(kManifest, [&](const Asked& asked) { return table.answer(asked); });
  stream::Stream described = api.open().discover().streams[0];
  CHECK(described.cursor_field == "changed");
  CHECK(described.primary_key == std::vector<std::string>{"id"});
  CHECK(described.sync_modes.size() == 2);
}
