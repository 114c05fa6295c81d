#include <doctest/doctest.h>

#include <algorithm>

#include "sources/declarative/manifest_check.h"
#include "support/connector.h"
#include "support/lines.h"

using namespace leat;
using leat::sources::declarative::check_manifest_text;
using leat::testing::Connector;
using leat::testing::Lines;
using Reply = Connector::Reply;
using Asked = Connector::Asked;

namespace {

struct Parts {
  std::string path = "/s", extractor = "{type: DpathExtractor, field_path: []}", requester, retriever, stream;
};

// A stream `s`; classes are known by the path, too.
std::string one_stream(const Parts& parts) {
  return "streams:\n- type: DeclarativeStream\n  name: s\n" + parts.stream +
         "  retriever:\n    type: SimpleRetriever\n" + parts.retriever +
         "    record_selector: {type: RecordSelector, extractor: " + parts.extractor +
         "}\n    requester:\n      type: HttpRequester\n      url_base: \"{{ config['url'] }}\"\n      "
         "path: " +
         parts.path + "\n" + parts.requester;
}

std::string of_class(const std::string& type, const std::string& name, const std::string& settings = "") {
  return "{type: " + type + ", class_name: source_declarative_manifest.components." + name + settings + "}";
}

Lines read(const std::string& manifest, const std::string& body, const std::string& config = "") {
  Connector api(
      manifest, [&](const Asked&) { return Reply{.body = body}; }, config);
  return api.read().rows;
}

Lines extracted(const std::string& name, const std::string& body, const std::string& settings = "",
                const std::string& path = "/s") {
  return read(one_stream({.path = path, .extractor = of_class("CustomRecordExtractor", name, settings)}),
              body);
}

Lines transformed(const std::string& name, const std::string& record, const std::string& settings = "",
                  const std::string& path = "/s") {
  std::string transformation = of_class("CustomTransformation", name, settings);
  return read(one_stream({.path = path, .stream = "  transformations: [" + transformation + "]\n"}), record);
}

}  // namespace

TEST_CASE("extractors of known classes yield the records that their classes yield") {
  CHECK(extracted("LabelsRecordExtractor", R"({"values":["a","b"]})", ", field_path: [values]") ==
        Lines{"label=a", "label=b"});
  CHECK(extracted("WrappingDpathExtractor", R"([{"a":1}])", ", field_path: []") == Lines{R"(data={"a":1})"});
  CHECK(extracted("NullCheckedDpathExtractor", R"({"data":[{"id":1,"data":{"x":2}},{"id":3,"data":null}]})",
                  ", field_path: [data, '*'], nullable_nested_field: data") == Lines{"x=2", "id=3"});
  CHECK(extracted("ObjectDpathExtractor", R"({"Series":{"d1":{"v":1},"d2":{"v":2}}})",
                  ", field_path: [Series], inject_key_as_field: date") ==
        Lines{"date=d1 v=1", "date=d2 v=2"});
  CHECK(extracted("PocketExtractor", R"({"list":{"7":{"id":7},"8":{"id":8}}})") == Lines{"id=7", "id=8"});
  CHECK(extracted("PocketExtractor", R"({"list":[]})") == Lines{});
  CHECK(extracted("CustomExtractor",
                  R"({"data":[{"id":1,"attributes":{"n":"x"},"relationships":{"own":{"data":{"id":5}},)"
                  R"("all":{"data":[{"id":6},{"id":7}]},"no":{"data":null}}}]})",
                  "", "/outreach.io") == Lines{"n=x id=1 own=[5] all=[6,7]"});
  CHECK(extracted("CustomExtractor", R"([{"id":1,"answered_questions":{"q1":{"a":1}}}])", "",
                  "/qualaroo.com") == Lines{R"(id=1 answered_questions=[{"a":1}])"});
  CHECK(extracted("CustomExtractor", R"({"I":[{"at":"/Date(1419937200000+0100)/","n":{"at":"/Date(0)/"}}]})",
                  ", field_path: [I]", "/api.xero.com") ==
        Lines{R"(at=2014-12-30T12:00:00+00:00 n={"at":"1970-01-01T00:00:00+00:00"})"});
  CHECK(extracted("AdAccountRecordExtractor", R"({"items":[{"id":1}]})") == Lines{"id=1"});
  CHECK(extracted("AdAccountRecordExtractor", R"({"id":2})") == Lines{"id=2"});
  CHECK(extracted("ExportDatesExtractor", R"({"dates":["d"]})") == Lines{R"(dates=["d"])"});
  CHECK(extracted("MailChimpRecordExtractorEmailActivity",
                  R"({"emails":[{"id":1,"activity":[{"a":"open"},{"a":"click"}]},{"id":2}]})",
                  ", field_path: [emails]") == Lines{"id=1 a=open", "id=1 a=click"});
  CHECK(
      extracted("ActiveUsersRecordExtractor",
                R"({"data":{"xValues":["d1","d2"],"seriesLabels":["new","old"],"series":[[1,2],[3,4]]}})") ==
      Lines{R"(date=d1 statistics={"new":1,"old":3})", R"(date=d2 statistics={"new":2,"old":4})"});
  CHECK(extracted("AverageSessionLengthRecordExtractor",
                  R"({"data":{"xValues":["d1","d2"],"series":[[1.5,2.5]]}})") ==
        Lines{"date=d1 length=1.5", "date=d2 length=2.5"});
}

TEST_CASE("extractors of Zendesk's known classes take nested records out") {
  CHECK(
      extracted("ZendeskChatBansRecordExtractor",
                R"({"ip_address":[{"id":2,"created_at":"2024-02-01T00:00:00Z"}],)"
                R"("visitor":[{"id":1,"created_at":"2024-01-01T00:00:00Z"},{"id":0,"created_at":null}]})") ==
      Lines{"id=0", "id=1 created_at=2024-01-01T00:00:00Z", "id=2 created_at=2024-02-01T00:00:00Z"});
  CHECK(extracted("ZendeskSupportExtractorEvents",
                  R"({"ticket_events":[{"ticket_id":9,"timestamp":5,"child_events":[)"
                  R"({"id":1,"event_type":"Comment","via":"Web"},{"id":2,"event_type":"Change"}]}]})") ==
        Lines{"id=1 event_type=Comment ticket_id=9 timestamp=5"});
  CHECK(extracted("ZendeskSupportAttributeDefinitionsExtractor",
                  R"({"definitions":{"conditions_all":[{"t":"a"}],"conditions_any":[{"t":"b"}]}})") ==
        Lines{"t=a condition=all", "t=b condition=any"});
  constexpr std::string_view kTrees = R"({"ivrs":[{"id":1,"menus":[{"id":2,"routes":[{"id":3}]}]}]})";
  CHECK(extracted("IVRRoutesRecordExtractor", std::string(kTrees)) == Lines{"ivr_id=1 ivr_menu_id=2 id=3"});
  CHECK(extracted("IVRMenusRecordExtractor", std::string(kTrees)) ==
        Lines{R"(ivr_id=1 id=2 routes=[{"id":3}])"});
}

TEST_CASE("transformations of known classes change records as their classes do") {
  CHECK(transformed("CustomFieldTransformation", R"({"id":1,"cf_size":"L"})", "", "/x.chargebee.com") ==
        Lines{R"(id=1 custom_fields=[{"name":"cf_size","value":"L"}])"});
  CHECK(transformed("DateTimeTransformer", R"({"d":"Fri, 11 Dec 2020 04:28:40 +0200"})",
                    R"x(, fields: [{path: [d], value: "{{ record.d }}"}])x",
                    "/api.bigcommerce.com") == Lines{"d=2020-12-11T04:28:40+02:00"});
  CHECK(transformed("ListAddFields", R"({"u":[{"id":4},{"id":5}]})",
                    R"x(, fields: [{path: [ids], value: "{{ record['u'] }}"}])x") ==
        Lines{R"(u=[{"id":4},{"id":5}] ids=[4,5])"});
  CHECK(transformed("RemoveEmptyFields", R"({"fields":{"a":null,"b":1},"x":{"c":null}})",
                    ", field_pointers: [fields]") == Lines{R"(fields={"b":1} x={"c":null})"});
  CHECK(
      transformed("TransformDatetimesToRFC3339",
                  R"({"event_time":"2021-02-11 23:59:59.123000","processed_time":"2021-02-11 01:02:03"})") ==
      Lines{"event_time=2021-02-11T23:59:59.123000+00:00 processed_time=2021-02-11T01:02:03+00:00"});
  CHECK(transformed("TransformEmptyMetrics", R"({"metrics":{"a":"-","b":"2"}})") ==
        Lines{R"(metrics={"a":null,"b":"2"})"});
  CHECK(transformed("CustomReportExtractDimensionsFromKeys", R"({"keys":["de","2024-01-01"],"clicks":3})",
                    ", dimensions: [country, date]") == Lines{"clicks=3 country=de date=2024-01-01"});
}

TEST_CASE("transformations of Notion's and Instagram's known classes") {
  CHECK(transformed("NotionPropertiesTransformation", R"({"properties":{"Name":{"id":"t"}}})") ==
        Lines{R"(properties=[{"name":"Name","value":{"id":"t"}}])"});
  CHECK(transformed("NotionUserTransformation", R"({"bot":{"owner":{"type":"user","user":{"id":1}}}})") ==
        Lines{R"(bot={"owner":{"type":"user","info":{"id":1}}})"});
  CHECK(transformed("InstagramInsightsTransformation",
                    R"({"data":[{"name":"reach","values":[{"value":7}]}]})") == Lines{"reach=7"});
  CHECK(transformed(
            "InstagramBreakDownResultsTransformation",
            R"({"total_value":{"breakdowns":[{"results":[{"dimension_values":["Oslo"],"value":2}]}]}})") ==
        Lines{R"(value={"Oslo":2})"});
  CHECK(transformed(
            "InstagramClearUrlTransformation",
            R"({"media_url":"https://x/y?a=1&_nc_rid=z&b=2","profile_picture_url":"https://x/?ccb=1"})") ==
        Lines{"media_url=https://x/y?a=1&b=2 profile_picture_url=https://x/"});
}

TEST_CASE("normalizations of known classes change dates of declared fields") {
  auto normalized = [](const std::string& name, const std::string& record) {
    std::string selector = "{type: DpathExtractor, field_path: []}, schema_normalization: " +
                           of_class("CustomSchemaNormalization", name);
    return read(
        one_stream({.extractor = selector,
                    .stream =
                        "  schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: "
                        "{at: {type: [string, \"null\"], format: date-time, airbyte_type: "
                        "timestamp_with_timezone}, n: {type: [integer, \"null\"]}}}}\n"}),
        record);
  };
  CHECK(normalized("TwilioDateTimeTypeTransformer", R"({"at":"Fri, 11 Dec 2020 04:28:40 +0000","n":"5"})") ==
        Lines{"at=2020-12-11 04:28:40+00 n=5"});
  CHECK(normalized("RFC3339DatetimeSchemaNormalization", R"({"at":"2025-01-01T07:00:00+0000","n":5})") ==
        Lines{"at=2025-01-01 07:00:00+00 n=5"});
}

TEST_CASE("a class whose name says nothing is known only where the API is its own") {
  Connector api(one_stream({.extractor = of_class("CustomRecordExtractor", "CustomExtractor")}),
                [](const Asked&) { return Reply{.body = "[]"}; });
  auto error = api.failure([&] { api.read(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::source_custom_code);
}

TEST_CASE("authenticators of known classes log in and send what their classes send") {
  auto asked = [](const std::string& authenticator, const std::string& path, const std::string& config = "") {
    std::string settings = config;
    Connector api(
        one_stream({.path = path, .requester = "      authenticator: " + authenticator + "\n"}),
        [](const Asked& request) {
          bool login = request.target.find("/login") == 0;
          return Reply{.body = login ? R"({"access_token":"tok-1"})" : "[]"};
        },
        settings);
    api.read();
    return api.server.requests();
  };
  auto zoom = asked(of_class("CustomAuthenticator", "ServerToServerOauthAuthenticator",
                             ", client_id: me, client_secret: pass, account_id: a1, authorization_endpoint: "
                             "\"{{ config['url'] }}/login\""),
                    "/s");
  REQUIRE(zoom.size() == 2);
  CHECK(zoom[0].target == "/login?grant_type=account_credentials&account_id=a1");
  CHECK(zoom[0].method == "POST");
  CHECK(zoom[0].header("authorization") == "Basic bWU6cGFzcw==");
  CHECK(zoom[1].header("authorization") == "Bearer tok-1");
  auto railz = asked(of_class("CustomAuthenticator", "ShortLivedTokenAuthenticator",
                              ", client_id: me, secret_key: pass, lifetime: PT3600S, url: \"{{ config['url'] "
                              "}}/login\""),
                     "/s");
  CHECK(railz[0].target == "/login");
  CHECK(railz[0].method == "GET");
  CHECK(railz[1].header("authorization") == "Bearer tok-1");
  auto basic = asked(of_class("CustomAuthenticator", "CustomAuthenticator", ", username: me, password: pass"),
                     "/fastbill.com");
  CHECK(basic[0].header("authorization") == "Basic bWU6cGFzcw==");
  auto paypal = asked(of_class("CustomAuthenticator", "PayPalOauth2Authenticator",
                               ", client_id: me, client_secret: pass, grant_type: client_credentials, "
                               "token_refresh_endpoint: \"{{ config['url'] }}/login\""),
                      "/s");
  CHECK(paypal[0].header("authorization") == "Basic bWU6cGFzcw==");
  CHECK(paypal[0].body == "grant_type=client_credentials");
  CHECK(paypal[1].header("authorization") == "Bearer tok-1");
}

TEST_CASE("a class that chooses one of several components by the config is replaced by the chosen one") {
  auto header = [](const std::string& config) {
    Connector api(
        one_stream({.requester = "      authenticator: " +
                                 of_class("CustomAuthenticator", "TypeformAuthenticator",
                                          ", token_auth: {type: BearerAuthenticator, api_token: one-token}, "
                                          "oauth2: {type: BearerAuthenticator, api_token: two-token}") +
                                 "\n"}),
        [](const Asked&) { return Reply{.body = "[]"}; });
    api.set_config(config);
    api.read();
    return api.server.requests()[0].header("authorization");
  };
  CHECK(header("credentials: {auth_type: access_token}") == "Bearer one-token");
  CHECK(header("credentials: {auth_type: oauth2.0}") == "Bearer two-token");
}

TEST_CASE("partition routers of known classes cut streams by lists in parents and by the config") {
  auto targets = [](const std::string& router, const std::string& config, const std::string& path) {
    Connector api(one_stream({.path = path, .retriever = "    partition_router: " + router + "\n"}),
                  [](const Asked& request) {
                    if (request.target == "/boards") return Reply{.body = R"([{"id":"b1"}])"};
                    if (request.target == "/organizations")
                      return Reply{.body = R"([{"id":"o","idBoards":["b1","b2"]}])"};
                    if (request.target == "/groups")
                      return Reply{.body = R"([{"id":"g","projects":[{"path_with_namespace":"a/b"}]}])"};
                    return Reply{.body = "[]"};
                  });
    api.set_config(config);
    api.read();
    Lines out = api.targets();
    out.erase(std::remove_if(out.begin(), out.end(), [](auto& each) { return each.find("/part") != 0; }),
              out.end());
    std::sort(out.begin(), out.end());  // parts are asked for side by side
    return out;
  };
  auto parent = [](const std::string& name) {
    return "{parent_key: id, partition_field: id, stream: {type: DeclarativeStream, name: " + name +
           ", retriever: {type: SimpleRetriever, record_selector: {type: RecordSelector, extractor: {type: "
           "DpathExtractor, field_path: []}}, requester: {type: HttpRequester, url_base: \"{{ config['url'] "
           "}}\", "
           "path: /" +
           name + "}}}}";
  };
  std::string id = "\"/part/{{ stream_slice.id }}\"";
  std::string boards =
      of_class("CustomPartitionRouter", "OrderIdsPartitionRouter",
               ", parent_stream_configs: [" + parent("boards") + ", " + parent("organizations") + "]");
  CHECK(targets(boards, "", id) == Lines{"/part/b1", "/part/b2"});
  CHECK(targets(boards, "board_ids: [x]", id) == Lines{"/part/x"});
  std::string projects = of_class("CustomPartitionRouter", "ProjectStreamsPartitionRouter",
                                  ", parent_stream_configs: [" + parent("groups") + "]");
  CHECK(targets(projects, "", id) == Lines{"/part/a%2Fb"});
  CHECK(targets(projects, "projects_list: [c/d]", id) == Lines{});
  std::string single = of_class("CustomPartitionRouter", "SubstreamOrSinglePartitionRouter",
                                ", parent_stream_configs: [" + parent("boards") + "]");
  CHECK(targets(single, "", id) == Lines{"/part/"});
  CHECK(targets(single, "projects: [p]", id) == Lines{"/part/b1"});
}

TEST_CASE("states that a known class migrates are read, unknown migrations are told and passed over") {
  std::string cursor =
      "  incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: \"%Y-%m-%d\", "
      "start_datetime: \"2024-01-01\", start_time_option: {type: RequestOption, inject_into: "
      "request_parameter, field_name: since}}\n";
  Connector api(
      one_stream({.retriever = "    partition_router: {type: ListPartitionRouter, cursor_field: id, values: "
                               "\"{{ [7] }}\"}\n",
                  .stream = cursor + "  state_migrations: [" +
                            of_class("CustomStateMigration", "UnheardOfMigration") + "]\n"}),
      [](const Asked&) { return Reply{.body = "[]"}; });
  CHECK(api.read().rows == Lines{});
  CHECK(api.targets() == Lines{"/s?since=2024-01-01"});
}

TEST_CASE("lint names unknown classes of Python code with the streams that take them") {
  std::string manifest =
      "version: 1.0.0\ntype: DeclarativeSource\ncheck: {type: CheckStream, stream_names: [s]}\n" +
      one_stream({.requester = "      authenticator: " + of_class("CustomAuthenticator", "Strange") + "\n"});
  auto problems = check_manifest_text(manifest, "m.yaml");
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].is_warning);
  CHECK(problems[0].what ==
        "`source_declarative_manifest.components.Strange` is a class of Python code that is not known: Leat "
        "can't "
        "read the stream s");
  std::string known =
      "version: 1.0.0\ntype: DeclarativeSource\ncheck: {type: CheckStream, stream_names: [s]}\n" +
      one_stream({.extractor = of_class("CustomRecordExtractor", "PocketExtractor")});
  CHECK(check_manifest_text(known, "m.yaml").empty());
}

TEST_CASE(
    "reports of Google Analytics come as lists of names and values, and filters as their API takes them") {
  std::string extractor =
      "{type: CustomRecordExtractor, class_name: source_declarative_manifest.components.CombinedExtractor, "
      "extractors: "
      "[{type: CustomRecordExtractor, class_name: source_declarative_manifest.components.KeyValueExtractor, "
      "keys_extractor: {type: DpathExtractor, field_path: [metricHeaders, '*', name]}, values_extractor: "
      "{type: "
      "DpathExtractor, field_path: [rows, '*', metricValues, '*', value]}}, {type: CustomRecordExtractor, "
      "class_name: "
      "source_declarative_manifest.components.KeyValueExtractor, keys_extractor: {type: DpathExtractor, "
      "field_path: "
      "[dimensionHeaders, '*', name]}, values_extractor: {type: DpathExtractor, field_path: [rows, '*', "
      "dimensionValues, '*', value]}}]}";
  std::string body =
      R"({"metricHeaders":[{"name":"users"}],"dimensionHeaders":[{"name":"date"},{"name":"city"}],
          "rows":[{"dimensionValues":[{"value":"20240101"},{"value":"A"}],"metricValues":[{"value":"5"}]},
                  {"dimensionValues":[{"value":"20240102"},{"value":"B"}],"metricValues":[{"value":"6"}]}]})";
  std::string filter = R"({"filter_type":"andGroup","expressions":[
      {"field_name":"city","filter":{"filter_name":"stringFilter","value":"x","matchType":["EXACT"],"caseSensitive":true}},
      {"field_name":"n","filter":{"filter_name":"betweenFilter","fromValue":{"value_type":"doubleValue","value":"1.5"},
       "toValue":{"value_type":"int64Value","value":"9"}}}]})";
  std::string manifest =
      one_stream({.path = "\"/s{{ '' if true else 'https://analyticsdata.googleapis.com' }}\"",
                  .extractor = extractor,
                  .requester = "      http_method: POST\n      request_body_json: {filter: \"{{ "
                               "config['custom_reports_array'][0]['dimensionFilter'] }}\"}\n"}) +
      "spec: {type: Spec, connection_specification: {type: object, properties: {}}, "
      "config_normalization_rules: "
      "{type: ConfigNormalizationRules, transformations: [{type: CustomConfigTransformation, class_name: "
      "source_declarative_manifest.components.DimensionFilterConfigTransformation}]}}\n";
  Connector api(manifest, [&](const Asked&) { return Reply{.body = body}; });
  api.set_config("custom_reports_array: [{dimensionFilter: " + filter + "}]");
  CHECK(api.read().rows == Lines{"users=5 date=20240101 city=A", "users=6 date=20240102 city=B"});
  CHECK(
      api.server.requests()[0].body ==
      R"({"filter":{"andGroup":{"expressions":[{"filter":{"fieldName":"city","stringFilter":{"value":"x","matchType":"EXACT","caseSensitive":true}}},{"filter":{"fieldName":"n","betweenFilter":{"fromValue":{"doubleValue":1.5},"toValue":{"int64Value":"9"}}}}]}}})");
}

TEST_CASE("LinkedIn's records become flat, and its parameters keep their brackets") {
  std::string body =
      R"({"elements":[{"id":1,"changeAuditStamps":{"created":{"time":1629581275000},"lastModified":{"time":1629664544760}},"pivot":"X"},)"
      R"({"dateRange":{"start":{"month":8,"day":3,"year":2021},"end":{"month":9,"day":13,"year":2021}},"pivotValues":["a","b"]},)"
      R"({"targetingCriteria":{"include":{"and":[{"or":{"t":["1","2"]}},{"or":{"l":["3"]}}]},"exclude":{"or":{"f":{"x":1}}}}},)"
      R"({"variables":{"data":{"com.x":{"activity":"urn:é","n":0,"o":{"a":[1,2.5,true,null]}}}}}]})";
  std::string manifest =
      "streams:\n- type: DeclarativeStream\n  name: s\n  retriever:\n    type: SimpleRetriever\n"
      "    record_selector: {type: RecordSelector, extractor: " +
      of_class("CustomRecordExtractor", "LinkedInAdsRecordExtractor") +
      "}\n    requester:\n      type: CustomRequester\n      class_name: "
      "source_declarative_manifest.components.SafeEncodeHttpRequester\n      url_base: \"{{ config['url'] "
      "}}\"\n"
      "      path: /s\n      http_method: GET\n      request_parameters: {q: \"(a:List(B,urn%3Ali),c d)\"}\n";
  Connector api(manifest, [&](const Asked&) { return Reply{.body = body}; });
  CHECK(
      api.read().rows ==
      Lines{
          "id=1 created=2021-08-21T21:27:55+00:00 lastModified=2021-08-22T20:35:44+00:00 _pivot=X",
          R"(pivotValues=["a","b"] start_date=2021-08-03 end_date=2021-09-13 string_of_pivot_values=a,b)",
          R"(targetingCriteria={"include":{"and":[{"type":"t","values":["1","2"]},{"type":"l","values":["3"]}]},"exclude":{"or":[{"type":"f","values":[{"x":1}]}]}})",
          R"(variables={"type":"com.x","values":[{"key":"activity","value":"\"urn:\\u00e9\""},{"key":"n","value":"0"},{"key":"o","value":"{\"a\": [1, 2.5, true, null]}"}]})"});
  CHECK(api.targets() == Lines{"/s?q=(a:List(B,urn%3Ali),c+d)"});
}

TEST_CASE("Klaviyo's events hold what they name, and Search Console's reports the dimensions they have") {
  CHECK(
      extracted(
          "KlaviyoIncludedFieldExtractor",
          R"({"data":[{"relationships":{"metric":{"data":{"type":"metric","id":"m"}},"attr":{"data":[{"type":"a","id":"1"},{"type":"a","id":"2"}]},"none":{}}}],)"
          R"("included":[{"type":"metric","id":"m","attributes":{"name":"N"},"relationships":{"r":1}},{"type":"a","id":"2","attributes":{"v":2}}]})",
          ", field_path: [data]") ==
      Lines{
          R"(relationships={"metric":{"data":{"type":"metric","id":"m","name":"N","relationships":{"r":1}}},"attr":{"data":[{"type":"a","id":"1"},{"type":"a","id":"2","v":2}]},"none":{}})"});
  Connector api(
      one_stream({.path = "\"/s{{ '' if true else 'https://www.googleapis.com' }}\"",
                  .stream = "  schema_loader: " +
                            of_class("CustomSchemaLoader", "CustomReportSchemaLoader",
                                     ", dimensions: [query, date]") +
                            "\n"}),
      [](const Asked&) { return Reply{.body = R"([{"clicks":3,"date":"2024-01-02","query":"x"}])"}; });
  leat::testing::RecordingSink sink = api.read();
  CHECK(sink.columns == Lines{"clicks int64", "ctr float64", "impressions int64", "position float64",
                              "search_type text", "site_url text", "date date", "query text"});
}
