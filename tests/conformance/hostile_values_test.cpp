// Values and names that break loaders: each arrives equal, or stands in the dead letters with a reason.
// LEAT_HOSTILE_ROWS says how many rows of ten values each (default 1,000; 10,000 are the long run).
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <random>

#include "batch/decimal.h"
#include "under_test.h"

using namespace leat;
using namespace leat::conformance;
using batch::Int128;
using batch::TypeKind;

namespace {

class Hostile {
 public:
  explicit Hostile(std::uint64_t seed) : chance_(seed) {}
  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(chance_); }

  std::string text() {
    static const std::vector<std::string> kTexts = {
        "", " ", "NULL", "null", "\\N", "'", "''", "\"", "\\", "\\\\", "`", ";", "--", "/*", "$$", "$1", "%s", "{}",
        std::string("a\0b", 3), std::string("\0", 1), "\x01\x1f\x7f", "\t\r\n", "\r", "a,b|c\td",
        "é", "e\xCC\x81", "ﬀ", "İ", "ß", "日本語", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7", "\xE2\x80\xAE" "abc",
        "\xEF\xBB\xBF" "bom", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF", "'; drop table x; --", "1e400", "NaN", "Infinity",
        "2026-02-30", "true", "{\"a\":1}", "[", "<script>alert(1)</script>", "=1+1", "../../etc/passwd",
        std::string(13, 'x'), std::string(12, 'x'), std::string(5000, 'z'), std::string(70000, 'q')};
    std::string out = kTexts[pick(kTexts.size())];
    if (pick(4) == 0) out += kTexts[pick(kTexts.size())];
    return out;
  }
  std::string json() {
    static const std::vector<std::string> kJson = {
        "null", "true", "0", "-0", "1e-7", "123456789012345678901234567890", "\"\"", "\"\\u0000\"", "\"a\\u0000b\"",
        "\"\\ud800\"", "\"\\udc00x\"", "\"\\ud83d\\ude00\"", "\"\\\\u0000\"", "\"\\\"\"", "[]", "{}", "[[],{}]",
        "{\"\":\"\"}", "{\"a\":{\"b\":[1,2,{\"c\":null}]}}", "{\"select\":1,\"from\":\"x'y\"}",
        std::string(200, '[') + std::string(200, ']'), "\"" + std::string(40000, 'j') + "\"", "\"日本\""};
    return kJson[pick(kJson.size())];
  }
  double real() {
    static const double kReals[] = {0.0, -0.0, 1.0, 0.1, -1e308, 1e308, 5e-324, std::numeric_limits<double>::infinity(),
                                    -std::numeric_limits<double>::infinity(), std::nan(""), 1e22, 123456789.123456789};
    return kReals[pick(std::size(kReals))];
  }
  Int128 decimal() {
    Int128 most = *batch::parse_decimal("9999999999999999999999999999.9999999999", 38, 10);
    const Int128 values[] = {0, 1, -1, most, -most, most - 1, 10000000000, 5};
    return values[pick(std::size(values))];
  }
  std::int64_t instant() {
    static const char* kInstants[] = {"0001-01-01", "0001-12-31 23:59:59.999999", "1582-10-10", "1883-11-18 12:03:58",
                                      "1969-12-31 23:59:59.999999", "1970-01-01", "2000-02-29 23:59:59.000001",
                                      "2026-03-08 02:30:00", "2038-01-19 03:14:08", "9999-12-31 23:59:59.999999"};
    // The ends of what 64 bits hold, year 294246 and before the Romans.
    const std::int64_t edges[] = {9223371244800000000, -210866803200000000, -210866803200000001,
                                  std::numeric_limits<std::int64_t>::max() - 1, std::numeric_limits<std::int64_t>::min()};
    std::size_t at = pick(std::size(kInstants) + std::size(edges));
    if (at >= std::size(kInstants)) return edges[at - std::size(kInstants)];
    return parse_iso_timestamp(kInstants[at])->time_since_epoch().count();
  }
  std::int32_t date() {
    const std::int32_t days[] = {0, -1, -719162, 2932896, -2440588, -2440589, 100000000, 2145042905};
    return days[pick(std::size(days))];
  }
  std::int64_t whole() {
    const std::int64_t values[] = {0, -1, std::numeric_limits<std::int64_t>::max(),
                                   std::numeric_limits<std::int64_t>::min(), 9007199254740993};
    return values[pick(std::size(values))];
  }

 private:
  std::mt19937_64 chance_;
};

const std::vector<batch::Column> kColumns = {{"id", {TypeKind::int64}},
                                             {"select", {TypeKind::text}},
                                             {"a b\"c'd", {TypeKind::json}},
                                             {"real", {TypeKind::float64}},
                                             {"decimal", {TypeKind::decimal, 38, 10}},
                                             {"stamp", {TypeKind::timestamp}},
                                             {"zoned", {TypeKind::timestamptz}},
                                             {"day", {TypeKind::date}},
                                             {"raw", {TypeKind::bytes}},
                                             {"whole", {TypeKind::int64}},
                                             {std::string(200, 'n'), {TypeKind::text}}};

void append_row(batch::RecordBatch& batch, std::int64_t id, Hostile& hostile) {
  batch.column(0).append(id);
  batch.column(1).append_text(hostile.text());
  batch.column(2).append_text(hostile.json());
  batch.column(3).append(hostile.real());
  batch.column(4).append(hostile.decimal());
  batch.column(5).append(hostile.instant());
  batch.column(6).append(hostile.instant());
  batch.column(7).append(hostile.date());
  batch.column(8).append_text(hostile.text());
  batch.column(9).append(hostile.whole());
  batch.column(10).append_text(hostile.text());
}

// A value in a form that both sides can give: numbers of microseconds and days, sorted JSON.
std::string canonical(const batch::ColumnData& column, std::size_t row) {
  switch (column.type().kind) {
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return fmt::format("{}", column.value<std::int64_t>(row));
    case TypeKind::date:
      return fmt::format("{}", column.value<std::int32_t>(row));
    case TypeKind::json:
      // Half of a surrogate pair is no character: who stores it, stores the escape. Thirty digits fit no parser.
      if (column.text(row).find("\\ud800") != std::string_view::npos ||
          column.text(row).find("\\udc00") != std::string_view::npos ||
          column.text(row).starts_with("1234567890"))
        return std::string(column.text(row));
      return document::to_json(document::parse_json(column.text(row), "value"), true);
    case TypeKind::float64: {
      double value = column.value<double>(row);
      return std::isnan(value) ? "nan" : fmt::format("{}", value == 0 ? 0.0 : value);
    }
    default:
      return column.print(row);
  }
}

// How the warehouse is asked for a column, so that the answer is canonical once printed.
std::string asked(const UnderTest& under_test, const batch::Column& column, const std::string& name) {
  bool duck = under_test.kind() == "duckdb", snow = under_test.kind() == "snowflake";
  switch (column.type.kind) {
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return duck   ? fmt::format("epoch_us({})", name)
             : snow ? fmt::format("date_part('epoch_microsecond', {})", name)
                    : fmt::format("cast(extract(epoch from {}) * 1000000 as numeric(30, 0))", name);
    case TypeKind::date:
      return duck || snow ? fmt::format("datediff('day', date '1970-01-01', {})", name)
                  : fmt::format("{} - date '1970-01-01'", name);
    default:
      return name;
  }
}

}  // namespace

TEST_CASE("hostile values arrive equal, or are dead letters with a reason") {
  Env env;
  auto under_test = UnderTest::open(env);
  if (!under_test) return;
  const char* rows_text = std::getenv("LEAT_HOSTILE_ROWS");
  std::int64_t rows = rows_text ? std::atoll(rows_text) : 1000;
  auto schema = std::make_shared<const batch::Schema>(kColumns);
  Hostile hostile(7), same(7);
  std::vector<batch::RecordBatch> batches, kept;
  for (std::int64_t id = 0; id < rows; ++id) {
    if (id % 500 == 0) {
      batches.emplace_back(schema);
      kept.emplace_back(schema);
    }
    append_row(batches.back(), id, hostile);
    append_row(kept.back(), id, same);
  }
  sync::Connection connection;
  connection.name = under_test->schema();
  connection.schema = under_test->schema();
  connection.dead_letters_max = rows;
  sync::StreamSettings settings;
  settings.name = "rows";
  settings.table = "hostile";
  connection.streams = {settings};
  stream::Stream stream{"rows", "", schema, {}, "", {stream::SyncMode::full_refresh}};
  sync::StreamResult result = load(*under_test, connection, stream, std::move(batches), "{}", env);
  REQUIRE_MESSAGE(!result.error, std::string(result.error ? result.error->what() : ""));

  stream::Target target;
  target.schema = under_test->schema();
  target.table = "hostile";
  std::vector<batch::Column> columns = under_test->warehouse().destination()->columns(target);
  REQUIRE(columns.size() == kColumns.size());
  std::string list;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    CHECK(columns[i].name.size() <= under_test->warehouse().destination()->naming().bytes_max);
    list += (i ? ", " : "") + asked(*under_test, kColumns[i], under_test->warehouse().dialect().quote(columns[i].name));
  }
  auto adapter = under_test->warehouse().adapter();
  std::size_t arrived = 0;
  sql::QueryResult found =
      adapter->query(fmt::format("select {} from {}.hostile", list, under_test->schema()), rows + 1);
  for (const batch::RecordBatch& batch : found.batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row, ++arrived) {
      auto id = static_cast<std::size_t>(batch.column(0).value<std::int64_t>(row));
      for (std::size_t i = 1; i < kColumns.size(); ++i) {
        std::string expected = canonical(kept[id / 500].column(i), id % 500);
        std::string value = kColumns[i].type.kind == TypeKind::json || kColumns[i].type.kind == TypeKind::float64
                                ? canonical(batch.column(i), row)
                                : batch.column(i).print(row);
        if (value != expected) FAIL(columns[i].name, " of row ", id, ": ", value, " instead of ", expected);
      }
    }
  }
  std::vector<std::string> letters = under_test->rows(
      fmt::format("select field, reason from _leat.dead_letters where connection = '{}'", connection.name));
  CHECK(arrived + letters.size() == static_cast<std::size_t>(rows));
  CHECK(static_cast<std::int64_t>(letters.size()) == result.rows_rejected);
  for (const std::string& letter : letters) CHECK(letter.back() != '|');
  MESSAGE(arrived << " rows arrived equal, " << letters.size() << " are dead letters");
}

TEST_CASE("a string of ten million bytes arrives whole") {
  Env env;
  auto under_test = UnderTest::open(env);
  if (!under_test) return;
  auto schema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"t", {TypeKind::text}}});
  std::vector<batch::RecordBatch> batches;
  batches.emplace_back(schema);
  batches.back().column(0).append_text(std::string(10'000'000, 'x') + "é");
  sync::Connection connection;
  connection.name = connection.schema = under_test->schema();
  stream::Stream stream{"rows", "", schema, {}, "", {stream::SyncMode::full_refresh}};
  sync::StreamResult result = load(*under_test, connection, stream, std::move(batches), "{}", env);
  REQUIRE_FALSE(result.error);
  CHECK(under_test->rows(fmt::format("select length(t), right(t, 1) from {}.rows", under_test->schema())) ==
        std::vector<std::string>{"10000001|é"});
}
