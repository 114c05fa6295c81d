#include <doctest/doctest.h>

#include <set>

#include "base/error.h"
#include "base/time.h"
#include "sources/enrich/enriched.h"
#include "support/http_server.h"
#include "support/recording_sink.h"
#include "support/temporary_folder.h"

using namespace leat;
using leat::testing::Lines;
using leat::testing::RecordingSink;
using leat::testing::ScriptedReply;
using leat::testing::ScriptedRequest;
using leat::testing::ScriptedServer;

namespace {

const std::string kManifest = R"(
version: 6.51.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [fires]}
streams:
  - type: DeclarativeStream
    name: fires
    primary_key: [id]
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url: "{{ config['url'] }}", path: /fires}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
    schema_loader:
      type: InlineSchemaLoader
      schema: {properties: {id: {type: integer}, address: {type: string}, zip: {type: string}, lng: {type: number}, lat: {type: number}}}
)";

std::string place(double lat) {
  return R"({"status":"OK","results":[{"geometry":{"location":{"lat":)" + std::to_string(lat) +
         R"(,"lng":-122.5}}}]})";
}

// An API of fires and a geocoder, and the enriched source over both.
class Town {
 public:
  explicit Town(std::function<ScriptedReply(const ScriptedRequest&)> geocode, std::string more = "")
      : server([this, geocode](const ScriptedRequest& request) {
          return request.path == "/fires" ? ScriptedReply{.body = fires} : geocode(request);
        }),
        more_(std::move(more)) {
    folder.write("manifest.yaml", kManifest);
  }
  RecordingSink read() {
    RecordingSink sink;
    read_into(sink);
    return sink;
  }
  void read_into(RecordingSink& sink) {
    auto source = open();
    stream::Selection selection;
    selection.stream.name = "fires";
    source->read({&selection, 1}, sink);
  }
  std::unique_ptr<stream::Source> open() {
    std::string yaml = "source: {type: declarative, manifest: manifest.yaml, config: {url: \"" +
                       server.url() + "\"}}\nlookups:\n  - url: " + server.url() +
                       "/geocode\n    fill: {lng: results.0.geometry.location.lng, lat: "
                       "results.0.geometry.location.lat}\n    needs: [address]\n    mark: geocoded\n"
                       "    parameters: {address: '{address}, San Francisco, CA, {zip}', key: g00gle-key}\n"
                       "    cache: .leat/places.jsonl\n" +
                       more_;
    document::Value settings = document::parse_yaml(yaml, folder.path() + "/leat.yml");
    const sources::SourceKind& kind = sources::enrich::kEnriched;
    return kind.open(document::read_settings(*kind.spec, settings, env), env);
  }
  Lines asked() const {
    Lines out;
    for (const ScriptedRequest& each : server.requests()) {
      if (each.path == "/geocode") out.push_back(each.parameter("address"));
    }
    return out;
  }

  std::string fires = R"([
    {"id":1,"address":"1 Main St.","zip":"94110","lng":-122.1,"lat":37.1},
    {"id":2,"address":"2 Main St.","zip":"94110"},
    {"id":3,"address":"2 Main St.","zip":"94110"},
    {"id":4,"zip":"94110"},
    {"id":5,"address":"Nowhere"}])";
  Env env{fixed_clock(*parse_iso_timestamp("2024-05-06T07:08:09Z")), 1};
  leat::testing::TemporaryFolder folder;
  ScriptedServer server;

 private:
  std::string more_;
};

ScriptedReply usual(const ScriptedRequest& request) {
  if (request.parameter("address").starts_with("Nowhere"))
    return {.body = R"({"status":"ZERO_RESULTS","results":[]})"};
  return {.body = place(37.5)};
}

}  // namespace

TEST_CASE("Missing points are asked for once for each distinct address, and never again") {
  Town town(usual);
  RecordingSink sink = town.read();
  CHECK(sink.rows == Lines{"id=1 address=1 Main St. zip=94110 lng=-122.1 lat=37.1 geocoded=false",
                           "id=2 address=2 Main St. zip=94110 lng=-122.5 lat=37.5 geocoded=true",
                           "id=3 address=2 Main St. zip=94110 lng=-122.5 lat=37.5 geocoded=true",
                           "id=4 zip=94110 geocoded=false", "id=5 address=Nowhere geocoded=false"});
  CHECK(town.asked() == Lines{"2 Main St., San Francisco, CA, 94110", "Nowhere, San Francisco, CA"});
  CHECK(town.server.requests().back().parameter("key") == "g00gle-key");
  // Another process later: what was answered is known, also that there was nothing.
  RecordingSink again = town.read();
  CHECK(again.rows == sink.rows);
  CHECK(town.asked().size() == 2);
  std::string kept = document::read_file(town.folder.path() + "/.leat/places.jsonl");
  CHECK(kept.find("g00gle-key") == std::string::npos);
  CHECK(town.open()->discover().streams[0].schema->find("geocoded"));
}

TEST_CASE("The body's status counts: a busy service is asked again, a refusal ends the read") {
  int busy = 2;
  Town town([&](const ScriptedRequest& request) {
    if (busy-- > 0) return ScriptedReply{.body = R"({"status":"OVER_QUERY_LIMIT"})"};
    return usual(request);
  });
  CHECK(town.read().rows[1].ends_with("lat=37.5 geocoded=true"));
  CHECK(town.asked().size() == 4);

  Town refused([](const ScriptedRequest&) {
    return ScriptedReply{
        .body = R"({"status":"REQUEST_DENIED","error_message":"The key g00gle-key is invalid."})"};
  });
  RecordingSink sink;
  try {
    refused.read_into(sink);
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::lookup_refused);
    CHECK(error.what_failed() == "The lookup answered 200 REQUEST_DENIED: The key *** is invalid.");
    CHECK(error.where().find("g00gle-key") == std::string::npos);
  }
  CHECK(sink.states.empty());
  CHECK(refused.asked().size() == 1);

  Town dead([](const ScriptedRequest&) { return ScriptedReply{.status = 503}; });
  CHECK_THROWS_WITH_AS(dead.read(), doctest::Contains("LEAT-LOOKUP-002"), Error);
  CHECK(dead.asked().size() < 10);
}

TEST_CASE("A budget leaves rows empty, and the next run goes on where it ended") {
  Town town(usual, "    requests_max: 1\n");
  CHECK(town.read().rows[4] == "id=5 address=Nowhere geocoded=false");
  CHECK(town.asked().size() == 1);
  town.fires =
      R"([{"id":6,"address":"2 Main St.","zip":"94110"},{"id":7,"address":"7 Main St."},{"id":8,"address":"8 Main St."}])";
  RecordingSink sink = town.read();
  CHECK(sink.rows[0].ends_with("geocoded=true"));
  CHECK(sink.rows[1].ends_with("geocoded=true"));
  CHECK(sink.rows[2] == "id=8 address=8 Main St. geocoded=false");
  CHECK(town.asked().size() == 2);
}

TEST_CASE("An answer that a crash cut off is asked for again") {
  Town town(usual);
  town.folder.write(".leat/places.jsonl", "{\"question\":\"2 Main St., San Francisco, CA, 94110\",\"ans");
  CHECK(town.read().rows[1].ends_with("geocoded=true"));
  town.read();
  CHECK(town.asked().size() == 2);
}

TEST_CASE("A column that the stream does not have is named with its place") {
  Town town(usual);
  town.fires = R"([{"id":1}])";
  std::string yaml = "source: {type: declarative, manifest: manifest.yaml, config: {url: \"" +
                     town.server.url() +
                     "\"}}\nlookups:\n  - {url: x, cache: c, fill: {lgn: a}, parameters: {q: '{address}'}}\n";
  document::Value settings = document::parse_yaml(yaml, town.folder.path() + "/leat.yml");
  auto source = sources::enrich::kEnriched.open(
      document::read_settings(*sources::enrich::kEnriched.spec, settings, town.env), town.env);
  stream::Selection selection;
  selection.stream.name = "fires";
  RecordingSink sink;
  CHECK_THROWS_WITH_AS(source->read({&selection, 1}, sink), doctest::Contains("did you mean `lng`?"), Error);
}
