#include <doctest/doctest.h>

#include "base/error.h"
#include "sources/authoring/openapi.h"
#include "sources/authoring/sample.h"

using namespace leat;
using namespace leat::sources::authoring;
using document::Value;

TEST_CASE("Names of streams come out of paths") {
  CHECK(stream_name("/v1/user-groups.json") == "user_groups");
  CHECK(stream_name("/api/orderLines/") == "order_lines");
  CHECK(stream_name("/") == "records");
}

TEST_CASE("A sample becomes a stream with path, key, pages and types") {
  ManifestDraft draft = draft_of_sample(
      "https://api.shop.test/v1/orders?limit=50&offset=0&status=paid&api_key=s3cretkey",
      R"({"count":2,"data":{"orders":[{"id":1,"at":"2024-01-01T00:00:00Z","day":"2024-01-01","sum":1,"tags":[]},
          {"id":2,"sum":1.5,"note":"x","local":"2024-01-01T00:00:00"}]}})");
  CHECK(draft.base_url == "https://api.shop.test");
  CHECK(draft.auth == Auth::api_key_query);
  REQUIRE(draft.streams.size() == 1);
  const DraftStream& stream = draft.streams[0];
  CHECK(stream.name == "orders");
  CHECK(stream.path == "/v1/orders");
  CHECK(stream.field_path == std::vector<std::string>{"data", "orders"});
  CHECK(stream.primary_key == "id");
  CHECK(stream.paging.kind == Paging::offset);
  CHECK(stream.paging.page_size == 50);
  CHECK(document::to_json(stream.properties["at"]) == R"({"type":["null","string"],"format":"date-time"})");
  CHECK(document::to_json(stream.properties["sum"]) == R"({"type":["null","number"]})");
  std::string text = manifest_text(draft);
  CHECK(text.find("s3cretkey") == std::string::npos);
  Value manifest = document::parse_yaml(text, "draft.yaml");
  CHECK(manifest["streams"].items()[0]["retriever"]["requester"]["request_parameters"]["status"].raw() ==
        "paid");
  CHECK_THROWS_AS(draft_of_sample("https://x.test/", R"({"a":1})"), Error);
  CHECK_THROWS_AS(draft_of_sample("https://x.test/", "<html>"), Error);
}

TEST_CASE("An OpenAPI document becomes a stream for each list that a plain GET answers") {
  Value document = document::parse_yaml(R"(
openapi: 3.0.3
info: {title: Pets}
servers: [{url: "https://pets.test/v2/"}]
security: [{token: []}]
components:
  securitySchemes:
    other: {type: http, scheme: basic}
    token: {type: apiKey, in: header, name: X-Pet-Key}
  schemas:
    Pet:
      allOf:
        - {$ref: "#/components/schemas/Base"}
        - type: object
          properties:
            name: {type: string}
            parent: {$ref: "#/components/schemas/Pet"}
            born: {type: string, format: date}
    Base: {properties: {id: {type: integer}}}
paths:
  /pets:
    get:
      parameters: [{name: page, in: query}, {name: per_page, in: query, schema: {type: integer, maximum: 250}}]
      responses:
        "200": {content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}}
  /pets/{id}:
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}}}
  /owners:
    get:
      responses:
        "200":
          content:
            application/json:
              schema:
                properties:
                  next: {type: string}
                  owners: {type: array, items: {properties: {id: {type: string}}}}
  /health:
    get: {responses: {"200": {content: {text/plain: {}}}}}
)",
                                        "openapi.yaml");
  ManifestDraft draft = draft_of_openapi(document);
  CHECK(draft.title == "Pets");
  CHECK(draft.base_url == "https://pets.test/v2");
  CHECK(draft.auth == Auth::api_key_header);
  CHECK(draft.key_name == "X-Pet-Key");
  REQUIRE(draft.streams.size() == 2);
  CHECK(draft.streams[0].name == "pets");
  CHECK(draft.streams[0].primary_key == "id");
  CHECK(draft.streams[0].paging.kind == Paging::page);
  CHECK(draft.streams[0].paging.page_size == 250);
  CHECK(document::to_json(draft.streams[0].properties["born"]) ==
        R"({"type":["null","string"],"format":"date"})");
  CHECK(draft.streams[1].field_path == std::vector<std::string>{"owners"});
  CHECK(draft.streams[1].paging.link_field == "next");
  document::parse_yaml(manifest_text(draft), "draft.yaml");
  CHECK_THROWS_AS(draft_of_openapi(document::parse_yaml("swagger: '2.0'", "old.yaml")), Error);
}

TEST_CASE("A draft from an OpenAPI document fills what it can and ends where a schema holds itself") {
  Value document = document::parse_yaml(R"(
openapi: 3.1.0
info: {title: Shop}
servers: [{url: "https://{region}.shop.test/v2", variables: {region: {default: eu}}}]
components:
  schemas:
    Node: {type: object, properties: {id: {type: integer}, parent: {$ref: "#/components/schemas/Node"}}}
    "a/b": {type: array, items: {$ref: "#/components/schemas/Node"}}
paths:
  /nodes:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, default: 25}}
        - {name: offset, in: query}
        - {name: kind, in: query, required: true, schema: {enum: [all, some]}}
        - {name: shop, in: query, required: true}
      responses:
        "200":
          content:
            application/json:
              schema:
                properties:
                  errors: {type: array, items: {properties: {text: {type: string}}}}
                  data: {$ref: "#/components/schemas/a~1b"}
)",
                                        "shop.yaml");
  ManifestDraft draft = draft_of_openapi(document);
  CHECK(draft.base_url == "https://eu.shop.test/v2");
  CHECK(draft.settings == std::vector<std::string>{"shop"});
  REQUIRE(draft.streams.size() == 1);
  const DraftStream& stream = draft.streams[0];
  CHECK(stream.field_path == std::vector<std::string>{"data"});
  CHECK(stream.paging.page_size == 25);
  CHECK(stream.parameters == decltype(stream.parameters){{"kind", "all"}, {"shop", "{{ config['shop'] }}"}});
  CHECK(document::to_json(stream.properties["parent"]) == R"({"type":["null","object"]})");
  Value manifest = document::parse_yaml(manifest_text(draft), "draft.yaml");
  CHECK(document::to_json(manifest["spec"]["connection_specification"]["required"]) ==
        R"(["base_url","shop"])");
}
