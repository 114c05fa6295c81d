#include <doctest/doctest.h>

#include "base/error.h"
#include "document/settings.h"

using namespace leat;
using namespace leat::document;

TEST_CASE("YAML scalars are typed by the core schema, quoted ones are text") {
  Value v = parse_yaml("{a: 12, b: '12', c: 0820, d: 1.5, e: true, f: yes, g: null, h: 2024-01-01}", "x.yml");
  CHECK(v["a"].kind() == Value::Kind::integer);
  CHECK(v["b"].kind() == Value::Kind::text);
  CHECK(v["c"].raw() == "0820");
  CHECK(v["d"].real() == 1.5);
  CHECK(v["e"].boolean());
  CHECK(v["f"].kind() == Value::Kind::text);
  CHECK(v["g"].is_null());
  CHECK(v["h"].kind() == Value::Kind::text);
}

TEST_CASE("a block that ends with the file has a newline at its end only where the file has one") {
  CHECK(parse_yaml("a: |\n  one\n  two", "x.yml")["a"].raw() == "one\ntwo");
  CHECK(parse_yaml("a: >\n  one\n  two", "x.yml")["a"].raw() == "one two");
  CHECK(parse_yaml("a: |\n  one\n  two\n", "x.yml")["a"].raw() == "one\ntwo\n");
  CHECK(parse_yaml("a: |\n  one\nb: |\n  one", "x.yml")["a"].raw() == "one\n");
  CHECK(parse_yaml("a: |\n  one\nb: |\n  one", "x.yml")["b"].raw() == "one");
  CHECK(parse_yaml("a: |\n  one\n# said", "x.yml")["a"].raw() == "one\n");
  CHECK(parse_yaml("a: \"one\\n\"", "x.yml")["a"].raw() == "one\n");
}

TEST_CASE("every value knows its place, anchors and merge keys are resolved") {
  Value v = parse_yaml("base: &b {x: 1}\nother:\n  <<: *b\n  y: 2\n", "x.yml");
  CHECK(v["other"]["x"].integer() == 1);
  CHECK(v["other"]["y"].where() == "x.yml:4:6");
}

TEST_CASE("broken YAML is refused with file, line and column") {
  try {
    parse_yaml("a: [1, 2\nb: 3", "broken.yml");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::document_syntax);
    CHECK(error.where().starts_with("broken.yml:2:"));
  }
  CHECK_THROWS_AS(parse_yaml("a: 1\na: 2", "twice.yml"), Error);
}

TEST_CASE("JSON goes in and comes out the same") {
  std::string text = R"({"b":[1,2.5,null,true],"a":"q\"\n\u0001"})";
  CHECK(to_json(parse_json(text, "")) == text);
  CHECK(to_json(parse_json(text, ""), true).starts_with(R"({"a":)"));
  CHECK_THROWS_AS(parse_json("<html>", "page"), Error);
}

TEST_CASE("settings report every problem at once, with places and near names") {
  const Spec spec{
      "postgres",
      "A server.",
      {{"host", FieldKind::text, "Host.", "", true}, {"port", FieldKind::integer, "Port.", "5432"}}};
  Env env(fixed_clock({}), 1);
  try {
    read_settings(spec, parse_yaml("prot: 1\nport: x\n", "leat.yml"), env);
    FAIL("no error");
  } catch (const Error& error) {
    std::string text = error.what();
    CHECK(text.find("leat.yml:1:7: `prot` is no setting of postgres; did you mean `port`?") !=
          std::string::npos);
    CHECK(text.find("leat.yml:2:7: `port` has to be a whole number") != std::string::npos);
    CHECK(text.find("`host` is missing") != std::string::npos);
  }
  env.set_variable("LEAT_T_HOST", "db");
  Settings s = read_settings(
      spec, parse_yaml("host: ${LEAT_T_HOST}.example\nport: ${LEAT_T_PORT:-99}", "leat.yml"), env);
  CHECK(s.text("host") == "db.example");
  CHECK(s.integer("port") == 99);
  CHECK_THROWS_AS(read_settings(spec, parse_yaml("host: ${LEAT_T_NONE}", "leat.yml"), env), Error);
}
