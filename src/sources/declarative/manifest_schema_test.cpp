#include "sources/declarative/manifest_schema.h"

#include <doctest/doctest.h>

#include "document/value.h"
#include "sources/declarative/component_schema.h"

using namespace leat::sources::declarative;
using leat::document::parse_json;
using leat::document::to_json;
using leat::document::Value;

TEST_CASE("the JSON Schema of manifests holds every component, and each reference in it leads somewhere") {
  Value schema = parse_json(manifest_json_schema(), "schema");
  const Value& definitions = schema["definitions"];
  for (const ComponentSchema& each : component_schemas()) CHECK(definitions.find(each.type));
  std::size_t references = 0;
  auto visit = [&](auto&& self, const Value& node) -> void {
    if (const Value* target = node.find("$ref"); target && target->is_text()) {
      ++references;
      CHECK(definitions.find(target->raw().substr(std::string_view("#/definitions/").size())));
    }
    for (const Value& item : node.items()) self(self, item);
    for (const auto& [name, member] : node.members()) self(self, member);
  };
  visit(visit, schema);
  CHECK(references > 500);
}

TEST_CASE("an editor is offered the words and components that a setting takes") {
  Value schema = parse_json(manifest_json_schema(), "schema");
  CHECK(to_json(schema["definitions"]["RequestOption"]["properties"]["inject_into"])
            .find(R"("request_parameter")") != std::string::npos);
  CHECK(to_json(schema["definitions"]["HttpRequester"]["properties"]["authenticator"])
            .find("#/definitions/BearerAuthenticator") != std::string::npos);
}
