#include "dbt/diff/relation_diff.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "batch/decimal.h"

namespace leat::dbt {
namespace {

using batch::Type;
using batch::TypeKind;

// Rows of an id and a text; "" is null.
sql::QueryResult rows(const std::vector<std::pair<std::int64_t, std::string>>& values,
                      const char* name = "name") {
  sql::QueryResult out;
  out.schema = std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{"id", Type{TypeKind::int64}}, {name, Type{TypeKind::text}}});
  out.native_types = {"BIGINT", "VARCHAR"};
  out.batches.emplace_back(out.schema);
  for (const auto& [id, text] : values) {
    out.batches.back().column(0).append<std::int64_t>(id);
    if (text.empty()) {
      out.batches.back().column(1).append_null();
    } else {
      out.batches.back().column(1).append_text(text);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("rows are compared by key: added, gone, changed, the same") {
  RelationDiff diff =
      diff_rows(rows({{1, "a"}, {2, "b"}, {3, ""}}), rows({{3, ""}, {2, "B"}, {4, "d"}}), {{"ID"}, {}, 5});
  CHECK(diff.left_rows == 3);
  CHECK(diff.right_rows == 3);
  CHECK(diff.only_left_keys == std::vector<std::string>{"1"});
  CHECK(diff.only_right_keys == std::vector<std::string>{"4"});
  CHECK(diff.changed == 1);
  CHECK(diff.same == 1);
  REQUIRE(diff.columns.at(1).samples.size() == 1);
  CHECK(diff.columns[1].samples[0].key == "2");
  CHECK(diff.columns[1].samples[0].right == "B");
  CHECK(!diff.equal());
  CHECK(diff_rows(rows({{1, "a"}}), rows({{1, "A"}}), {{"id"}, {"name"}, 5}).equal());
}

TEST_CASE("without a key rows are a bag") {
  RelationDiff diff = diff_rows(rows({{1, "a"}, {1, "a"}, {2, "b"}}), rows({{2, "b"}, {1, "a"}}), {});
  CHECK(diff.same == 2);
  CHECK(diff.only_left == 1);
  CHECK(diff.only_right == 0);
}

TEST_CASE("columns that only one side has are differences") {
  RelationDiff diff = diff_rows(rows({{1, "a"}}), rows({{1, "a"}}, "title"), {{"id"}, {}, 5});
  CHECK(diff.same == 1);
  CHECK(diff.columns.size() == 3);
  CHECK(diff.columns[1].right_type.empty());
  CHECK(diff.columns[2].left_type.empty());
  CHECK(!diff.equal());
}

TEST_CASE("a key that is no key is refused") {
  CHECK_THROWS_AS(diff_rows(rows({{1, "a"}, {1, "b"}}), rows({}), {{"id"}, {}, 5}), Error);
  CHECK_THROWS_AS(diff_rows(rows({}), rows({{1, "a"}, {1, "b"}}), {{"id"}, {}, 5}), Error);
  CHECK_THROWS_AS(diff_rows(rows({}), rows({}), {{"nothing"}, {}, 5}), Error);
}

TEST_CASE("numbers of different types are compared as numbers") {
  auto one = [](Type type, auto value) {
    sql::QueryResult out;
    out.schema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"n", type}});
    out.native_types = {type.name()};
    out.batches.emplace_back(out.schema);
    out.batches.back().column(0).append<decltype(value)>(value);
    return out;
  };
  sql::QueryResult decimal = one(Type{TypeKind::decimal, 10, 2}, batch::Int128{1050});
  CHECK(diff_rows(decimal, one(Type{TypeKind::float64}, 10.5), {}).equal());
  CHECK(diff_rows(decimal, one(Type{TypeKind::decimal, 10, 1}, batch::Int128{105}), {}).equal());
  CHECK(!diff_rows(decimal, one(Type{TypeKind::int64}, std::int64_t{10}), {}).equal());
}

}  // namespace leat::dbt
