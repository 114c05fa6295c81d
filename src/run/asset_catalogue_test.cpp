#include "run/asset_catalogue.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/time.h"
#include "run/asset_states.h"
#include "support/temporary_folder.h"

using namespace leat;
using namespace leat::run;
using leat::testing::TemporaryFolder;

namespace {

void write_project(TemporaryFolder& folder) {
  folder.write("leat.yml", R"(
name: shop
target: duckdb
targets: {duckdb: {type: duckdb, path: shop.duckdb}}
connections:
  crm: {source: {type: files, url: data}, schema: raw, streams: {people: {mode: overwrite}}}
dbt: {project: .}
)");
  folder.write("dbt_project.yml", "name: shop\nversion: '1'\nprofile: shop\n");
  folder.write(
      "models/sources.yml",
      "sources: [{name: raw, tables: [{name: people, columns: [{name: id, data_tests: [unique]}]}, {name: "
      "elsewhere}]}]\n");
  folder.write("models/staging/people.sql", "select * from {{ source('raw', 'people') }}");
  folder.write("models/marts/adults.sql", "{{ config(tags=['daily']) }} select * from {{ ref('people') }}");
}

const CatalogueAsset& at(const AssetCatalogue& graph, const std::string& id) {
  return graph.assets().at(graph.find(id).value());
}

}  // namespace

TEST_CASE("the graph has streams in the place of the sources that they land, and groups by folder") {
  TemporaryFolder folder;
  write_project(folder);
  AssetCatalogue graph(folder.path(), "duckdb");
  const CatalogueAsset& people = at(graph, "model.shop.people");
  REQUIRE(people.upstream.size() == 1);
  CHECK(graph.assets()[people.upstream[0]].id == "stream.crm.people");
  CHECK(people.group == "staging");
  CHECK(at(graph, "stream.crm.people").group == "crm");
  CHECK(at(graph, "stream.crm.people").schema == "raw");
  CHECK_FALSE(at(graph, "source.shop.raw.elsewhere").is_run);
  std::size_t tests = 0;
  for (const CatalogueAsset& asset : graph.assets()) {
    if (!asset.is_test()) continue;
    ++tests;
    CHECK(graph.assets().at(asset.tests_of).id == "stream.crm.people");
  }
  CHECK(tests == 1);
}

TEST_CASE("assets are chosen by dbt's selection language") {
  TemporaryFolder folder;
  write_project(folder);
  AssetCatalogue graph(folder.path(), "duckdb");
  auto chosen = [&](std::vector<std::string> words) {
    std::string out;
    std::vector<bool> which = graph.choose(words, {});
    for (std::size_t i = 0; i < which.size(); ++i) {
      const CatalogueAsset& asset = graph.assets()[i];
      if (which[i] && !asset.is_test() && asset.is_run) out += asset.id + " ";
    }
    return out;
  };
  CHECK(chosen({"tag:daily"}) == "model.shop.adults ");
  CHECK(chosen({"stream:people+1"}) == "stream.crm.people model.shop.people ");
  CHECK_THROWS_AS(chosen({"no_such:thing"}), Error);
}

TEST_CASE("an asset is stale when something above it changed after it was built") {
  TemporaryFolder folder;
  write_project(folder);
  AssetCatalogue graph(folder.path(), "duckdb");
  auto row = [](const char* asset, const char* status, const char* built, const char* changed) {
    AssetRow out;
    out.asset = asset;
    out.status = status;
    out.built_at = built;
    out.changed_at = changed;
    return out;
  };
  std::vector<AssetState> states =
      states_of(graph,
                {row("stream.crm.people", "success", "2026-01-02T10:00:00Z", "2026-01-02T10:00:00Z"),
                 row("model.shop.people", "success", "2026-01-02T09:00:00Z", "2026-01-02T09:00:00Z"),
                 row("model.shop.adults", "unchanged", "2026-01-02T11:00:00Z", "2026-01-01T09:00:00Z"),
                 row("test.shop.unique_source_x", "error", "", "")},
                {{"model.shop.adults", "model", "2026-01-02T12:00:00Z"}});
  CHECK(states.at(*graph.find("model.shop.people")).is_stale);
  CHECK_FALSE(states.at(*graph.find("model.shop.adults")).is_stale);
  CHECK(states.at(*graph.find("model.shop.adults")).is_at_work);
  CHECK_FALSE(states.at(*graph.find("stream.crm.people")).is_stale);
  CHECK(states.at(*graph.find("stream.crm.people")).tests.waiting == 1);
}

TEST_CASE("a project that changes is read again, and one that can't be read leaves the graph as it was") {
  TemporaryFolder folder;
  write_project(folder);
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05T10:00:00Z")), 1);
  NewestCatalogue graphs(folder.path(), "duckdb", env);
  std::string problem;
  CHECK_FALSE(graphs.current(problem)->find("model.shop.children"));
  folder.write("models/marts/children.sql", "select * from {{ ref('people') }}");
  CHECK_FALSE(graphs.current(problem)->find("model.shop.children"));  // nobody has looked
  graphs.look();
  CHECK(graphs.current(problem)->find("model.shop.children"));
  CHECK(problem.empty());
  folder.write("models/marts/children.sql", "select * from {{ ref('nobody') }} -- and longer");
  graphs.look();
  CHECK(graphs.current(problem)->find("model.shop.children"));
  CHECK(problem.find("nobody") != std::string::npos);
}
