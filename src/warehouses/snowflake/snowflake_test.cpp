#include <doctest/doctest.h>
#include "base/error.h"
#include "warehouses/snowflake/account.h"
#include "warehouses/snowflake/dialect.h"
#include "warehouses/snowflake/key_pair.h"
#include "warehouses/snowflake/result.h"
#include "warehouses/snowflake/statements.h"

using namespace leat;
using namespace leat::warehouses::snowflake;
using batch::Type;
using batch::TypeKind;

TEST_CASE("Snowflake names that need no quotes fold to upper case, the others stay") {
  const sql::Dialect& dialect = snow_dialect();
  CHECK(dialect.quote("crimes") == "\"CRIMES\"");
  CHECK(dialect.quote("caseNumber") == "\"CASENUMBER\"");
  CHECK(dialect.quote("_leat") == "\"_LEAT\"");
  CHECK(dialect.quote("two words") == "\"two words\"");
  CHECK(dialect.quote("2nd") == "\"2nd\"");
  CHECK(dialect.quote("a\"b") == "\"a\"\"b\"");
  CHECK(dialect.render({"db", "raw", "crimes"}) == "\"DB\".\"RAW\".\"CRIMES\"");
  CHECK(unfolded("CRIMES") == "crimes");
  CHECK(unfolded("Crimes") == "Crimes");
  CHECK(unfolded("Two Words") == "Two Words");
}

TEST_CASE("Snowflake literals escape quotes, backslashes and NUL") {
  CHECK(snow_dialect().literal("it's \\ here") == "'it''s \\\\ here'");
  CHECK(snow_dialect().literal(std::string_view("a\0b", 3)) == "'a\\0b'");
}

TEST_CASE("Snowflake's type names are read back as they were written") {
  const sql::Dialect& dialect = snow_dialect();
  for (Type type : {Type{TypeKind::boolean}, Type{TypeKind::int16}, Type{TypeKind::int32},
                    Type{TypeKind::int64}, Type{TypeKind::float64}, Type{TypeKind::decimal, 38, 10},
                    Type{TypeKind::text}, Type{TypeKind::bytes}, Type{TypeKind::date}, Type{TypeKind::time},
                    Type{TypeKind::timestamp}, Type{TypeKind::timestamptz}, Type{TypeKind::json}}) {
    CHECK(dialect.parse_type(dialect.type_name(type)) == type);
  }
  CHECK(dialect.parse_type("VARCHAR(16777216)") == Type{TypeKind::text});
  CHECK(dialect.parse_type("NUMBER(38,0)") == Type{TypeKind::decimal, 38, 0});
  CHECK(dialect.parse_type("timestamp_ltz(9)") == Type{TypeKind::timestamptz});
  CHECK(dialect.parse_type("integer") == Type{TypeKind::decimal, 38, 0});
  CHECK_FALSE(dialect.parse_type("GEOGRAPHY"));
}

TEST_CASE("statements are split outside of texts, names and comments") {
  auto parts = split_statements("select ';' ; -- a; b\nselect \"x;y\", 'it\\';s' /* ; */; ; select $$a;b$$");
  REQUIRE(parts.size() == 3);
  CHECK(parts[0] == "select ';' ");
  CHECK(parts[2] == " select $$a;b$$");
  CHECK(split_statements(" ; -- nothing").empty());
}

TEST_CASE("the values of an answer are read by their types") {
  document::Value rowtype = document::parse_json(
      R"([{"name":"N","type":"fixed","precision":38,"scale":0},{"name":"D","type":"fixed","precision":10,"scale":2},
          {"name":"day","type":"date"},{"name":"T","type":"time","scale":9},{"name":"TS","type":"timestamp_ntz","scale":9},
          {"name":"TZ","type":"timestamp_tz","scale":9},{"name":"B","type":"boolean"},{"name":"X","type":"binary"},
          {"name":"R","type":"real"},{"name":"V","type":"variant"}])",
      "x");
  RowBuilder rows(rowtype);
  CHECK(read_part(
      R"(["12","-1.50","-1","3661.000000001","-0.500000000","1700000000.123456789 1500","true","00FF","NaN","{\"a\":\"\u00e9\ud83d\ude00\"}"],
                     [null,null,null,null,null,null,null,null,null,null])",
      rows));
  sql::QueryResult result = rows.finish();
  REQUIRE(result.rows() == 2);
  const batch::RecordBatch& batch = result.batches[0];
  CHECK((*result.schema)[0].name == "n");
  CHECK((*result.schema)[0].type == Type{TypeKind::int64});
  CHECK((*result.schema)[2].name == "day");
  CHECK(batch.column(0).value<std::int64_t>(0) == 12);
  CHECK(batch.column(1).print(0) == "-1.50");
  CHECK(batch.column(2).value<std::int32_t>(0) == -1);
  CHECK(batch.column(3).value<std::int64_t>(0) == 3661000000);
  CHECK(batch.column(4).value<std::int64_t>(0) == -500000);
  CHECK(batch.column(5).value<std::int64_t>(0) == 1700000000123456);
  CHECK(batch.column(6).value<std::uint8_t>(0) == 1);
  CHECK(batch.column(7).text(0) == std::string_view("\0\xFF", 2));
  CHECK(batch.column(9).text(0) == "{\"a\":\"é😀\"}");
  CHECK(batch.column(0).is_null(1));
  CHECK(result.native_types[0] == "NUMBER(38,0)");
}

TEST_CASE("a whole number that no int64 holds makes its column a decimal") {
  RowBuilder rows(document::parse_json(R"([{"name":"N","type":"fixed","precision":38,"scale":0}])", "x"));
  CHECK(read_part(R"([["1"],["99999999999999999999999999999999999999"]])", rows));
  sql::QueryResult result = rows.finish();
  CHECK((*result.schema)[0].type == Type{TypeKind::decimal, 38, 0});
  CHECK(result.batches[0].column(0).print(1) == "99999999999999999999999999999999999999");
}

TEST_CASE("a damaged part of a result is refused") {
  document::Value rowtype =
      document::parse_json(R"([{"name":"A","type":"text"},{"name":"B","type":"text"}])", "x");
  for (const char* text : {R"(["a"])", R"(["a","b)", R"(["a","b"],[)", R"(["a","\x"])", R"({"a":1})"}) {
    RowBuilder rows(rowtype);
    CHECK_FALSE(read_part(text, rows));
  }
}

TEST_CASE("a key that is none is refused without a word of it") {
  try {
    key_pair_token("acc", "me", "-----BEGIN NOTHING", "", Timestamp{}, "leat.yml:3:1");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::config_invalid);
    CHECK(error.where() == "leat.yml:3:1");
    CHECK(std::string(error.what()).find("NOTHING") == std::string::npos);
  }
}

TEST_CASE("an account has exactly one way to log in, and an address of its own") {
  Env env;
  auto read = [&](const std::string& yaml) {
    return read_account(document::read_settings(account_spec(), document::parse_yaml(yaml, "leat.yml"), env));
  };
  Account account = read("account: My_Org-acc.eu-central-1\nuser: me\ntoken: tok-en-1\ndatabase: db\n");
  CHECK(account.url == "https://my-org-acc.eu-central-1.snowflakecomputing.com");
  CHECK(account.name == "My_Org-acc");
  CHECK_THROWS_AS(read("account: a\nuser: me\ndatabase: db\n"), Error);
  CHECK_THROWS_AS(read("account: a\nuser: me\ndatabase: db\ntoken: t\npassword: p\n"), Error);
}

TEST_CASE("texts of a result's part may be escaped, and numbers need no quotes") {
  RowBuilder rows(document::parse_json(
      R"([{"name":"T","type":"text"},{"name":"N","type":"fixed","precision":10,"scale":0}])", "x"));
  REQUIRE(read_part(R"([ ["\u0041\u00e9\u20ac\ud83d\ude00\n\"\\", 5], [null, null] ])", rows));
  sql::QueryResult result = rows.finish();
  REQUIRE(result.rows() == 2);
  CHECK(result.batches[0].column(0).text(0) == "Aé€😀\n\"\\");
  CHECK(result.batches[0].column(1).print(0) == "5");
  CHECK(result.batches[0].column(1).is_null(1));
}
