// Projects as they are read: whose configuration counts, checksums, and what is told of a project that is not
// whole.
#include "dbt/project.h"

#include <doctest/doctest.h>

#include <map>

#include "base/error.h"
#include "dbt/test_dialect.h"
#include "jinja/operations.h"
#include "support/temporary_folder.h"

namespace leat::dbt {
namespace {

using Files = std::map<std::string, std::string>;

struct Loaded {
  leat::testing::TemporaryFolder folder;
  Env env;
  std::unique_ptr<Project> project;

  explicit Loaded(const Files& files) {
    folder.write("dbt_project.yml", "name: shop\nversion: '1.0'\n");
    for (const auto& [path, text] : files) folder.write(path, text);
    project = Project::load(options_of(folder.path()), env);
  }
  std::string setting(const char* id, const char* key) const {
    const jinja::Value* found = project->find(id)->setting(key);
    return found ? jinja::to_json(*found, -1, true) : "";
  }
};

// What an error of loading says, with the folder's name left out.
std::string told(const Files& files) {
  leat::testing::TemporaryFolder folder;
  folder.write("dbt_project.yml", "name: shop\nversion: '1.0'\n");
  for (const auto& [path, text] : files) folder.write(path, text);
  Env env;
  try {
    Project::load(options_of(folder.path()), env);
  } catch (const Error& error) {
    // The place, the first line of what is wrong, and what to do.
    std::string text = error.where() + ": " + error.what_failed();
    text = text.substr(0, text.find('\n')) + " | " + error.fix();
    for (std::size_t at; (at = text.find(folder.path() + "/")) != std::string::npos;)
      text.erase(at, folder.path().size() + 1);
    return text;
  }
  return "";
}

TEST_CASE("the nearer configuration counts: the file's, then the properties', then the deeper folder's") {
  Loaded loaded(
      {{"dbt_project.yml",
        "name: shop\nversion: '1.0'\nmodels:\n  +materialized: view\n  +tags: [all]\n  +meta: {a: 1, b: 1}\n"
        "  shop:\n    marts:\n      +materialized: table\n      tags: marts\n      deep: {+materialized: "
        "ephemeral}\n"},
       {"models/marts/m.sql", "select 1"},
       {"models/marts/deep/d.sql", "select 1"},
       {"models/marts/p.sql", "select 1"},
       {"models/marts/f.sql",
        "{{ config(materialized='incremental', tags=['file'], meta={'b': 3}) }} select 1"},
       {"models/marts/schema.yml",
        "models:\n  - name: p\n    config: {materialized: view, tags: [properties], meta: {b: 2, c: 2}}\n"
        "  - name: f\n    config: {materialized: table, meta: {c: 2}}\n"}});
  CHECK(loaded.setting("model.shop.m", "materialized") == "\"table\"");
  CHECK(loaded.setting("model.shop.d", "materialized") == "\"ephemeral\"");
  CHECK(loaded.setting("model.shop.p", "materialized") == "\"view\"");
  CHECK(loaded.setting("model.shop.f", "materialized") == "\"incremental\"");
  // Tags are added up, meta is merged key by key.
  CHECK(loaded.project->find("model.shop.f")->tags() == std::vector<std::string>{"all", "marts", "file"});
  CHECK(loaded.setting("model.shop.p", "meta") == R"({"a": 1, "b": 2, "c": 2})");
  CHECK(loaded.setting("model.shop.f", "meta") == R"({"a": 1, "b": 3, "c": 2})");
}

TEST_CASE("a date of a configuration is kept as the manifest tells it") {
  Loaded loaded(
      {{"models/m.sql",
        "{{ config(begin=modules.datetime.datetime(2024, 1, 2, 3), until=modules.datetime.date(2025, 1, "
        "1)) }} select 1"},
       {"models/n.sql",
        "{{ config({'begin': modules.datetime.datetime(2024, 1, 2), 'materialized': 'view'}) }} select 1"}});
  CHECK(loaded.setting("model.shop.n", "begin") == "\"2024-01-02T00:00:00\"");
  CHECK(loaded.setting("model.shop.m", "begin") == "\"2024-01-02T03:00:00\"");
  CHECK(loaded.setting("model.shop.m", "until") == "\"2025-01-01\"");
}

TEST_CASE("the project's configuration of a package counts more than the package's own") {
  Loaded loaded({{"dbt_project.yml", "name: shop\nversion: '1.0'\nmodels: {kit: {+materialized: table}}\n"},
                 {"dbt_packages/kit/dbt_project.yml",
                  "name: kit\nversion: '1.0'\nmodels: {kit: {+materialized: view, +tags: kit}}\n"},
                 {"dbt_packages/kit/models/k.sql", "{{ config(materialized='incremental') }} select 1"}});
  CHECK(loaded.setting("model.kit.k", "materialized") == "\"table\"");
  CHECK(loaded.project->find("model.kit.k")->tags() == std::vector<std::string>{"kit"});
}

TEST_CASE("a checksum is the SHA-256 of a file's text without the white space around it") {
  Loaded loaded({{"models/a.sql", "select 1\n"}, {"models/b.sql", "select 1"}, {"seeds/s.csv", "id\n1\n"}});
  const std::string one = "822ae07d4783158bc1912bb623e5107cc9002d519e1143a9c200ed6ee18b6d0f";
  CHECK(loaded.project->find("model.shop.a")->checksum == one);
  CHECK(loaded.project->find("model.shop.b")->checksum == one);
}

TEST_CASE("generic tests are named by what they test, and by a hash where that is long") {
  Loaded loaded(
      {{"models/int_10.sql", "select 1 as id"},
       {"models/schema.yml",
        "models:\n  - name: int_10\n    columns:\n      - name: id\n        data_tests:\n          - unique\n"
        "          - accepted_values: {arguments: {values: [one, two, three, four, five, six, seven, "
        "eight]}}\n"}});
  bool found = false;
  for (const Node& node : loaded.project->nodes()) {
    if (!node.is_generic_test() || node.test.macro != "unique") continue;
    found = true;
    CHECK(node.unique_id == "test.shop.unique_int_10_id.44285dea08");
  }
  CHECK(found);
}

TEST_CASE("a project that is not whole is told of with the place and what to do") {
  SUBCASE("models that read each other") {
    CHECK(told({{"models/a.sql", "select * from {{ ref('b') }}"},
                {"models/b.sql", "select * from {{ ref('c') }}"},
                {"models/c.sql", "select * from {{ ref('a') }}"}}) ==
          "models/a.sql: a -> b -> c -> a | Break the circle that is printed.");
  }
  SUBCASE("two models of one name") {
    CHECK(told({{"models/one/a.sql", "select 1"}, {"models/two/a.sql", "select 2"}}) ==
          "models/two/a.sql: There are two of the name `a` | Rename one; the other is models/one/a.sql.");
  }
  SUBCASE("a package that is not installed") {
    CHECK(told({{"packages.yml", "packages: [{package: dbt-labs/dbt_utils, version: 1.3.0}]\n"},
                {"models/a.sql", "select {{ dbt_utils.star(ref('b')) }}"}}) ==
          "packages.yml: The project's packages are not installed | Put each package into dbt_packages/ "
          "(`dbt deps` "
          "does), then run again.");
  }
  SUBCASE("a macro that calls itself for ever") {
    std::string text = told({{"macros/m.sql", "{% macro f() %}\n{{ f() }}\n{% endmacro %}"},
                             {"models/m.sql", "select {{ f() }}"}});
    CHECK_MESSAGE(text.starts_with("macros/m.sql:2:4: Macros call one another more than 400 levels deep"),
                  text);
  }
  SUBCASE("a model of 100 MB") {
    std::string text = told({{"models/a.sql", "select '" + std::string(100 << 20, 'x') + "'"}});
    CHECK_MESSAGE(text.starts_with("models/a.sql: A template has 104857609 bytes"), text);
  }
}

}  // namespace
}  // namespace leat::dbt
