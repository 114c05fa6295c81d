#include "sql/tokenizer.h"

#include <doctest/doctest.h>

using namespace leat::sql;

TEST_CASE("the relations that a statement reads are found, its own CTEs and functions are not") {
  auto read = relations_read(R"(
    -- from nowhere
    with top as (select * from reports.crimes /* join x */ where a = 'from y')
    select extract(day from top.date) from top join "marts"."odd name" as m on true, generate_series(1, 2), b.c where x in (select 1 from d)
  )");
  REQUIRE(read.size() == 4);
  CHECK(read[0] == RelationName{"reports", "crimes"});
  CHECK(read[1] == RelationName{"marts", "odd name"});
  CHECK(read[3] == RelationName{"", "d"});
}

TEST_CASE("any bytes are tokens") {
  CHECK(tokenize("'open").size() == 1);
  CHECK(tokenize("/* open").empty());
  CHECK(tokenize("$a$ x").size() > 0);
  CHECK(tokenize("\"a\"\"b\"")[0].text == "a\"b");
}
