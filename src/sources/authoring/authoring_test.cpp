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
  CHECK(stream_name("/api/catalog/v1") == "catalog");
}

TEST_CASE("A sample becomes a stream with path, key, pages and types") {
  ManifestDraft draft = draft_of_sample(
      {.url = "https://api.shop.test/v1/orders?limit=50&offset=0&status=paid&api_key=s3cretkey",
       .headers = {},
       .body =
           R"({"count":2,"data":{"orders":[{"id":1,"at":"2024-01-01T00:00:00Z","day":"2024-01-01","sum":1,"tags":[]},
          {"id":2,"sum":1.5,"note":"x","local":"2024-01-01T00:00:00"}]}})"});
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
  const Value& orders = manifest["definitions"]["streams"]["orders"];
  CHECK(orders["retriever"]["requester"]["request_parameters"]["status"].raw() == "paid");
  CHECK(draft.config["api_key"].raw() == "s3cretkey");
  for (const char* body : {R"({"a":1})", "[]", "<html>"})
    CHECK_THROWS_AS(draft_of_sample({.url = "https://x.test/", .headers = {}, .body = body}), Error);
}

TEST_CASE("Names with quotes, backslashes and braces leave a manifest that can be read") {
  ManifestDraft draft;
  draft.base_url = R"(https://x.test/"it's"\{a}: b #)";
  draft.settings = {{"region: \"x\""}};
  DraftStream& stream = draft.streams.emplace_back();
  stream.name = "rows";
  stream.paging.kind = Paging::link_in_body;
  stream.paging.token_path = {"\"page's\"", "next\\"};
  Value manifest = document::parse_yaml(manifest_text(draft), "draft.yaml");
  CHECK(manifest["definitions"]["requester"]["url_base"].raw() ==
        R"({{ config.get('base_url', 'https://x.test/"it\'s"\\{a}: b #') }})");
  const Value& paginator = manifest["definitions"]["streams"]["rows"]["retriever"]["paginator"];
  CHECK(paginator["pagination_strategy"]["cursor_value"].raw() ==
        R"({{ response.get('"page\'s"', {}).get('next\\') }})");
  const Value& spec = manifest["spec"]["connection_specification"];
  CHECK(spec["required"].items().at(0).raw() == "region: \"x\"");
  CHECK(spec["properties"].find("region: \"x\"") != nullptr);
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
  ManifestDraft draft = draft_of_openapi(document, "");
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
  CHECK(draft.streams[1].paging.token_path == std::vector<std::string>{"next"});
  document::parse_yaml(manifest_text(draft), "draft.yaml");
  CHECK_THROWS_AS(draft_of_openapi(document::parse_yaml("swagger: '1.2'", "old.yaml"), ""), Error);
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
  ManifestDraft draft = draft_of_openapi(document, "");
  CHECK(draft.base_url == "https://eu.shop.test/v2");
  CHECK(draft.settings == std::vector<DraftSetting>{{"shop"}});
  REQUIRE(draft.streams.size() == 1);
  const DraftStream& stream = draft.streams[0];
  CHECK(stream.field_path == std::vector<std::string>{"data"});
  CHECK(stream.paging.page_size == 25);
  CHECK(stream.parameters == decltype(stream.parameters){{"kind", "all"}, {"shop", "{{ config['shop'] }}"}});
  CHECK(document::to_json(stream.properties["parent"]) == R"({"type":["null","object"]})");
  Value manifest = document::parse_yaml(manifest_text(draft), "draft.yaml");
  CHECK(document::to_json(manifest["spec"]["connection_specification"]["required"]) == R"(["shop"])");
}

TEST_CASE("Pages are guessed from parameters, members and headers of the sample") {
  struct Case {
    const char *query, *body, *link;
    Paging kind;
    std::string token_name, token_path;
    std::int64_t size;
  };
  const std::string ten = "[" + [] {
    std::string out = R"({"id":0})";
    for (int i = 1; i < 10; ++i) out += ",{\"id\":" + std::to_string(i) + "}";
    return out;
  }() + "]";
  const Case cases[] = {
      {"page=0&per_page=5", "[{}]", "", Paging::page, "page", "", 5},
      {"page=1", "[{}]", "", Paging::page, "page", "", 0},
      {"startAt=0&maxResults=50", "[{}]", "", Paging::offset, "startAt", "", 50},
      {"start=0&limit=1000", ten.c_str(), "", Paging::offset, "start", "", 10},
      {"", R"({"data":[{}],"links":{"next":"https://x.test/2"}})", "", Paging::link_in_body, "", "links/next",
       0},
      {"limit=2", R"({"data":[{}],"next_cursor":"abc"})", "", Paging::token, "cursor", "next_cursor", 2},
      {"after=x", R"({"data":[{}],"paging":{"next":{"after":"abc"}}})", "", Paging::token, "after",
       "paging/next/after", 0},
      {"", R"({"items":[{}],"nextPageToken":"abc"})", "", Paging::token, "pageToken", "nextPageToken", 0},
      {"limit=2", "[{}]", "<https://x.test/?page=2>; rel=\"next\"", Paging::link_in_header, "", "", 2},
      {"limit=2", "[{}]", "", Paging::none, "", "", 2},
  };
  for (const Case& each : cases) {
    CAPTURE(each.query);
    ManifestDraft draft = draft_of_sample({.url = std::string("https://x.test/v1/things?") + each.query,
                                           .headers = {},
                                           .body = each.body,
                                           .link = each.link});
    const DraftPaging& paging = draft.streams[0].paging;
    CHECK(paging.kind == each.kind);
    CHECK(paging.token_name == each.token_name);
    CHECK(paging.page_size == each.size);
    std::string path;
    for (const std::string& name : paging.token_path) path += (path.empty() ? "" : "/") + name;
    CHECK(path == each.token_path);
    document::parse_yaml(manifest_text(draft), "draft.yaml");
  }
}

TEST_CASE("a name longer than YAML's keys is written so that the draft can be read") {
  const std::string long_name(2000, 'n');
  ManifestDraft draft = draft_of_sample({.url = "https://x.test/v1/things?" + long_name + "=1",
                                         .headers = {{long_name, "h"}},
                                         .body = "[{\"" + long_name + "\": 1}]",
                                         .link = ""});
  Value manifest = document::parse_yaml(manifest_text(draft), "draft.yaml");
  const Value& stream = manifest["definitions"]["streams"]["things"];
  CHECK(stream["schema_loader"]["schema"]["properties"].find(long_name));
  CHECK(stream["retriever"]["requester"]["request_parameters"].find(long_name));
}

TEST_CASE("Socrata's rows are read in pages and in an order that stays") {
  ManifestDraft draft = draft_of_sample(
      {.url = "https://data.test/resource/x2n5-8w5q.json", .headers = {}, .body = R"([{"a":"1"}])"});
  const DraftStream& stream = draft.streams[0];
  CHECK(stream.paging.token_name == "$offset");
  CHECK(stream.paging.page_size == 1000);
  CHECK(stream.parameters == decltype(stream.parameters){{"$order", ":id"}});
}

TEST_CASE("A parameter with a time makes the stream incremental where the records tell when they changed") {
  auto draft_of = [](const char* query, const char* body) {
    return draft_of_sample(
               {.url = std::string("https://x.test/things?") + query, .headers = {}, .body = body})
        .streams[0];
  };
  DraftStream stream = draft_of("updated_since=2024-01-01&end_date=2024-02-01",
                                R"([{"created_at":"2024-01-02","updated_at":"2024-01-03T04:05:06.789Z"}])");
  CHECK(stream.cursor.field == "updated_at");
  CHECK(stream.cursor.parameter == "updated_since");
  CHECK(stream.cursor.end_parameter == "end_date");
  CHECK(stream.cursor.format == "%Y-%m-%d");
  CHECK(stream.cursor.start == "2024-01-01");
  CHECK(stream.cursor.field_formats == std::vector<std::string>{"%Y-%m-%dT%H:%M:%S.%_msZ"});
  CHECK(stream.parameters.empty());
  stream = draft_of("since=2024-01-01T00:00:00%2B00:00", R"([{"name":"x"}])");
  CHECK(stream.cursor.field.empty());
  CHECK(stream.parameters == decltype(stream.parameters){{"since", "2024-01-01T00:00:00+00:00"}});
}

TEST_CASE("Several lists in one answer are a stream each, and headers become authenticators") {
  const char* body = R"({"timelines":{"hourly":[{"time":"2024-01-01T00:00:00Z","values":{"wind":1.5}}],
                         "daily":[{"time":"2024-01-01T00:00:00Z"}]},"warnings":[{"code":1}]})";
  auto with = [&](const char* name, const char* value) {
    return draft_of_sample({.url = "https://x.test/forecast", .headers = {{name, value}}, .body = body});
  };
  ManifestDraft draft = with("Authorization", "Bearer t0ken");
  REQUIRE(draft.streams.size() == 2);
  CHECK(draft.streams[0].name == "hourly");
  CHECK(draft.streams[1].field_path == std::vector<std::string>{"timelines", "daily"});
  CHECK(document::to_json(draft.streams[0].properties["values"]) ==
        R"({"type":["null","object"],"properties":{"wind":{"type":["null","number"]}}})");
  CHECK(draft.auth == Auth::bearer);
  CHECK(draft.config["api_key"].raw() == "t0ken");
  CHECK(with("X-Api-Key", "k").auth == Auth::api_key_header);
  draft = with("Authorization", "Basic dXNlcjpwYTpzcw==");
  CHECK(draft.config["username"].raw() == "user");
  CHECK(draft.config["password"].raw() == "pa:ss");
  draft = with("X-Version", "2");
  CHECK(draft.headers.size() == 1);
  CHECK(manifest_text(draft).find("request_headers:\n      \"X-Version\": \"2\"") != std::string::npos);
}

TEST_CASE("Paths below a list become its substreams, and OpenAPI 2 is read as well") {
  Value document = document::parse_yaml(R"(
swagger: "2.0"
info: {title: Pets}
host: pets.test
basePath: /v1
schemes: [https]
securityDefinitions: {key: {type: apiKey, in: header, name: X-Key}}
definitions:
  Pet: {type: object, properties: {id: {type: integer}, updated_at: {type: string, format: date-time}}}
paths:
  /pets/{petId}/visits:
    get:
      responses: {"200": {schema: {type: array, items: {properties: {day: {type: string, format: date}}}}}}
  /pets:
    get:
      parameters:
        - {name: updated_since, in: query, type: string, format: date-time}
        - {name: page, in: query, type: integer, default: 0}
        - {name: per_page, in: query, type: integer, default: 20, maximum: 50}
      responses: {"200": {schema: {type: array, items: {$ref: "#/definitions/Pet"}}}}
  /pets/{petId}/visits/{visitId}/notes:
    get: {responses: {"200": {schema: {type: array, items: {properties: {id: {type: string}}}}}}}
)",
                                        "swagger.yaml");
  ManifestDraft draft = draft_of_openapi(document, "");
  CHECK(draft.base_url == "https://pets.test/v1");
  CHECK(draft.auth == Auth::api_key_header);
  REQUIRE(draft.streams.size() == 2);
  const DraftStream &pets = draft.streams[0], &visits = draft.streams[1];
  CHECK(pets.paging.page_size == 50);
  CHECK(pets.paging.first_page == 0);
  CHECK(pets.cursor.field == "updated_at");
  CHECK(visits.name == "pets_visits");
  CHECK(visits.path == "/pets/{{ stream_partition.pet_id }}/visits");
  CHECK(visits.parent.stream == "pets");
  document::parse_yaml(manifest_text(draft), "draft.yaml");
  document.erase("host");
  CHECK(draft_of_openapi(document, "https://here.test/docs/openapi.yaml").base_url == "https://here.test/v1");
  CHECK(draft_of_openapi(document, "").base_url.empty());
}
