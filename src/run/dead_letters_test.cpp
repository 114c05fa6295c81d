#include "run/dead_letters.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>

#include "base/time.h"
#include "sql/bookkeeping.h"
#include "support/temporary_folder.h"

namespace leat::run {
namespace {

struct Fixture {
  testing::TemporaryFolder folder;
  Env env{fixed_clock(*parse_iso_timestamp("2026-01-05T10:00:00Z")), 1};
  ProjectFile project;

  Fixture() {
    folder.write("leat.yml", R"(
name: shop
target: duckdb
targets: {duckdb: {type: duckdb, path: shop.duckdb}}
connections:
  crm:
    source: {type: declarative, manifest: crm.yaml}
    schema: raw
    streams:
      orders: {mode: append_dedup, primary_key: [id]}
      people: {mode: append_dedup, primary_key: [id]}
)");
    std::string manifest =
        "version: 1.0.0\ntype: DeclarativeSource\n"
        "check: {type: CheckStream, stream_names: [orders]}\nstreams:\n";
    for (const char* stream : {"orders", "people"}) {
      manifest += fmt::format(
          "- type: DeclarativeStream\n  name: {0}\n"
          "  schema_loader: {{type: InlineSchemaLoader, schema: {{type: object, properties: {{id: {{type: "
          "integer}}, n: {{type: integer}}}}}}}}\n"
          "  retriever:\n    type: SimpleRetriever\n"
          "    record_selector: {{extractor: {{field_path: []}}}}\n"
          "    requester: {{type: HttpRequester, url: \"http://127.0.0.1:9/{0}\"}}\n",
          stream);
    }
    folder.write("crm.yaml", manifest);
    project = load_project(folder.path(), env);
  }

  // Keeps a letter whose name is the record's own.
  void keep(const std::string& stream, const std::string& name, const std::string& record) {
    auto warehouse = open_warehouse(project, "duckdb", env);
    warehouse->destination()->read_state("", "");  // makes the bookkeeping
    auto adapter = warehouse->adapter();
    sql::LoadRecord load;
    load.connection = "crm";
    load.stream = stream;
    load.committed_at = format_iso_timestamp(env.now());
    adapter->execute(sql::insert_dead_letters(adapter->dialect(), load, {{"n", "no", record, name}}));
  }
  std::string left() {
    auto warehouse = open_warehouse(project, "duckdb", env);
    std::vector<std::string> names;
    for (const KeptLetter& each : dead_letters(*warehouse, {})) names.push_back(each.id);
    std::sort(names.begin(), names.end());
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : " ") + name;
    return out;
  }
};

}  // namespace

TEST_CASE("letters that fit by now are loaded and leave; those that are refused again stay") {
  Fixture f;
  f.keep("orders", "fits", R"({"id":1,"n":5})");
  f.keep("orders", "no number", R"({"id":2,"n":"five"})");
  f.keep("orders", "no key", R"({"n":6})");
  std::vector<StreamRetry> results = retry_dead_letters(f.project, "duckdb", {}, f.env);
  REQUIRE(results.size() == 1);
  CHECK(results[0].loaded == 1);
  CHECK(results[0].rejected == 2);
  CHECK(f.left() == "no key no number");
  auto rows = open_warehouse(f.project, "duckdb", f.env)->adapter()->query("select id, n from raw.orders");
  REQUIRE(rows.batches.size() == 1);
  CHECK(rows.batches[0].rows() == 1);
  CHECK(rows.batches[0].column(1).print(0) == "5");
}

TEST_CASE("of the letters those of the stream that is asked for are tried again, and no other's") {
  Fixture f;
  f.keep("orders", "order", R"({"id":1,"n":5})");
  f.keep("people", "person", R"({"id":1,"n":5})");
  std::vector<StreamRetry> results = retry_dead_letters(f.project, "duckdb", {"crm", "people"}, f.env);
  REQUIRE(results.size() == 1);
  CHECK(results[0].stream == "people");
  CHECK(f.left() == "order");
}

}  // namespace leat::run
