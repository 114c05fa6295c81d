#include <doctest/doctest.h>

#include "base/secret.h"
#include "support/connector.h"
#include "support/lines.h"
#include "support/temporary_folder.h"

using namespace leat;
using leat::testing::Connector;
using leat::testing::RecordingSink;
using Reply = Connector::Reply;
using Asked = Connector::Asked;

namespace {

// A stream `s` at /s of the scripted API; `more` goes into its retriever, `stream` into the stream itself.
std::string one_stream(const std::string& requester = "", const std::string& retriever = "",
                       const std::string& stream = "", const std::string& path = "[]") {
  return "streams:\n"
         "- type: DeclarativeStream\n"
         "  name: s\n"
         "  primary_key: id\n" +
         stream +
         "  retriever:\n"
         "    type: SimpleRetriever\n"
         "    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: " +
         path + "}}\n" + retriever +
         "    requester:\n"
         "      type: HttpRequester\n"
         "      url_base: \"{{ config['url'] }}\"\n"
         "      path: /s\n" +
         requester;
}

Reply json(std::string body) {
  return Reply{.body = std::move(body)};
}

using leat::testing::Lines;

}  // namespace

TEST_CASE("a stream without schema, cursor or pages is read as it is, and ends with a checkpoint") {
  Connector api(one_stream(), [](const Asked&) { return json(R"([{"id":1,"a":"x"},{"id":2,"b":[1]}])"); });
  RecordingSink sink = api.read();
  CHECK(sink.rows == Lines{"id=1 a=x", "id=2 b=[1]"});
  CHECK(sink.columns == Lines{"id int64", "a text", "b json"});
  CHECK(sink.events == Lines{"batch 2", "checkpoint"});
  CHECK(sink.states == Lines{R"({"__ab_no_cursor_state_message":true})"});
  CHECK(api.targets() == Lines{"/s"});
}

TEST_CASE("base address and path are joined as urljoin joins them, parameters are encoded as forms are") {
  Connector api(
      one_stream("      request_parameters: {$where: \"a >= 'x y'\", n: \"{{ 1.0 }}\", none: \"{{ none }}\", "
                 "list: \"{{ ['p', 'q'] }}\"}\n"
                 "      request_headers: {X-Number: \"{{ 10 }}\", X-Text: plain}\n"),
      [](const Asked&) { return json("[]"); });
  api.read();
  CHECK(api.targets() == Lines{"/s?%24where=a+%3E%3D+%27x+y%27&n=1.0&none=None&list=p&list=q"});
  CHECK(api.server.requests()[0].header("x-number") == "10");
  CHECK(api.server.requests()[0].header("x-text") == "plain");
}

TEST_CASE("a post sends its body as JSON with typed values, or as a form with text") {
  Connector as_json(
      one_stream("      http_method: POST\n"
                 "      request_body_json: {n: \"{{ 10 }}\", deep: {x: \"{{ none }}\", y: [1, a]}}\n"),
      [](const Asked&) { return json("[]"); });
  as_json.read();
  Asked seen = as_json.server.requests()[0];
  CHECK(seen.method == "POST");
  CHECK(seen.body == R"({"n":10,"deep":{"y":[1,"a"]}})");
  CHECK(seen.header("content-type") == "application/json");
  Connector as_form(
      one_stream("      http_method: POST\n      request_body_data: {n: \"{{ 10 }}\", t: a b}\n"),
      [](const Asked&) { return json("[]"); });
  as_form.read();
  CHECK(as_form.server.requests()[0].body == "n=10&t=a+b");
}

TEST_CASE("authenticators send what they hold, and nothing for an empty key") {
  auto header = [](const std::string& authenticator, const std::string& name) {
    Connector api(one_stream("      authenticator: " + authenticator + "\n"),
                  [](const Asked&) { return json("[]"); });
    api.read();
    return api.server.requests()[0].header(name);
  };
  CHECK(header("{type: BearerAuthenticator, api_token: \"{{ config['token'] }}\"}", "authorization") ==
        "Bearer t0ken-value");
  CHECK(header("{type: BasicHttpAuthenticator, username: me, password: pass}", "authorization") ==
        "Basic bWU6cGFzcw==");
  CHECK(header("{type: ApiKeyAuthenticator, header: X-Key, api_token: \"{{ config['token'] }}\"}", "x-key") ==
        "t0ken-value");
  CHECK(header("{type: ApiKeyAuthenticator, header: X-Key, api_token: \"{{ config['nope'] }}\"}", "x-key") ==
        "");
  CHECK(header("{type: NoAuth}", "authorization") == "");
  Connector query(
      one_stream("      authenticator: {type: ApiKeyAuthenticator, api_token: kkkk, inject_into: {type: "
                 "RequestOption, inject_into: request_parameter, field_name: key}}\n"),
      [](const Asked&) { return json("[]"); });
  query.read();
  CHECK(query.targets() == Lines{"/s?key=kkkk"});
}

TEST_CASE("the same parameter from two components is an error") {
  Connector api(
      one_stream("      request_parameters: {key: x}\n"
                 "      authenticator: {type: ApiKeyAuthenticator, api_token: kkkk, inject_into: {type: "
                 "RequestOption, inject_into: request_parameter, field_name: key}}\n"),
      [](const Asked&) { return json("[]"); });
  auto error = api.failure([&] { api.read(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::config_invalid);
}

TEST_CASE("filters and transformations change records before they land, paging counts them all") {
  std::string retriever =
      "    paginator: {type: DefaultPaginator, page_size_option: {inject_into: request_parameter, "
      "field_name: n}, "
      "page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: o}, "
      "pagination_strategy: "
      "{type: OffsetIncrement, page_size: 2}}\n";
  std::string stream =
      "  transformations:\n"
      "  - {type: AddFields, fields: [{path: [double], value: \"{{ record['id'] * 2 }}\"}, {path: [deep, "
      "name], value: "
      "\"n{{ record.double }}\"}, {path: [text], value: \"{{ record.id }}\", value_type: string}, {path: "
      "[place], value: \"{{ '1.50,' ~ record.id }}\", "
      "value_type: string}]}\n"
      "  - {type: RemoveFields, field_pointers: [[secret], [nested, 'a*']]}\n";
  std::string manifest = one_stream("", retriever, stream);
  manifest.replace(
      manifest.find("field_path: []}"), 15,
      "field_path: []}, record_filter: {type: RecordFilter, condition: \"{{ record['id'] != 1 }}\"}");
  Connector api(manifest, [](const Asked& asked) {
    if (asked.parameter("o") == "2") return json(R"([{"id":3,"nested":{"abc":1,"b":2}}])");
    return json(R"([{"id":1},{"id":2,"secret":"x"}])");
  });
  RecordingSink sink = api.read();
  CHECK(sink.rows == Lines{R"(id=2 double=4 deep={"name":"n4"} text=2 place=1.50,2)",
                           R"(id=3 double=6 deep={"name":"n6"} text=3 place=1.50,3 nested={"b":2})"});
  CHECK(sink.columns[3] == "text text");
}

TEST_CASE("a declared schema gives the columns, also those that no record fills") {
  Connector api(
      one_stream(
          "", "",
          "  schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {id: {type: "
          "integer}, at: {type: [string, 'null'], format: date-time}, amount: {type: number}, never: "
          "{type: boolean}, day: {type: string, format: date}, local: {type: string, format: "
          "date-time, airbyte_type: timestamp_without_timezone}, any: {type: [string, integer]}, more: "
          "{type: object}}}}\n"),
      [](const Asked&) {
        return json(R"([{"id":"7","at":"2024-01-01T00:00:00+01:00","amount":"1.5","day":"2024-02-03",
                    "local":"2024-01-01T05:00:00","any":5,"more":{"k":1},"extra":"e"},{"id":"seven"}])");
      });
  RecordingSink sink = api.read();
  CHECK(sink.columns == Lines{"id int64", "at timestamptz", "amount float64", "never boolean", "day date",
                              "local timestamp", "any text", "more json", "extra text"});
  CHECK(sink.rows ==
        Lines{"id=7 at=2023-12-31 23:00:00+00 amount=1.5 day=2024-02-03 local=2024-01-01 05:00:00 any=5 "
              "more={\"k\":1} extra=e"});
  REQUIRE(sink.rejects.size() == 1);
  CHECK(sink.rejects[0].field == "id");
  CHECK(sink.rejects[0].record == R"({"id":"seven"})");
  CHECK(api.open().discover().streams[0].primary_key == Lines{"id"});
}

TEST_CASE("a list router reads part by part, and routers in a list their product") {
  std::string router =
      "    partition_router:\n"
      "    - {type: ListPartitionRouter, cursor_field: a, values: [x, y], request_option: {type: "
      "RequestOption, "
      "inject_into: request_parameter, field_name: pa}}\n"
      "    - {type: ListPartitionRouter, cursor_field: b, values: \"{{ [1, 2] }}\"}\n";
  Connector api(one_stream("      request_parameters: {pb: \"{{ stream_partition['b'] }}\"}\n", router),
                [](const Asked& asked) {
                  return json("[{\"id\":\"" + asked.parameter("pa") + asked.parameter("pb") + "\"}]");
                });
  RecordingSink sink = api.read();
  CHECK(sink.rows == Lines{"id=x1", "id=x2", "id=y1", "id=y2"});
  CHECK(sink.states.size() == 1);
}

TEST_CASE("check reads a first record of its streams and says what is wrong") {
  Connector good(one_stream(), [](const Asked&) { return json(R"([{"id":1}])"); });
  CHECK_NOTHROW(good.open().check());
  Connector empty(one_stream(), [](const Asked&) { return json("[]"); });
  CHECK_NOTHROW(empty.open().check());
  Connector refused(one_stream(),
                    [](const Asked&) { return Reply{.status = 401, .body = R"({"message":"Bad token"})"}; });
  auto error = refused.failure([&] { refused.open().check(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::http_unauthorized);
}

TEST_CASE("what is wrong with a connector is said with file, line and column before anything is asked") {
  auto place = [](std::string manifest) {
    Connector api(std::move(manifest), [](const Asked&) { return json("[]"); });
    auto error = api.failure([&] { api.open(); });
    CHECK(api.server.request_count() == 0);
    if (!error) return std::string("nothing");
    std::string where = error->where();
    return std::string(info(error->code()).name) + where.substr(where.find(".yaml") + 5) + " " +
           error->what_failed();
  };
  CHECK(place(one_stream("      authenticator: {type: BearerAuthentcator, api_token: x}\n")) ==
        "LEAT-SOURCE-001:15:29 There is no component `BearerAuthentcator`; did you mean "
        "`BearerAuthenticator`?");
  CHECK(place(one_stream("      authenticator: {type: RateLimitedMultipleTokenAuthenticator}\n")) ==
        "LEAT-CONFIG-001:15:22 `quota_status_source` is missing in RateLimitedMultipleTokenAuthenticator");
  CHECK(place(one_stream("      authenticator: {type: OAuthAuthenticator}\n")) ==
        "LEAT-CONFIG-001:15:22 `client_id` is missing in OAuthAuthenticator");
  CHECK(place(one_stream("      authenticator: {type: BearerAuthenticator}\n")) ==
        "LEAT-CONFIG-001:15:22 `api_token` is missing in BearerAuthenticator");
  CHECK(place("version: 1\ncheck: {\n").rfind("LEAT-DOC-001", 0) == 0);
  CHECK(place(one_stream("",
                         "    paginator: {type: DefaultPaginator, page_size_option: {inject_into: header, "
                         "field_name: n}, pagination_strategy: {type: PageIncrement}}\n"))
            .rfind("LEAT-CONFIG-001", 0) == 0);
}

TEST_CASE("a stream that needs Python code is refused by its class, the others are read") {
  std::string custom = one_stream("      authenticator: {type: CustomAuthenticator, class_name: a.b.C}\n");
  std::string plain = one_stream();
  plain.replace(plain.find("name: s"), 7, "name: t");
  Connector api(custom + plain.substr(plain.find('\n') + 1),
                [](const Asked&) { return json(R"([{"id":1}])"); });
  CHECK(api.read("t").rows == Lines{"id=1"});
  auto error = api.failure([&] { api.read("s"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::source_custom_code);
  CHECK(error->what_failed() == "`a.b.C` at `authenticator` is a class of Python code, which is not run");
  CHECK(error->where().find(":15:29") != std::string::npos);
  std::vector<stream::Selection> both(2);
  both[0].stream.name = "s";
  both[1].stream.name = "t";
  RecordingSink sink;
  error = api.failure([&] { api.open().read(both, sink); });
  REQUIRE(error);
  CHECK(sink.rows == Lines{"id=1"});
  CHECK(error->where().find("stream s") == 0);
}

TEST_CASE("a stream whose template can't be read is refused with its place, the others are read") {
  std::string broken = one_stream("      request_parameters: {a: \"{{ config['x') }}\"}\n");
  std::string plain = one_stream();
  plain.replace(plain.find("name: s"), 7, "name: t");
  Connector api(broken + plain.substr(plain.find('\n') + 1),
                [](const Asked&) { return json(R"([{"id":1}])"); });
  CHECK(api.read("t").rows == Lines{"id=1"});
  auto error = api.failure([&] { api.read("s"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::jinja_syntax);
  CHECK(error->where().find(":15:") != std::string::npos);
}

TEST_CASE("only the streams that are asked for are described, the others are named") {
  std::string two =
      "definitions:\n  r: {record_selector: {extractor: {field_path: []}}, requester: {type: "
      "HttpRequester, url: \"{{ config['url'] }}/none\"}}\nstreams:\n";
  for (std::string name : {"s", "t"}) {
    two += "- {type: DeclarativeStream, name: " + name +
           ", retriever: '#/definitions/r', schema_loader: {type: CustomSchemaLoader, class_name: "
           "leat.SocrataSchemaLoader, dataset: " +
           name + "}}\n";
  }
  Connector api(two, [](const Asked& asked) {
    if (asked.path != "/api/views/s.json") return Reply{.status = 404};
    return json(
        R"({"columns":[{"fieldName":"n","dataTypeName":"number","cachedContents":{"smallest":"1","largest":"9",
      "top":[{"item":"3"}]}},{"fieldName":"f","dataTypeName":"number","cachedContents":{"smallest":"1","largest":"2.5"}},
      {"fieldName":"p","dataTypeName":"point"},{"fieldName":"d","dataTypeName":"calendar_date"},
      {"fieldName":"c","dataTypeName":"checkbox"},{"fieldName":"u","dataTypeName":"url"}]})");
  });
  std::string name = "s";
  stream::Catalog catalog = api.open().describe({&name, 1});
  REQUIRE(catalog.streams.size() == 2);
  std::string columns;
  for (const batch::Column& each : catalog.streams[0].schema->columns()) {
    columns += each.name + " " + each.type.name() + ", ";
  }
  CHECK(columns ==
        ":id text, :created_at timestamptz, :updated_at timestamptz, :version text, n int64, f float64, p "
        "json, "
        "p_longitude float64, p_latitude float64, d timestamp, c boolean, u json, ");
  CHECK(catalog.streams[1].schema->size() == 0);
  auto error = api.failure([&] { api.open().discover(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::http_not_found);
}

TEST_CASE("where the metadata is closed the headers of an empty page tell the columns") {
  std::string manifest =
      one_stream("", "",
                 "  schema_loader: {type: CustomSchemaLoader, class_name: leat.SocrataSchemaLoader, "
                 "dataset: abcd-1234, system_fields: false}\n");
  Connector api(manifest, [](const Asked& asked) {
    if (asked.path.rfind("/api/", 0) == 0) return Reply{.status = 403, .body = "{}"};
    return Reply{.body = "[]",
                 .headers = {{"X-SODA2-Fields", R"([":id","n","at"])"},
                             {"X-SODA2-Types", R"(["row_identifier","number","floating_timestamp"])"}}};
  });
  stream::Catalog catalog = api.open().discover();
  CHECK(catalog.streams[0].schema->size() == 2);
  CHECK(api.targets().back() == "/resource/abcd-1234.json?%24limit=0");
}

TEST_CASE("a stream that does not exist is named, with the near one") {
  Connector api(one_stream(), [](const Asked&) { return json("[]"); });
  auto error = api.failure([&] { api.read("t"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::source_stream_unknown);
}

TEST_CASE("files of records are fetched into a folder where one is set, under names that stay in it") {
  std::string manifest =
      one_stream("", "",
                 "  file_uploader:\n    type: FileUploader\n"
                 "    requester: {type: HttpRequester, url_base: \"{{ download_target }}\"}\n"
                 "    download_target_extractor: {type: DpathExtractor, field_path: [at]}\n"
                 "    filename_extractor: \"{{ record.id }}/../{{ record.name }}/\"\n");
  leat::testing::TemporaryFolder folder;
  std::string url;
  auto answer = [&](const Asked& request) {
    if (request.target == "/file") return json("content of the file");
    return json(R"([{"id":7,"name":"a.txt","at":")" + url + R"(/file"}])");
  };
  Connector plain(manifest, answer);
  CHECK(plain.read().columns == Lines{"id int64", "name text", "at text"});
  Connector api(manifest, answer, "files_folder: " + folder.path() + "\n");
  url = api.server.url();
  RecordingSink sink = api.read();
  CHECK(sink.columns.back() == "file_reference json");
  CHECK(api.targets() == Lines{"/s", "/file"});
  CHECK(document::read_file(folder.path() + "/s/7/a.txt") == "content of the file");
}
