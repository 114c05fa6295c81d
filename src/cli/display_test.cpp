#include <doctest/doctest.h>

#include "cli/event_line.h"
#include "cli/live.h"
#include "cli/styled.h"
#include "cli/table.h"

using namespace leat;
using namespace leat::cli;

namespace {

Event finished(const char* kind, const char* name, const char* status, const char* message,
               const char* error = "") {
  return {"node_finished",
          EventLevel::info,
          {{"asset", std::string(kind) + "." + name},
           {"kind", std::string(kind)},
           {"name", std::string(name)},
           {"status", std::string(status)},
           {"message", std::string(message)},
           {"took_ms", std::int64_t{1234}},
           {"done", std::int64_t{1}},
           {"total", std::int64_t{9}},
           {"error", std::string(error)}}};
}

Event run_started() {
  return {"run_started",
          EventLevel::info,
          {{"project", std::string("shop")},
           {"target", std::string("duckdb")},
           {"steps", std::int64_t{61}},
           {"streams", std::int64_t{3}},
           {"nodes", std::int64_t{17}},
           {"tests", std::int64_t{40}},
           {"pages", std::int64_t{1}}}};
}

Event batch_of(const char* stream, std::int64_t rows) {
  return {"batch_loaded",
          EventLevel::progress,
          {{"connection", std::string("c")},
           {"stream", std::string(stream)},
           {"rows", rows},
           {"bytes", rows * 100}}};
}

LiveView::Instant at_ms(int ms) {
  return LiveView::Instant(std::chrono::milliseconds(ms));
}

sql::QueryResult two_rows() {
  sql::QueryResult result;
  result.schema = std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{"name", {batch::TypeKind::text}}, {"n", {batch::TypeKind::int64}}});
  batch::RecordBatch batch(result.schema);
  batch.column(0).append_text("a,\"b\"");
  batch.column(1).append<std::int64_t>(7);
  batch.column(0).append_null();
  batch.column(1).append<std::int64_t>(1234);
  result.batches.push_back(std::move(batch));
  return result;
}

}  // namespace

TEST_CASE("a text is cut and padded by characters, not bytes") {
  CHECK(fit("größer", 6) == "größer");
  CHECK(fit("größer", 4) == "grö…");
  CHECK(fit("abc", 0).empty());
  CHECK(pad("ö", 3) == "ö  ");
  CHECK(pad("ö", 3, true) == "  ö");
}

TEST_CASE("a styled line is never wider than the terminal and says when something is missing") {
  Styled line;
  line.add("✓ ").cell("crimes", 8).add("12 rows").add("  more");
  CHECK(line.width() == 23);
  CHECK(line.str() == "✓ crimes  12 rows  more");
  CHECK(line.str(23) == "✓ crimes  12 rows  more");
  for (std::size_t width = 1; width < 23; ++width) {
    CAPTURE(width);
    CHECK(characters(line.str(width)) <= width);
    CHECK(line.str(width).ends_with("…"));
  }
  CHECK(Styled().add("a").add("   ").str() == "a");
}

TEST_CASE("a paragraph is broken at blanks and indented") {
  CHECK(wrap("one two three four", 9, "  ") == "one two\n  three\n  four");
  CHECK(wrap("short", 9, "  ") == "short");
  CHECK(wrap("a_word_that_is_longer_than_the_line x", 9, "  ") == "a_word_that_is_longer_than_the_line\n  x");
  CHECK(wrap("first\nsecond", 40, "  ") == "first\nsecond");
}

TEST_CASE("what a person reads of a step: its sign, name, time and outcome") {
  CHECK(event_line(finished("model", "orders", "success", "7 rows"), 0, 0) ==
        "✓ model     orders                                1.2 s  7 rows");
  CHECK(event_line(finished("model", "orders", "success", "7 rows"), 40, 0) ==
        "✓ orders           1.2 s  7 rows");
  std::string failed =
      event_line(finished("model", "orders", "error", "", "LEAT-DBT-004 at x: no\nsecond line"), 0, 0);
  CHECK(failed.find("failed: LEAT-DBT-004 at x: no") != std::string::npos);
  CHECK(failed.find("second line") == std::string::npos);
  CHECK(event_line(finished("model", "orders", "skipped", "crimes failed"), 0, 0)
            .find("skipped: crimes failed") != std::string::npos);
}

TEST_CASE("what is no news is told only to who asks for everything") {
  for (auto [kind, status] : {std::pair{"test", "success"}, {"model", "unchanged"}, {"test", "skipped"}}) {
    CHECK(event_line(finished(kind, "x", status, ""), 0, 0).empty());
    CHECK_FALSE(event_line(finished(kind, "x", status, ""), 0, 1).empty());
  }
  CHECK(event_line(finished("model", "x", "skipped", "the run was interrupted"), 0, 0).empty());
  CHECK(event_line(batch_of("s", 1), 0, 1).empty());
}

TEST_CASE("who waits for another run says so") {
  Event event{"run_waiting", EventLevel::info, {{"asset", std::string("w.duckdb")}}};
  CHECK(event_line(event, 40, 0) == "i waits: another run is at work on w.duckdb");
}

TEST_CASE("a stand-in is told plainly") {
  Event event{"stand_in_started",
              EventLevel::info,
              {{"command", std::string("soda")}, {"url", std::string("http://x")}}};
  CHECK(event_line(event, 0, 0).find("not the real source") != std::string::npos);
}

TEST_CASE("the live display shows streams with their rates, and the whole") {
  LiveView view;
  CHECK(view.frame(100, 12, at_ms(0)).empty());
  view.note(run_started(), at_ms(0));
  view.note(batch_of("crimes", 1000), at_ms(100));
  for (int ms = 200; ms < 2200; ms += 100) {
    view.note(batch_of("crimes", 1000), at_ms(ms));
    view.frame(100, 12, at_ms(ms));
  }
  std::vector<std::string> lines = view.frame(100, 12, at_ms(2200));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("crimes") != std::string::npos);
  CHECK(lines[0].find("21,000 rows") != std::string::npos);
  CHECK(lines[0].find("9,500 rows/s") != std::string::npos);
  CHECK(lines[1].find("0 of 61") != std::string::npos);
  CHECK(lines[1].find("streams 0/3") != std::string::npos);
  view.note(finished("stream", "c.crimes", "success", ""), at_ms(2300));
  CHECK(view.frame(100, 12, at_ms(2300)).size() == 1);
}

TEST_CASE("the live display fits any terminal") {
  LiveView view;
  view.note(run_started(), at_ms(0));
  for (int i = 0; i < 30; ++i) {
    view.note({"step_started",
               EventLevel::progress,
               {{"asset", "model.m" + std::to_string(i)},
                {"kind", std::string("model")},
                {"name", std::string(60, 'm')}}},
              at_ms(0));
  }
  view.note(batch_of("crimes", 1'000'000'000), at_ms(10));
  for (std::size_t width : {20U, 40U, 60U, 80U, 200U}) {
    for (std::size_t height : {2U, 5U, 12U, 50U}) {
      CAPTURE(width);
      CAPTURE(height);
      std::vector<std::string> lines = view.frame(width, height, at_ms(5000));
      CHECK(lines.size() <= height);
      for (const std::string& line : lines) CHECK(characters(line) <= width);
    }
  }
}

TEST_CASE("a query's answer as a table, CSV, JSON lines and Markdown") {
  sql::QueryResult result = two_rows();
  CHECK(format_table(result, TableFormat::csv) == "name,n\n\"a,\"\"b\"\"\",7\n,1234\n");
  CHECK(format_table(result, TableFormat::json) ==
        "{\"name\":\"a,\\\"b\\\"\",\"n\":7}\n{\"name\":null,\"n\":1234}\n");
  CHECK(format_table(result, TableFormat::markdown).starts_with("| name  | n"));
  std::string table = format_table(result, TableFormat::table);
  CHECK(table.find("a,\"b\"     7") != std::string::npos);
  CHECK_FALSE(parse_table_format("xml"));
}
