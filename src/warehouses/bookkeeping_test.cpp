#include "warehouses/bookkeeping.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "warehouses/duckdb/dialect.h"

using namespace leat;

TEST_CASE("each dead letter is written once, in as many statements as their number and size ask for") {
  stream::Commit commit;
  commit.load_id = "load";
  SUBCASE("many") {
    for (int i = 0; i < 1200; ++i) commit.rejected.push_back({fmt::format("<{}>", i), "f", "no"});
  }
  SUBCASE("large") {
    for (int i = 0; i < 5; ++i)
      commit.rejected.push_back({fmt::format("<{}>", i) + std::string(300'000, 'x'), "f", "no"});
  }
  std::string all;
  std::size_t statements = 0;
  for (const std::string& sql :
       warehouses::commit_statements(warehouses::duckdb::duck_dialect(), {}, commit, {})) {
    if (sql.find("dead_letters") == std::string::npos) continue;
    ++statements;
    all += sql;
  }
  CHECK(statements >= 3);
  for (std::size_t i = 0; i < commit.rejected.size(); ++i) {
    std::string name = fmt::format("'<{}>", i);
    std::size_t first = all.find(name);
    REQUIRE(first != std::string::npos);
    CHECK(all.find(name, first + 1) == std::string::npos);
  }
}

TEST_CASE("a state moves with its load, whether rows came or not; a load without one leaves it") {
  stream::Commit commit;
  commit.load_id = "load";
  auto writes_state = [&](std::int64_t rows) {
    stream::LoadResult result;
    result.rows_staged = rows;
    for (const std::string& sql :
         warehouses::commit_statements(warehouses::duckdb::duck_dialect(), {}, commit, result))
      if (sql.find("'s1'") != std::string::npos) return true;
    return false;
  };
  CHECK_FALSE(writes_state(5));
  commit.state.json = "s1";
  CHECK(writes_state(5));
  CHECK(writes_state(0));
}
