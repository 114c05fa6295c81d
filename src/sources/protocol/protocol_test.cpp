#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "sources/protocol/serve.h"
#include "support/lines.h"

using namespace leat;
using namespace leat::sources::protocol;
using document::Value;
using leat::testing::Lines;

namespace {

// What a writer wrote into a pipe, line by line.
class Written {
 public:
  Written() { REQUIRE(::pipe(ends_) == 0); }
  ~Written() {
    for (int end : ends_) ::close(end);
  }
  int file() const { return ends_[1]; }
  Lines lines() {
    ::close(ends_[1]);
    ends_[1] = ::dup(ends_[0]);
    std::string text;
    char piece[4096];
    for (ssize_t got; (got = ::read(ends_[0], piece, sizeof piece)) > 0;)
      text.append(piece, static_cast<std::size_t>(got));
    Lines out;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t stop = text.find('\n', at);
      out.push_back(text.substr(at, stop - at));
      at = stop + 1;
    }
    return out;
  }

 private:
  int ends_[2];
};

// Two rows and a state, then what a test asks for.
class SmallSource final : public stream::Source {
 public:
  explicit SmallSource(std::function<void(stream::Sink&)> then = {}) : then_(std::move(then)) {}
  void check() override {}
  stream::Catalog discover() override {
    auto schema = std::make_shared<const batch::Schema>(
        std::vector<batch::Column>{{"id", {batch::TypeKind::int64}}, {"at", {batch::TypeKind::timestamptz}}});
    return {{{"calls",
              "",
              schema,
              {"id"},
              "at",
              {stream::SyncMode::full_refresh, stream::SyncMode::incremental}}}};
  }
  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    given = selections[0].state.json;
    batch::RecordBatch batch(discover().streams[0].schema);
    for (std::int64_t id : {1, 2}) {
      batch.column(0).append(id);
      batch.column(1).append_null();
    }
    sink.batch(0, std::move(batch));
    sink.checkpoint(0, {"{\"at\":2}"}, "");
    if (then_) then_(sink);
  }
  static std::string given;

 private:
  std::function<void(stream::Sink&)> then_;
};
std::string SmallSource::given;

Lines read(const GivenState& state, std::function<void(stream::Sink&)> then, int* code = nullptr) {
  Env env(fixed_clock(*parse_iso_timestamp("2024-05-06T07:08:09Z")), 1);
  Written written;
  {
    MessageWriter writer(written.file(), env);
    int result = serve_read([&] { return std::make_unique<SmallSource>(then); },
                            {{"calls", "", stream::SyncMode::incremental}}, state, writer, env);
    if (code) *code = result;
  }
  return written.lines();
}

bool has(const std::string& line, std::string_view part) {
  return line.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A read tells started, running, records, state with its count, estimate, complete") {
  int code = -1;
  Lines lines = read({}, {}, &code);
  CHECK(code == 0);
  REQUIRE(lines.size() == 7);
  CHECK(has(lines[0], R"("status":"STARTED")"));
  CHECK(has(lines[1], R"("status":"RUNNING")"));
  CHECK(
      lines[2] ==
      R"({"type":"RECORD","record":{"stream":"calls","data":{"id":1,"at":null},"emitted_at":1714979289000}})");
  CHECK(lines[4] ==
        R"({"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"calls"},)"
        R"("stream_state":{"at":2}},"sourceStats":{"recordCount":2.0}}})");
  CHECK(has(lines[5], R"("row_estimate":2)"));
  CHECK(has(lines[6], R"("status":"COMPLETE")"));
}

TEST_CASE("A stream that fails is incomplete, told with its error, and the exit code is 1") {
  int code = -1;
  Lines lines = read(
      {},
      [](stream::Sink&) { throw Error(ErrorCode::http_unauthorized, "The token was refused", "https://x"); },
      &code);
  CHECK(code == 1);
  CHECK(has(lines[lines.size() - 2], R"("status":"INCOMPLETE")"));
  CHECK(has(lines.back(), R"("failure_type":"config_error","stream_descriptor":{"name":"calls"})"));
}

TEST_CASE("A record that does not fit is written as it came, and secrets only where data stands") {
  register_secret("hunter22");
  Lines lines = read({}, [](stream::Sink& sink) {
    sink.reject(0, {"{\"id\":\"hunter22\",\n\"at\":1}", "id", "\"hunter22\" is no int64"});
  });
  CHECK(has(lines[5], R"("message":"A record of calls does not fit its schema: id: \"***\" is no int64")"));
  CHECK(has(lines[6], R"("data":{"id":"hunter22", "at":1})"));
}

TEST_CASE("States come as a list, alone, global or in the older form") {
  auto states = [](const char* json) { return read_states(document::parse_json(json, "state.json")); };
  std::string stream =
      R"({"type":"STREAM","stream":{"stream_descriptor":{"name":"calls"},"stream_state":{"at":1}}})";
  CHECK(states(("[" + stream + "]").c_str()).of("calls").json == "{\"at\":1}");
  CHECK(states(("{\"type\":\"STATE\",\"state\":" + stream + "}").c_str()).of("calls").json == "{\"at\":1}");
  CHECK(states(R"({"calls":{"at":1}})").of("calls").json == "{\"at\":1}");
  CHECK(states("[]").of("calls").empty());
  GivenState global = states(
      R"([{"type":"GLOBAL","global":{"shared_state":{"lsn":7},"stream_states":[{"stream_descriptor":{"name":"calls"},"stream_state":{"at":1}}]}}])");
  CHECK(global.is_global);
  CHECK(global.of("calls").json == "{\"at\":1}");
  Lines lines = read(global, {});
  CHECK(SmallSource::given == "{\"at\":1}");
  CHECK(has(lines[4],
            R"("type":"GLOBAL","global":{"shared_state":{"lsn":7},"stream_states":[{"stream_descriptor":)"
            R"({"name":"calls"},"stream_state":{"at":2}}]})"));
}

TEST_CASE("A catalog tells keys, cursors and types; a schema that its author wrote stands as it is") {
  std::string json = catalog_json(SmallSource().discover());
  CHECK(has(json, R"("id":{"type":["null","integer"]})"));
  CHECK(has(json, R"("airbyte_type":"timestamp_with_timezone")"));
  CHECK(has(json,
            R"("supported_sync_modes":["full_refresh","incremental"],"source_defined_cursor":true,)"
            R"("default_cursor_field":["at"],"source_defined_primary_key":[["id"]],"is_resumable":true)"));
  stream::Catalog catalog = SmallSource().discover();
  catalog.streams[0].json_schema = R"({"a":1})";
  CHECK(has(catalog_json(catalog), R"("json_schema":{"a":1})"));
}

TEST_CASE("A configured catalog names streams and modes; a mode that is none is refused") {
  auto catalog = [](const char* json) {
    return read_configured_catalog(document::parse_json(json, "catalog.json"));
  };
  auto wanted = catalog(
      R"({"streams":[{"stream":{"name":"a","namespace":"n"},"sync_mode":"incremental","future":1}]})");
  REQUIRE(wanted.size() == 1);
  CHECK(wanted[0].namespace_name == "n");
  CHECK(wanted[0].mode == stream::SyncMode::incremental);
  CHECK_THROWS_AS(catalog(R"({"streams":[{"stream":{"name":"a"},"sync_mode":"sometimes"}]})"), Error);
  CHECK_THROWS_AS(catalog("{}"), Error);
}

TEST_CASE("files of records are told beside their data, and their streams as such") {
  Env env(fixed_clock(*parse_iso_timestamp("2024-05-06T07:08:09Z")), 1);
  Written written;
  MessageWriter writer(written.file(), env);
  batch::RecordBatch batch(std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{std::string(kRecordColumn), {batch::TypeKind::json}}}));
  for (std::string_view record :
       {R"({"id":1,"file_reference":{"staging_file_url":"/f/1","file_size_bytes":3}})",
        R"({"file_reference":{"staging_file_url":"/f/2","file_size_bytes":4}})", R"({"id":3})"})
    batch.column(0).append_text(record);
  writer.records({"s", ""}, batch, kRecordColumn, true);
  writer.flush();
  CHECK(
      written.lines() ==
      Lines{
          R"({"type":"RECORD","record":{"stream":"s","data":{"id":1},"file_reference":{"staging_file_url":"/f/1","file_size_bytes":3},"emitted_at":1714979289000}})",
          R"({"type":"RECORD","record":{"stream":"s","data":{},"file_reference":{"staging_file_url":"/f/2","file_size_bytes":4},"emitted_at":1714979289000}})",
          R"({"type":"RECORD","record":{"stream":"s","data":{"id":3},"emitted_at":1714979289000}})"});
  stream::Catalog catalog = SmallSource().discover();
  CHECK(catalog_json(catalog, {"calls"}).find(R"("is_file_based":true)") != std::string::npos);
  CHECK(catalog_json(catalog).find("is_file_based") == std::string::npos);
}
