#include "sources/declarative/manifest.h"

#include <doctest/doctest.h>

#include <functional>

#include "base/error.h"
#include "base/secret.h"
#include "sources/declarative/propagation.h"
#include "sources/declarative/references.h"

using namespace leat;
using namespace leat::sources::declarative;
using document::parse_yaml;
using document::to_json;
using document::Value;

namespace {

std::string resolved(const char* yaml) {
  return to_json(resolve_references(parse_yaml(yaml, "m.yaml")));
}
std::string propagated(const char* yaml) {
  return to_json(propagate(parse_yaml(yaml, "m.yaml")), true);
}
// "CODE at place" of what an action throws.
std::string failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(info(error.code()).name) + " at " + error.where();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("a $ref takes the referenced mapping's members, and those beside it win, one level deep") {
  CHECK(resolved("a: {x: 1, y: {p: 1, q: 2}}\nb: {$ref: '#/a', y: {p: 3}, z: 4}") ==
        R"({"a":{"x":1,"y":{"p":1,"q":2}},"b":{"x":1,"y":{"p":3},"z":4}})");
}

TEST_CASE("bare text that begins with #/ is a reference anywhere, also in lists and to scalars") {
  CHECK(resolved("a: 5\nb: '#/a'\nc: ['#/a', '#/d/k']\nd: {k: v}") ==
        R"({"a":5,"b":5,"c":[5,"v"],"d":{"k":"v"}})");
}

TEST_CASE("a reference to what is no mapping replaces the node and what stands beside it") {
  CHECK(resolved("a: [1, 2]\nb: {$ref: '#/a', x: 1}") == R"({"a":[1,2],"b":[1,2]})");
}

TEST_CASE("a path is tried as one key before it is split, and numbers index lists") {
  CHECK(resolved("a: {'b/c': 1, b: {c: 2}}\nx: '#/a/b/c'\nl: [7, {k: 8}]\ny: '#/l/1/k'") ==
        R"({"a":{"b/c":1,"b":{"c":2}},"x":1,"l":[7,{"k":8}],"y":8})");
}

TEST_CASE("references follow references, and circles and dead ends name their place") {
  CHECK(resolved("a: '#/b'\nb: '#/c'\nc: 1") == R"({"a":1,"b":1,"c":1})");
  CHECK(failure([] { resolved("a: '#/b'\nb: '#/a'"); }) == "LEAT-CONFIG-001 at m.yaml:1:4");
  CHECK(failure([] { resolved("a: {$ref: '#/a'}"); }) == "LEAT-CONFIG-001 at m.yaml:1:11");
  CHECK(failure([] { resolved("x: 1\na:\n  - '#/nope/x'"); }) == "LEAT-CONFIG-001 at m.yaml:3:5");
}

TEST_CASE("references that multiply are stopped") {
  std::string yaml = "l0: [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 9; ++i) {
    std::string r = "'#/l" + std::to_string(i - 1) + "'";
    yaml += "l" + std::to_string(i) + ": [" + r;
    for (int k = 0; k < 9; ++k) yaml += "," + r;
    yaml += "]\n";
  }
  CHECK(failure([&] { resolved(yaml.c_str()); }).rfind("LEAT-CONFIG-001", 0) == 0);
}

TEST_CASE("templates are not touched by references") {
  CHECK(resolved("a: \"{{ config['#/b'] }}\"\nb: 1") == R"({"a":"{{ config['#/b'] }}","b":1})");
}

TEST_CASE("types that are left out are filled in by their place") {
  CHECK(
      propagated("type: DeclarativeStream\nretriever: {requester: {error_handler: {}}, paginator: {}}") ==
      R"({"retriever":{"paginator":{"type":"NoPagination"},"requester":{"error_handler":{"type":"DefaultErrorHandler"},"type":"HttpRequester"},"type":"SimpleRetriever"},"type":"DeclarativeStream"})");
}

TEST_CASE("with a class name the type is the custom one of the place") {
  CHECK(propagated("type: DeclarativeStream\nretriever: {class_name: a.B}") ==
        R"({"retriever":{"class_name":"a.B","type":"CustomRetriever"},"type":"DeclarativeStream"})");
}

TEST_CASE("parameters go down, a child's own win, and they stand in for missing and falsy fields") {
  CHECK(
      propagated("type: A\n$parameters: {p: up, q: 1}\nb: {type: B, $parameters: {p: down}, q: 0, s: ''}") ==
      R"({"$parameters":{"p":"up","q":1},"b":{"$parameters":{"p":"down","q":1},"p":"down","q":1,"s":"","type":"B"},"p":"up","q":1,"type":"A"})");
}

TEST_CASE("a parameter does not enter the field of its own name") {
  CHECK(
      propagated("type: A\n$parameters: {b: x, c: y}\nb: {type: B}\nd: {type: D}") ==
      R"({"$parameters":{"b":"x","c":"y"},"b":{"$parameters":{"c":"y"},"c":"y","type":"B"},"c":"y","d":{"$parameters":{"b":"x","c":"y"},"b":"x","c":"y","type":"D"},"type":"A"})");
}

TEST_CASE(
    "JSON schemas take no parameters, and plain mappings only pass them to components one level below") {
  CHECK(
      propagated("type: A\n$parameters: {p: 1}\nschema: {type: object, properties: {x: {type: string}}}") ==
      R"({"$parameters":{"p":1},"p":1,"schema":{"properties":{"x":{"type":"string"}},"type":"object"},"type":"A"})");
  CHECK(
      propagated("type: A\n$parameters: {p: 1}\ns: {type: [object, 'null']}\nm: {k: {type: B}, n: {x: 1}}") ==
      R"({"$parameters":{"p":1},"m":{"k":{"$parameters":{"p":1},"p":1,"type":"B"},"n":{"x":1}},"p":1,"s":{"type":["object","null"]},"type":"A"})");
}

TEST_CASE("broken YAML and a manifest without its parts name line and column") {
  CHECK(failure([] {
          parse_manifest("version: 1\ncheck: [", "c.yaml");
        }).rfind("LEAT-DOC-001 at c.yaml:2", 0) == 0);
  CHECK(failure([] { parse_manifest("[1]", "c.yaml"); }) == "LEAT-CONFIG-001 at c.yaml:1:1");
  CHECK(failure([] { parse_manifest("version: 1.0.0\nstreams: []", "c.yaml"); }) ==
        "LEAT-CONFIG-001 at c.yaml:1:1");
  CHECK(failure([] { parse_manifest("version: 1.0.0\ncheck: {}\nstreams: 5", "c.yaml"); }) ==
        "LEAT-CONFIG-001 at c.yaml:3:10");
}

TEST_CASE(
    "a config is checked against the connector's specification, all problems at once, secrets registered") {
  Value spec = parse_yaml(R"(
type: object
required: [token, start]
additionalProperties: false
properties:
  token: {type: string, airbyte_secret: true, title: API token}
  start: {type: string, pattern: "^\\d{4}-\\d{2}-\\d{2}$"}
  size: {type: integer, minimum: 1, maximum: 10}
  mode: {type: string, enum: [fast, slow]}
  auth:
    type: object
    oneOf:
      - {type: object, required: [key], properties: {kind: {type: string, const: key}, key: {type: string, airbyte_secret: true}}}
      - {type: object, required: [user], properties: {kind: {type: string, const: user}, user: {type: string}}}
)",
                          "spec.yaml");
  auto check = [&](const char* config) { check_config(parse_yaml(config, "leat.yml"), spec); };
  CHECK_NOTHROW(
      check("{token: hunter2hunter2, start: 2024-01-01, size: 3, mode: fast, auth: {kind: user, user: x}}"));
  CHECK(redact("Bearer hunter2hunter2") == "Bearer ***");
  CHECK(failure([&] { check("{start: 2024-01-01}"); }) == "LEAT-CONFIG-001 at leat.yml:1:1");
  CHECK(failure([&] { check("{token: abcd,\n start: yesterday}"); }) == "LEAT-CONFIG-001 at leat.yml:2:9");
  CHECK(failure([&] { check("{token: abcd, start: 2024-01-01,\n size: 11}"); }) ==
        "LEAT-CONFIG-001 at leat.yml:2:8");
  CHECK(failure([&] { check("{token: abcd, start: 2024-01-01,\n size: many}"); }) ==
        "LEAT-CONFIG-001 at leat.yml:2:8");
  CHECK(failure([&] { check("{token: abcd, start: 2024-01-01,\n mod: fast}"); }) ==
        "LEAT-CONFIG-001 at leat.yml:2:7");
  CHECK(failure([&] { check("{token: abcd, start: 2024-01-01,\n auth: {kind: user}}"); }) ==
        "LEAT-CONFIG-001 at leat.yml:2:8");
  try {
    check("{size: 0, mode: warp}");
    FAIL("a wrong config was taken");
  } catch (const Error& error) {
    std::string text = error.what();
    for (const char* part : {"`token`", "`start`", "`size`", "`mode`"})
      CHECK(text.find(part) != std::string::npos);
  }
}
