#include "warehouses/duckdb/compression.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

using namespace leat;
using batch::TypeKind;

TEST_CASE("a column is various where its texts hardly ever come twice, in enough rows to tell") {
  auto schema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{
      {"n", {TypeKind::int64}}, {"key", {}}, {"word", {}}, {"sparse", {}}, {"document", {TypeKind::json}}});
  auto rows = [&](int count) {
    batch::RecordBatch out(schema);
    for (int i = 0; i < count; ++i) {
      out.column(0).append<std::int64_t>(i);
      out.column(1).append_text(fmt::format("key {}", i));
      out.column(2).append_text(fmt::format("word {}", i % 1000));
      if (i % 100 == 0) {
        out.column(3).append_text(fmt::format("{}", i));
      } else {
        out.column(3).append_null();
      }
      out.column(4).append_text(fmt::format("{{\"a\":{}}}", i));
    }
    return out;
  };
  using Names = std::set<std::string>;
  CHECK(warehouses::duckdb::various_columns(rows(10'000)) == Names{"document", "key"});
  CHECK(warehouses::duckdb::various_columns(rows(1'000)).empty());
  CHECK(warehouses::duckdb::various_columns(rows(0)).empty());
}

TEST_CASE("few rows tell that a column is various where their texts are long") {
  auto schema = std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{"document", {TypeKind::json}}, {"notice", {}}});
  batch::RecordBatch rows(schema);
  for (int i = 0; i < 200; ++i) {
    rows.column(0).append_text(fmt::format("{{\"id\":{},\"text\":\"{}\"}}", i, std::string(2000, 'x')));
    rows.column(1).append_text(fmt::format("{} {}", i % 20, std::string(2000, 'x')));
  }
  CHECK(warehouses::duckdb::various_columns(rows) == std::set<std::string>{"document"});
}
