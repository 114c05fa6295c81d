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

TEST_CASE("PostgreSQL's texts with escapes and its parameters are read where they are asked for") {
  auto common = tokenize("E'a'"), postgres = tokenize("E'a\\'\\nb' $1", Spelling::postgres);
  CHECK(common.size() == 2);
  REQUIRE(postgres.size() == 3);
  CHECK(postgres[0].kind == TokenKind::text);
  CHECK(postgres[0].text == "a'\nb");
  CHECK(postgres[1].text == "$");
  CHECK(postgres[2].text == "1");
}

TEST_CASE("a token knows where it begins and ends in the statement") {
  std::string_view sql = "select  'it''s' /* so */ , \"a b\"";
  std::string spelled;
  for (const Token& token : tokenize(sql))
    spelled += std::string(sql.substr(token.offset, token.end - token.offset)) + "|";
  CHECK(spelled == "select|'it''s'|,|\"a b\"|");
}
