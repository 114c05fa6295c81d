#include "sources/postgres/values.h"

#include <doctest/doctest.h>

namespace leat::sources::postgres {
namespace {

ColumnPlan plan_of(std::uint32_t oid, char element_category = '\0', const char* name = "") {
  PgColumn column;
  column.type.oid = oid;
  column.type.name = name;
  column.type.element_category = element_category;
  return plan_column(column, Numerics::text);
}

constexpr std::uint32_t kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kFloat8 = 701,
                        kDate = 1082, kTime = 1083, kTimestamp = 1114, kMoney = 790, kUuid = 2950,
                        kJsonb = 3802;

struct Case {
  std::uint32_t oid;
  std::string_view text;
};

}  // namespace

TEST_CASE("text that is no value of its column is refused, and nothing is appended") {
  for (const Case& each : std::initializer_list<Case>{{kBool, "true"},
                                                      {kInt2, "32768"},
                                                      {kInt4, "12x"},
                                                      {kInt8, ""},
                                                      {kInt8, "1e3"},
                                                      {kFloat8, "1e400"},
                                                      {kFloat8, "one"},
                                                      {kDate, "2026-01"},
                                                      {kDate, "2026-13-01"},
                                                      {kDate, "2026-01-"},
                                                      {kDate, "x-01-01"},
                                                      {kDate, "2026/01/01"},
                                                      {kTime, "10:11"},
                                                      {kTime, "10-11"},
                                                      {kTime, "25:00:00"},
                                                      {kTime, ""},
                                                      {kTimestamp, "2026-01-05"},
                                                      {kTimestamp, "today"},
                                                      {kTimestamp, "2026-01-05 x"},
                                                      {kBytea, "00ff"},
                                                      {kBytea, "\\x0"},
                                                      {kMoney, "1.2.3"}}) {
    CAPTURE(each.text);
    ColumnPlan plan = plan_of(each.oid);
    batch::ColumnData column(plan.type);
    CHECK(append_text(plan, each.text, column) == Decoded::malformed);
    CHECK(column.size() == 0);
  }
}

TEST_CASE("bytes that are no value of their column are refused, and nothing is appended") {
  using namespace std::string_view_literals;
  for (const Case& each : std::initializer_list<Case>{{kBool, ""},
                                                      {kInt2, "123"},
                                                      {kInt8, "1234"},
                                                      {kDate, "12345"},
                                                      {kTime, "1"},
                                                      {kTimestamp, "1234567"},
                                                      {kUuid, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
                                                      {kJsonb, ""},
                                                      {kJsonb, "\2{}"sv},
                                                      {26, "123"},
                                                      {1700, "1234567"},
                                                      {1700, "\0\2\0\0\0\0\0\0\0\1"sv}}) {
    CAPTURE(each.oid);
    ColumnPlan plan = plan_of(each.oid);
    batch::ColumnData column(plan.type);
    CHECK(append_binary(plan, each.text, column) == Decoded::malformed);
    CHECK(column.size() == 0);
  }
}

TEST_CASE("money is read whatever its currency looks like") {
  ColumnPlan plan = plan_of(kMoney);
  batch::ColumnData column(plan.type);
  for (const char* text : {"$1,234.50", "-€12.00", "(12.00)", "zł0.05"})
    CHECK(append_text(plan, text, column) == Decoded::good);
  CHECK(column.print(0) == "1234.50");
  CHECK(column.print(1) == "-12.00");
  CHECK(column.print(2) == "-12.00");
  CHECK(column.print(3) == "0.05");
}

TEST_CASE("a moment beyond what microseconds hold is no infinity") {
  ColumnPlan plan = plan_of(kTimestamp);
  batch::ColumnData column(plan.type);
  CHECK(append_text(plan, "294276-12-31 23:59:59.999999", column) == Decoded::good);
  CHECK(append_text(plan, "infinity", column) == Decoded::good);
  CHECK(column.value<std::int64_t>(0) < column.value<std::int64_t>(1));
  CHECK(column.print(1) == "infinity");
}

TEST_CASE("arrays and hstores that end early or have what none has are refused") {
  ColumnPlan plan = plan_of(1009, 'S', "_text");
  for (const char* text : {"", "{", "{a", "{a,", "{a,}", "{\"a", "{\"a\\", "{a}}", "{a}b", "{,a}", "[1:2",
                           "a", "{a\\", "{{{{{{{a}}}}}}}", "{a b\"}x"}) {
    CAPTURE(text);
    CHECK_FALSE(array_to_json(plan, text));
  }
  CHECK(*array_to_json(plan, R"({a\,b,"c\"d"})") == R"(["a,b","c\"d"])");
  for (const char* text :
       {"a", "\"a", "\"a\"", "\"a\"=>", "\"a\"=>\"b", "\"a\"=>\"b\"x", "\"a\"=>\"b\",\"c\"=>NULL"}) {
    CAPTURE(text);
    CHECK_FALSE(hstore_to_json(text));
  }
  CHECK(*hstore_to_json("\"a\"=>\"b\\\"\", \"c\"=>NULL") == R"({"a":"b\"","c":null})");
  CHECK(*hstore_to_json("") == "{}");
}

TEST_CASE("a geometry is read from its bytes and from their digits, and what is none is refused") {
  using namespace std::string_view_literals;
  ColumnPlan plan = plan_of(99999, '\0', "geometry");
  batch::ColumnData column(plan.type);
  CHECK(append_text(plan, "0101000000000000000000F03F0000000000000040", column) == Decoded::good);
  CHECK(append_binary(plan, "\1\1\0\0\0\0\0\0\0\0\0\360\77\0\0\0\0\0\0\0\100"sv, column) == Decoded::good);
  CHECK(column.print(0) == "POINT (1 2)");
  CHECK(column.print(1) == "POINT (1 2)");
  CHECK(append_text(plan, "0101", column) == Decoded::malformed);
  CHECK(append_binary(plan, "\1\1"sv, column) == Decoded::malformed);
  CHECK(column.size() == 2);
}

}  // namespace leat::sources::postgres
