#include <doctest/doctest.h>

#include "base/error.h"
#include "jinja/block_scanner.h"
#include "jinja/environment.h"
#include "jinja/operations.h"
#include "jinja/template.h"

using namespace leat;
using namespace leat::jinja;

namespace {
ParseOptions dbt() {
  ParseOptions options;
  options.dbt = true;
  return options;
}

/// A project's macros in one dict, as a caller's context sees them.
struct Project {
  Environment environment;
  Context context;
  std::vector<std::shared_ptr<const Template>> files;
  void add(const std::string& text, const std::string& name = "macros/m.sql") {
    files.push_back(Template::parse(text, name, dbt()));
    for (const MacroInfo& macro : files.back()->macros())
      context.set(macro.name, files.back()->macro_value(macro));
  }
  std::string render(const std::string& text) {
    return environment.render(*Template::parse(text, "models/a.sql", dbt()), context);
  }
  Error error(const std::string& text) {
    try {
      render(text);
    } catch (const Error& thrown) {
      return thrown;
    }
    FAIL("no error from ", text);
    throw Error(ErrorCode::internal, "unreachable");
  }
};
}  // namespace

TEST_CASE("a macro returns its text, or the value it return()s with its type") {
  Project project;
  project.add(
      "{% macro text() %} a {% endmacro %}"
      "{% macro items() %}ignored {{ return([1, 2]) }} never{% endmacro %}"
      "{% macro nested() %}{% for i in [1, 2, 3] %}{% if i == 2 %}{% do return({'found': i}) %}{% endif %}{% "
      "endfor %}"
      "{% endmacro %}");
  CHECK(project.render("[{{ text() }}] {{ items() | length }} {{ items()[1] + 1 }} {{ nested().found }}") ==
        "[ a ] 2 3 2");
  CHECK(project.render("{% set x = items() %}{% do x.append(3) %}{{ x }}") == "[1, 2, 3]");
}

TEST_CASE("a macro sees the context of its caller, never its locals") {
  Project project;
  project.add("{% macro show() %}{{ target }}/{{ local is defined }}{% endmacro %}");
  project.context.set("target", Value("dev"));
  CHECK(project.render("{% set local = 1 %}{{ show() }}") == "dev/False");
  Context other(&project.context);
  other.set("target", Value("prod"));
  CallArguments none;
  CHECK(to_text(project.environment.call_macro(*project.context.find("show"), none, other)) == "prod/False");
}

TEST_CASE("a return inside a call block ends the macro that runs the block") {
  Project project;
  project.environment.add_global("return", return_function());
  project.add(
      "{% macro statement(name) %}{% set sql = caller() %}ran {{ sql }}{% endmacro %}"
      "{% macro outer() %}{% call statement('a') %}select 1{% endcall %} after{% endmacro %}"
      "{% macro early() %}{% call statement('a') %}{{ return(5) }}{% endcall %} after{% endmacro %}"
      "{% macro inside() %}{{ [1, return(7)] }}{% endmacro %}");
  CHECK(project.render("{{ outer() }}|{{ early() }}|{{ inside() }}") == "ran select 1 after|5 after|7");
}

TEST_CASE("dbt's blocks are found with their headers") {
  const auto file = Template::parse(
      "{% materialization incremental, adapter='duckdb', supported_languages=['sql', 'python'] %}x{% "
      "endmaterialization %}"
      "{% test positive(model, column_name) %}select {{ column_name }}{% endtest %}"
      "{% snapshot s %}{{ config() }}{% endsnapshot %}{% docs d %}text{% enddocs %}"
      "{% materialization table, default %}{% endmaterialization %}{% macro m(a: list[str], b=1) %}{% "
      "endmacro %}",
      "macros/all.sql", dbt());
  REQUIRE(file->blocks().size() == 5);
  CHECK(file->blocks()[0].adapter == "duckdb");
  CHECK(file->blocks()[0].supported_languages == std::vector<std::string>{"sql", "python"});
  CHECK(file->blocks()[1].type == "test");
  CHECK(file->blocks()[1].parameters == std::vector<std::string>{"model", "column_name"});
  CHECK(file->blocks()[4].adapter == "default");
  CHECK(file->macros()[0].parameters == std::vector<std::string>{"a", "b"});
  CallArguments arguments;
  arguments.positional.push_back(Value("m"));
  arguments.named.push_back({"column_name", Value("id")});
  const Environment environment;
  CHECK(to_text(environment.call_macro(file->macro_value(file->blocks()[1]), arguments, Context())) ==
        "select id");
  CHECK(environment.render(*file, Context()).empty());
}

TEST_CASE("the block scanner cuts blocks out of files that are no templates") {
  const std::string source =
      "{% ##### %}\n{# {% macro no() %}{% endmacro %} #}\nit's {{ free }}\n"
      "{%- macro one(a, b='%}') -%}\n  {% if a %}{{ b }}{% endif %}\n{%- endmacro %}\n"
      "{% raw %}{% macro hidden() %}{% endraw %}{% docs intro %}# Title{% enddocs %}";
  const auto blocks = scan_blocks(source, "macros/x.sql");
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0].name == "one");
  CHECK(blocks[0].line == 4);
  CHECK(blocks[1].contents == "# Title");
  ParseOptions options = dbt();
  options.first_line = blocks[0].line;
  const auto macro = Template::parse(std::string(blocks[0].text), "macros/x.sql", options);
  CHECK(macro->macros().front().line == 4);
  CHECK_THROWS_AS(scan_blocks("{% macro a() %}", "x.sql"), Error);
}

TEST_CASE("calls are found with their literal arguments without rendering") {
  const auto model = Template::parse(
      "{{ config(materialized='table', tags=['a', 'b'], n=-1) }}{% if x %}{{ ref('one') }}{% endif %}"
      "{% set s = source('raw', 'calls') %}{{ ref(name, v=2) }}{{ adapter.dispatch('f', 'pkg')(*args) }}"
      "{% macro inner() %}{{ var('v', {'k': none}) }}{% endmacro %}",
      "models/a.sql", dbt());
  std::vector<CallSite> calls;
  for_each_call(*model, [&](const CallSite& call) { calls.push_back(call); });
  REQUIRE(calls.size() == 6);
  CHECK(calls[0].callee == "config");
  CHECK(to_text(*calls[0].named[1].second) == "['a', 'b']");
  CHECK(to_text(*calls[0].named[2].second) == "-1");
  CHECK(to_text(*calls[1].positional[0]) == "one");
  CHECK(calls[2].callee == "source");
  CHECK_FALSE(calls[3].positional[0]);
  CHECK(calls[4].callee == "adapter.dispatch");
  CHECK(calls[5].macro == "inner");
  CHECK(to_text(*calls[5].positional[1]) == "{'k': None}");
}

TEST_CASE("the names that a template needs are known") {
  const auto model = Template::parse(
      "{% set a = b %}{{ a }}{% for i in c %}{{ i }}{{ loop.index }}{% endfor %}{% macro m(x) %}{{ x }}{{ d "
      "}}{% endmacro %}"
      "{{ m(1) }}{{ range(e.f) }}",
      "t");
  CHECK(model->undeclared_names() == std::vector<std::string>{"b", "c", "d", "range", "e"});
}

TEST_CASE("an error names the place, the line and the macros on the way") {
  Project project;
  project.add(
      "{% macro inner(x) %}\n  {{ x.y.z }}\n{% endmacro %}\n{% macro outer() %}{{ inner({}) }}{% endmacro "
      "%}");
  const Error error = project.error("select\n  {{ outer() }}");
  CHECK(error.code() == ErrorCode::jinja_undefined);
  CHECK(error.where() == "macros/m.sql:2:10");
  CHECK(error.what_failed() ==
        "'dict object' has no attribute 'y'\n  2 |   {{ x.y.z }}\n"
        "  in macro inner (macros/m.sql:1), called at macros/m.sql:4\n"
        "  in macro outer (macros/m.sql:4), called at models/a.sql:2");
}

TEST_CASE("an undefined name that is called lists near names") {
  Project project;
  project.context.set("dateadd", Value("x"));
  const Error error = project.error("{{ datead(1) }}");
  CHECK(error.what_failed().find("'datead' is undefined. Did you mean 'dateadd'?") == 0);
  CHECK(project.error("{{ x | uper }}").what_failed().find("Did you mean 'upper'") != std::string::npos);
}

TEST_CASE("errors of functions keep their code and get the template's place") {
  Project project;
  project.environment.add_function("ref", [](CallArguments&) -> Value {
    throw Error(ErrorCode::dbt_unresolved, "No model 'x'", "ref('x')").fix("Add it.");
  });
  const Error error = project.error("a\n{{ ref('x') }}");
  CHECK(error.code() == ErrorCode::dbt_unresolved);
  CHECK(error.where() == "models/a.sql:2:4: ref('x')");
  CHECK(error.fix() == "Add it.");
}

TEST_CASE("endless templates end with a limit") {
  EnvironmentOptions options;
  options.limits.steps_max = 100000;
  const Environment environment(options);
  const auto code_of = [&](const std::string& text) {
    try {
      environment.render(*Template::parse(text, "t"), Context());
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  CHECK(code_of("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}") == ErrorCode::jinja_limit);
  CHECK(code_of("{% for i in range(1000000) %}{% endfor %}") == ErrorCode::jinja_limit);
  CHECK(code_of("{{ range(100000000) }}") == ErrorCode::jinja_limit);
  CHECK(code_of("{{ 'x' * 1000000000 }}") == ErrorCode::jinja_limit);
  CHECK(code_of("{% set x = [] %}{% for i in range(5000) %}{% set x = [x] %}{% do x.append(x) %}{{ x == x "
                "}}{% endfor %}{{ 1 }}") == ErrorCode::internal);
  CHECK(code_of("{% set n = namespace(x=[]) %}{% for i in range(9000) %}{% set n.x = [n.x] %}{% endfor %}{{ "
                "n.x }}") == ErrorCode::jinja_limit);
  CHECK(code_of("{% for a in [[1]] recursive %}{{ loop([[a]]) }}{% endfor %}") == ErrorCode::jinja_limit);
}

TEST_CASE("undefined values follow the environment's policy") {
  const auto render = [](UndefinedPolicy policy, const std::string& text) -> std::string {
    EnvironmentOptions options;
    options.undefined = policy;
    try {
      return Environment(options).render(*Template::parse(text, "t"), Context());
    } catch (const Error& error) {
      return error.code() == ErrorCode::jinja_undefined ? "undefined" : error.what();
    }
  };
  CHECK(render(UndefinedPolicy::lenient, "{{ x }}") == "");
  CHECK(render(UndefinedPolicy::lenient, "{{ x.y }}") == "undefined");
  CHECK(render(UndefinedPolicy::strict, "{{ x }}") == "undefined");
  CHECK(render(UndefinedPolicy::strict, "{{ x == 1 }}") == "undefined");
  CHECK(render(UndefinedPolicy::strict, "{% if x %}{% endif %}") == "undefined");
  CHECK(render(UndefinedPolicy::strict, "{{ x is defined }}{{ x | default(1) }}{{ {}.y is defined }}") ==
        "False1False");
  CHECK(render(UndefinedPolicy::chainable, "{{ x.y['z'][1] }}") == "");
  CHECK(render(UndefinedPolicy::chainable, "{{ x() }}") == "undefined");
  CHECK(render(UndefinedPolicy::absorbing, "{{ x.y(1).z[2] }}a{% for i in x() %}b{% endfor %}") == "a");
}

TEST_CASE("templates include, import and extend others through the loader") {
  Environment environment;
  const std::vector<std::pair<std::string, std::string>> files = {
      {"part", "[{{ x }}]"},
      {"lib",
       "{% macro twice(a) %}{{ a }}{{ a }}{{ unit }}{% endmacro %}{% set unit = 'u' %}{% set _hidden = 1 %}"},
      {"base", "<{% block head %}base{% endblock %}|{% block body %}{{ y }}{% endblock %}>"},
      {"child",
       "{% extends 'base' %}{% set y = 5 %}{% block head %}{{ super() }}+child{% endblock %}ignored"}};
  environment.set_loader([&](std::string_view name) -> std::shared_ptr<const Template> {
    for (const auto& [file, text] : files)
      if (file == name) return Template::parse(text, file);
    return nullptr;
  });
  const auto render = [&](const std::string& text) {
    return environment.render(*Template::parse(text, "main"), Context());
  };
  CHECK(render("{% set x = 1 %}{% include 'part' %}{% include ['none', 'part'] without context %}"
               "{% include 'none' ignore missing %}") == "[1][]");
  CHECK(render("{% import 'lib' as l %}{{ l.twice('a') }}{{ l.unit }}{{ l._hidden is defined }}") ==
        "aauuFalse");
  CHECK(render("{% from 'lib' import twice as t, unit %}{{ t(1) }}{{ unit }}") == "11uu");
  CHECK(render("{% extends 'child' %}{% block head %}{{ super() }}!{% endblock %}") == "<base+child!|5>");
}

TEST_CASE("rendering natively keeps the type of a single expression") {
  const Environment environment;
  const auto native = [&](const std::string& text) {
    return to_repr(environment.render_native(*Template::parse(text, "t"), Context()));
  };
  CHECK(native("{{ [1, 2] }}") == "[1, 2]");
  CHECK(native("{{ 1 }}{{ 2 }}") == "'12'");
  CHECK(native("{{ 'a' }}") == "'a'");
  CHECK(native("plain") == "'plain'");
  CHECK(to_repr(environment.evaluate(*Template::parse_expression("1 + 2, 'a'"), Context())) == "(3, 'a')");
}

TEST_CASE("trim_blocks and lstrip_blocks take whitespace around tags") {
  ParseOptions options;
  options.trim_blocks = options.lstrip_blocks = true;
  const auto render = [&](const std::string& text) {
    return Environment().render(*Template::parse(text, "t", options), Context());
  };
  CHECK(render("a\n  {% if true %}\n  b\n  {% endif %}\nc\n") == "a\n  b\nc");
  CHECK(render("  {{ 1 }}\n  {%+ if true +%}\nx{% endif %}") == "  1\n  \nx");
  CHECK(render("a {# c #}\nb") == "a b");
  options.keep_trailing_newline = true;
  CHECK(render("a\r\n") == "a\n");
}
