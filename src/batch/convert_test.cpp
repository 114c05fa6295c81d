#include "batch/convert.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace leat::batch {
namespace {

// What `text` is in type `from`, then in type `to`; "-" where it does not convert.
std::string through(std::string_view text, std::string_view from, std::string_view to) {
  ColumnData source(*parse_type(from));
  REQUIRE(append_parsed(text, source));
  ColumnData target(*parse_type(to));
  return append_converted(source, 0, target) ? target.print(0) : "-";
}

}  // namespace

TEST_CASE("a value converts where nothing is lost") {
  struct Case {
    const char *text, *from, *to, *expected;
  };
  const Case cases[] = {
      {"12", "int64", "int16", "12"},
      {"70000", "int64", "int16", "-"},
      {"12", "int32", "decimal(10,2)", "12.00"},
      {"12.50", "decimal(10,2)", "int64", "-"},
      {"12.00", "decimal(10,2)", "int64", "12"},
      {"12.5", "float64", "int32", "-"},
      {"12.0", "float64", "int32", "12"},
      {"0.1", "float64", "float32", "-"},
      {"0.5", "float64", "float32", "0.5"},
      {"0.25", "float64", "decimal(6,2)", "0.25"},
      {"012", "text", "int64", "-"},
      {"12", "text", "int64", "12"},
      {"-0.5", "text", "float64", "-0.5"},
      {"", "text", "float64", "-"},
      {"x", "text", "float64", "-"},
      {"true", "text", "boolean", "true"},
      {"yes", "text", "boolean", "-"},
      {"2026-01-05", "text", "date", "2026-01-05"},
      {"2026-02-30", "text", "date", "-"},
      {"2026-01-05", "date", "timestamp", "2026-01-05 00:00:00"},
      {"2026-01-05T00:00:00", "timestamp", "date", "2026-01-05"},
      {"2026-01-05T00:00:01", "timestamp", "date", "-"},
      {"2026-01-05T00:00:00+01:00", "timestamptz", "text", "2026-01-04 23:00:00+00"},
      {"9223372036854775807", "int64", "text", "9223372036854775807"},
      {"a\"b", "text", "json", "\"a\\\"b\""},
      {"7", "int64", "json", "7"},
      {"00000000-0000-0000-0000-00000000000g", "text", "uuid", "-"},
      {"7", "int64", "date", "-"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CAPTURE(each.from);
    CAPTURE(each.to);
    CHECK(through(each.text, each.from, each.to) == each.expected);
  }
}

TEST_CASE("a column converts value by value, and tells which rows do not fit") {
  ColumnData texts(Type{TypeKind::text});
  for (const char* text : {"1", "two", "3"}) texts.append_text(text);
  texts.append_null();
  std::vector<std::size_t> failed;
  ColumnData numbers = convert(texts, Type{TypeKind::int64}, failed);
  CHECK(failed == std::vector<std::size_t>{1});
  CHECK(numbers.size() == 4);
  CHECK(numbers.value<std::int64_t>(2) == 3);
  CHECK(numbers.null_count() == 2);
}

TEST_CASE("a whole number that no double holds does not become its neighbour") {
  ColumnData numbers(Type{TypeKind::int64});
  for (std::int64_t number : {std::int64_t{1} << 53, (std::int64_t{1} << 53) + 1, INT64_MIN, INT64_MAX})
    numbers.append(number);
  std::vector<std::size_t> failed;
  ColumnData reals = convert(numbers, Type{TypeKind::float64}, failed);
  CHECK(failed == std::vector<std::size_t>{1, 3});
  CHECK(reals.value<double>(0) == 0x1p53);
  CHECK(reals.value<double>(2) == -0x1p63);
}

TEST_CASE("a column whose values are of several kinds is JSON: each converts as what it spells") {
  ColumnData mixed(Type{TypeKind::json});
  for (const char* json : {"1", "\"five\"", "\"6\"", "[7]", "{\"n\":8}", "\"\\u0039\"", "true", "2026-01-05"})
    mixed.append_text(json);
  std::vector<std::size_t> failed;
  ColumnData numbers = convert(mixed, Type{TypeKind::int64}, failed);
  CHECK(failed == std::vector<std::size_t>{1, 3, 4, 5, 6, 7});
  CHECK(numbers.value<std::int64_t>(0) == 1);
  CHECK(numbers.value<std::int64_t>(2) == 6);
  failed.clear();
  ColumnData truths = convert(mixed, Type{TypeKind::boolean}, failed);
  CHECK(std::find(failed.begin(), failed.end(), 6) == failed.end());
}

TEST_CASE("rows are taken out of every column") {
  auto schema =
      std::make_shared<const Schema>(std::vector<Column>{{"a", {TypeKind::int64}}, {"b", {TypeKind::text}}});
  RecordBatch batch(schema);
  for (std::int64_t i = 0; i < 5; ++i) {
    batch.column(0).append(i);
    batch.column(1).append_text(std::string(1, static_cast<char>('a' + i)));
  }
  RecordBatch rest = without_rows(std::move(batch), {0, 3});
  REQUIRE(rest.rows() == 3);
  CHECK(rest.column(0).value<std::int64_t>(1) == 2);
  CHECK(rest.column(1).text(2) == "e");
}

}  // namespace leat::batch
