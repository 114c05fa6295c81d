#include "run/project_file.h"

#include <doctest/doctest.h>

#include "support/temporary_folder.h"

using namespace leat;
using namespace leat::run;
using leat::testing::TemporaryFolder;

namespace {

constexpr const char* kWhole = R"(name: shop
target: duckdb
threads: 3
targets:
  duckdb: {type: duckdb, path: .leat/warehouse.duckdb}
  postgres: {type: postgres, url: "${SHOP_URL}"}
stand_in: {command: [soda, --port, "0"], variable: SODA_URL}
connections:
  shop:
    source: {type: declarative, manifest: connectors/shop.yaml, config: {key: "${SHOP_KEY}"}}
    schema: landing
    dead_letters_max: 7
    commit_bytes: 8MB
    commit_interval: 2s
    parallel_streams: 1
    streams:
      orders: {mode: append_dedup, rename: {":id": order_id}, drop: [":@*"], primary_key: [":id"]}
      customers:
dbt: {project: .}
pages: {folder: reports, output: site}
)";

struct Fixture {
  TemporaryFolder folder;
  Env env{fixed_clock({}), 1};
  ProjectFile load(const std::string& text) {
    folder.write("leat.yml", text);
    return load_project(folder.path(), env);
  }
  std::string error_of(const std::string& text) {
    try {
      load(text);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a project file is read whole, and variables of what is not opened may be missing") {
  Fixture f;
  ProjectFile project = f.load(kWhole);
  CHECK(project.name == "shop");
  CHECK(project.threads == 3);
  CHECK(project.stand_in->command.size() == 3);
  const sync::Connection& connection = project.connection("shop").connection;
  CHECK(connection.schema == "landing");
  CHECK(connection.dead_letters_max == 7);
  CHECK(connection.commit_bytes == 8 * 1024 * 1024);
  CHECK(connection.commit_interval == std::chrono::seconds(2));
  CHECK(connection.parallel_streams == 1);
  REQUIRE(connection.streams.size() == 2);
  CHECK(connection.streams[0].mode == stream::WriteMode::append_dedup);
  CHECK(connection.streams[0].rename[0].second == "order_id");
  CHECK(connection.streams[1].mode == stream::WriteMode::append);
  CHECK(has(connection.streams[1].where, "leat.yml:18:"));
  CHECK(project.pages_folder == f.folder.path() + "/reports");
}

TEST_CASE("every problem of a project file is told at once, each with its place") {
  Fixture f;
  std::string said = f.error_of(R"(name: shop
target: duckdb
theads: 3
targets:
  duckdb: {type: dcukdb}
connections:
  shop:
    source: {type: declartive}
    schemas: raw
    streams: {orders: {mode: upsert}}
  other: 7
dbt: {projects: .}
)");
  CHECK(has(said, "leat.yml:3:"));
  CHECK(has(said, "`theads` is no setting of leat.yml; did you mean `threads`?"));
  CHECK(has(said, "leat.yml:9:"));
  CHECK(has(said, "`schemas`"));
  CHECK(has(said, "leat.yml:11:"));
}

TEST_CASE("problems of several sections are told together") {
  Fixture f;
  std::string said = f.error_of(R"(name: shop
target: duckdb
targets:
  duckdb: {type: dcukdb}
connections:
  a: {source: {type: declartive}, streams: {orders: {}}}
  b: {source: {type: declarative}, streams: {orders: {mode: upsert}}}
  c: {source: {type: declarative}, streams: {people: {}, persons: {table: people}}}
pages: {folders: x}
)");
  CHECK(has(said, "dcukdb"));
  CHECK(has(said, "declartive"));
  CHECK(has(said, "leat.yml:7:"));
  CHECK(has(said, "`mode` has to be one of append"));
  CHECK(has(said, "`folders`"));
  CHECK(has(said, "c.people and c.persons would both land in raw.people"));
}

TEST_CASE("a target that does not exist is refused") {
  Fixture f;
  CHECK(has(f.error_of("name: a\ntarget: x\ntargets: {duckdb: {type: duckdb}}\n"), "no target `x`"));
  ProjectFile project = f.load(kWhole);
  CHECK(choose_target(project, "", f.env) == "duckdb");
  CHECK(choose_target(project, "postgres", f.env) == "postgres");
  f.env.set_variable("LEAT_TARGET", "postgres");
  CHECK(choose_target(project, "", f.env) == "postgres");
  CHECK_THROWS_AS(choose_target(project, "postgers", f.env), Error);
}

TEST_CASE("an unset variable is named when its target is opened") {
  Fixture f;
  ProjectFile project = f.load(kWhole);
  try {
    open_warehouse(project, "postgres", f.env);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::config_env_missing);
    CHECK(has(error.what(), "SHOP_URL"));
    CHECK(has(error.where(), "leat.yml:6:"));
  }
}

TEST_CASE("variables of .env are seen, quotes and comments taken off") {
  Fixture f;
  f.folder.write(
      ".env", "# keys\nLEAT_TEST_A=one # first\nexport LEAT_TEST_B=\"two # words\"\n\nLEAT_TEST_C='3'\r\n");
  f.load(kWhole);
  CHECK(f.env.variable("LEAT_TEST_A") == "one");
  CHECK(f.env.variable("LEAT_TEST_B") == "two # words");
  CHECK(f.env.variable("LEAT_TEST_C") == "3");
}

TEST_CASE("the project is found from a folder below it") {
  TemporaryFolder folder;
  folder.write("leat.yml", kWhole);
  folder.write("models/marts/a.sql", "");
  CHECK(find_project(folder.path() + "/models/marts") == folder.path());
  TemporaryFolder empty;
  CHECK_THROWS_AS(find_project(empty.path()), Error);
}

TEST_CASE("a file that is no mapping is refused") {
  Fixture f;
  CHECK(has(f.error_of("- a\n- b\n"), "has to be a mapping"));
  CHECK(has(f.error_of("name: [\n"), "LEAT-DOC-001"));
  CHECK(has(f.error_of("name: a\ntarget: d\ntargets: {d: {path: x}}\nconnections: [a]\n"),
            "`connections` has to be a mapping"));
}
