#include "sources/declarative/interpolation.h"

#include <doctest/doctest.h>

#include <functional>

#include "base/error.h"
#include "base/time.h"
#include "jinja/operations.h"
#include "sources/declarative/json_value.h"

using namespace leat;
using namespace leat::sources::declarative;

namespace {

struct Bench {
  Env env{fixed_clock(*parse_iso_timestamp("2024-05-06T07:08:09.123456")), 1};
  Interpolation interpolation{env};
  jinja::Value config = to_jinja(document::parse_json(
      R"({"key":"abc","n":5,"nested":{"deep":1},"list":[1,2],"flag":true,"items":[3]})", "config"));
  Scope scope;

  Interpolated make(const char* text) {
    return Interpolated(document::Value::of(std::string(text)), document::parse_yaml("{p: q}", "p"),
                        interpolation, config);
  }
  // The value as Python would print it.
  std::string value(const char* text, Literals literals = Literals::all) {
    return jinja::to_repr(make(text).evaluate(scope, literals));
  }
  bool truth(const char* text) { return make(text).truth(scope); }
  ErrorCode code(const char* text) {
    try {
      make(text).evaluate(scope);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  }
};

}  // namespace

TEST_CASE("what a template renders to is read as a Python literal where it is one") {
  Bench bench;
  CHECK(bench.value("{{ 123 }}") == "123");
  CHECK(bench.value("1.0") == "1.0");
  CHECK(bench.value("1_0") == "10");
  CHECK(bench.value("1e5") == "100000.0");
  CHECK(bench.value("0x10") == "16");
  CHECK(bench.value("1,2") == "(1, 2)");
  CHECK(bench.value("True") == "True");
  CHECK(bench.value("None") == "None");
  CHECK(bench.value("'a'") == "'a'");
  CHECK(bench.value(" 5") == "5");
  for (const char* text : {"01", "true", "null", "2024-01-01", "nan", "abc"}) {
    CHECK(bench.value(text) == "'" + std::string(text) + "'");
  }
  CHECK(bench.value("{{ config['nested'] }}") == "{'deep': 1}");
  CHECK(bench.value("{{ {'a': none, 'b': true} }}") == "{'a': None, 'b': True}");
  CHECK(bench.value("{{ config.list }}") == "[1, 2]");
}

TEST_CASE("query parameters keep numbers as they were written, and lists as lists") {
  Bench bench;
  CHECK(bench.value("1.0", Literals::text_and_lists) == "'1.0'");
  CHECK(bench.value("{{ 10 }}", Literals::text_and_lists) == "'10'");
  CHECK(bench.value("{{ [1, 2] }}", Literals::text_and_lists) == "[1, 2]");
}

TEST_CASE("a missing last member renders nothing, a missing inner one and an unknown name are errors") {
  Bench bench;
  CHECK(bench.value("{{ config['nope'] }}") == "''");
  CHECK(bench.value("a{{ config.nope }}b") == "'ab'");
  CHECK(bench.code("{{ config['nope']['x'] }}") == ErrorCode::jinja_undefined);
  CHECK(bench.code("{{ nope }}") == ErrorCode::jinja_undefined);
  CHECK(bench.code("{{ range(3) }}") == ErrorCode::jinja_undefined);
  CHECK(bench.code("{{ config[ }}") == ErrorCode::jinja_syntax);
}

TEST_CASE("conditions are false only for Airbyte's false values, none among them") {
  Bench bench;
  for (const char* text :
       {"{{ False }}", "false", "{{ {} }}", "{{ [] }}", "{{ () }}", "", "{{ '' }}", "{{ 0 }}", "0.0",
        "{{ None }}", "{{ config.get('nope') }}", "{{ config['nope'] }}", "{{ config['nope']['x'] }}"}) {
    CAPTURE(text);
    CHECK_FALSE(bench.truth(text));
  }
  for (const char* text : {"{{ 1 }}", "{{ 'x' }}", "{{ [0] }}", "yes"}) {
    CAPTURE(text);
    CHECK(bench.truth(text));
  }
  CHECK_THROWS_AS(bench.truth("{{ unknown_name }}"), Error);
}

TEST_CASE("methods win over members of the same name by attribute, and members by index") {
  Bench bench;
  CHECK(bench.value("{{ config['items'] }}") == "[3]");
  CHECK(bench.value("{{ config.get('items', [])[0] }}") == "3");
  CHECK(bench.value("{{ parameters.p }}") == "'q'");
}

TEST_CASE("a slice is known by its three names") {
  Bench bench;
  bench.scope.set_slice(jinja::Value::dict({{"start_time", jinja::Value("2024-01-01")}}));
  CHECK(bench.value("{{ stream_slice['start_time'] }}") == "'2024-01-01'");
  CHECK(bench.value("{{ stream_partition.start_time }}{{ stream_interval.start_time }}") ==
        "'2024-01-012024-01-01'");
}

TEST_CASE("lazy variables are only made for templates that read them") {
  Bench bench;
  int made = 0;
  bench.scope.set_lazy("response", [&] {
    ++made;
    return jinja::Value::dict({{"next", jinja::Value("n")}});
  });
  CHECK(bench.value("{{ config.key }}") == "'abc'");
  CHECK(made == 0);
  CHECK(bench.value("{{ response.next }}{{ response['next'] }}") == "'nn'");
  CHECK(bench.value("{{ response.next }}") == "'n'");
  CHECK(made == 1);
}

TEST_CASE("the macros tell dates by the clock of the run, in UTC") {
  Bench bench;
  CHECK(bench.value("{{ now_utc() }}") == "'2024-05-06 07:08:09.123456+00:00'");
  CHECK(bench.value("{{ now_utc().strftime('%Y-%m-%dT%H:%M:%SZ') }}") == "'2024-05-06T07:08:09Z'");
  CHECK(bench.value("{{ today_utc() }}") == "'2024-05-06'");
  CHECK(bench.value("{{ today_utc().strftime('%Y%m%d') }}") == "20240506");
  CHECK(bench.value("{{ day_delta(-1, format='%Y-%m-%d') }}") == "'2024-05-05'");
  CHECK(bench.value("{{ timestamp('2022-02-28') }}") == "1646006400.0");
  CHECK(bench.value("{{ timestamp(5.7) }}") == "5");
  CHECK(bench.value("{{ str_to_datetime('2024-01-01T01:00:00+01:00') }}") == "'2024-01-01 00:00:00+00:00'");
  CHECK(bench.value("{{ format_datetime('2024-01-02T03:04:05Z', '%d.%m.%Y') }}") == "'02.01.2024'");
  CHECK(bench.value("{{ format_datetime('1704164645', '%Y-%m-%d', '%s') }}") == "'2024-01-02'");
  CHECK(bench.value("{{ format_datetime(now_utc(), '%s') }}") == "1714979289");
  CHECK(bench.value("{{ (now_utc() - duration('P1D')).strftime('%Y-%m-%d') }}") == "'2024-05-05'");
  CHECK(bench.value("{{ (now_utc() - duration('P1M')).strftime('%Y-%m-%d') }}") == "'2024-04-06'");
  CHECK(bench.value("{{ max(2, 3, 1) }}{{ min([4, 2]) }}") == "32");
  CHECK(bench.value("{{ camel_case_to_snake_case('camelCaseName') }}") == "'camel_case_name'");
  CHECK(bench.value("{{ sanitize_url('a b/c') }}") == "'a+b%2Fc'");
}

TEST_CASE("the filters that Airbyte adds are there") {
  Bench bench;
  CHECK(bench.value("{{ 'hello' | base64encode }}") == "'aGVsbG8='");
  CHECK(bench.value("{{ 'aGVsbG8=' | base64decode }}") == "'hello'");
  CHECK(bench.value("{{ 'aGVs bG9' | base64decode }}") == "'hello'");  // read around, as Python does
  CHECK(bench.value("{{ config.nested | string }}") == R"('{"deep": 1}')");
  CHECK(bench.value("{{ 'page=12&x' | regex_search('page=([0-9]+)') }}") == "12");
  CHECK(bench.value("{{ 'none' | regex_search('page=([0-9]+)') }}") == "''");
}

TEST_CASE("members that come out as none are left out of mappings") {
  Bench bench;
  InterpolatedTree tree(
      document::parse_yaml(
          "{a: \"{{ none }}\", b: \"{{ 10 }}\", c: {d: \"{{ none }}\", e: [\"{{ 1 }}\", x]}, '{{ "
          "config.key }}': 1}",
          "t"),
      document::Value(), bench.interpolation, bench.config);
  CHECK(json_text(tree.evaluate(bench.scope)) == R"({"b":10,"c":{"e":[1,"x"]},"abc":1})");
}

TEST_CASE("errors in templates name the manifest's file and line") {
  Bench bench;
  document::Value manifest = document::parse_yaml("a: 1\nb:\n  c: \"{{ nope.x }}\"\n", "connector.yaml");
  Interpolated text(manifest["b"]["c"], document::Value(), bench.interpolation, bench.config);
  try {
    text.evaluate(bench.scope);
    FAIL("an unknown name was taken");
  } catch (const Error& error) {
    CHECK(error.where().rfind("connector.yaml:3", 0) == 0);
  }
}
