// A crash between any two statements of a node leaves the relation as it was or as it is to be: a process of
// its own builds the node and dies before its n-th statement, for every n.
#include <doctest/doctest.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "place.h"

namespace leat::dbt {
namespace {

// Dies before its n-th statement.
class DyingAdapter final : public sql::Adapter {
 public:
  DyingAdapter(sql::Adapter& real, int statements) : real_(real), left_(statements) {}
  const sql::Dialect& dialect() const override { return real_.dialect(); }
  std::string database() override { return real_.database(); }
  std::int64_t execute(const std::string& sql) override {
    die();
    return real_.execute(sql);
  }
  sql::QueryResult query(const std::string& sql, std::int64_t rows_max) override {
    die();
    return real_.query(sql, rows_max);
  }
  std::vector<std::string> list_schemas() override { return real_.list_schemas(); }
  std::vector<sql::Relation> list_relations(const std::string& schema) override {
    return real_.list_relations(schema);
  }
  std::optional<std::vector<sql::RelationColumn>> columns(const sql::Relation& relation) override {
    return real_.columns(relation);
  }
  void create_schema(const std::string& schema) override { real_.create_schema(schema); }
  void drop(const sql::Relation& relation) override {
    die();
    real_.drop(relation);
  }
  void rename(const sql::Relation& relation, const std::string& identifier) override {
    die();
    real_.rename(relation, identifier);
  }
  void cancel() override { real_.cancel(); }

 private:
  void die() {
    if (left_-- == 0) ::kill(::getpid(), SIGKILL);
  }
  sql::Adapter& real_;
  int left_;
};

// Builds in a process that dies before the n-th statement; true when it lived to the end.
bool build_and_die(Place& place, const Project& project, const std::string& id, int statements) {
  place.close();
  pid_t child = ::fork();
  if (child == 0) {
    place.reopen();
    DyingAdapter dying(place.adapter(), statements);
    bool done = place.build(project, id, &dying);
    place.close();
    ::_exit(done ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  place.reopen();
  bool died = WIFSIGNALED(status);
  if (!died) CHECK(WEXITSTATUS(status) == 0);
  return !died;
}

void write_source(Place& place, int version) {
  std::string name = place.named("src");
  place.adapter().execute(fmt::format("drop table if exists {}", name));
  place.adapter().execute(
      fmt::format("create table {} as select i as id, timestamp '2024-01-01' as day, {} as v from (select 1 "
                  "as i union all select 2 "
                  "union all select {}) as rows",
                  name, version, version + 3));
}

struct Kind {
  const char* name;
  const char* file;
  const char* text;
  const char* id;
};

constexpr const char* kIncremental =
    "{{ config(materialized='incremental', incremental_strategy=var('strategy'), unique_key=var('key', none),"
    " on_schema_change='append_new_columns', event_time='day', batch_size='day', begin='2024-01-01') }}\n"
    "select id, day, v from {{ source('raw', 'src') }}\n";

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"table", "models/m.sql",
       "{{ config(materialized='table') }} select id, v from {{ source('raw', 'src') }}", ""},
      {"view", "models/m.sql", "{{ config(materialized='view') }} select 1 as id, {{ var('version') }} as v",
       ""},
      {"seed", "seeds/m.csv", "", "seed.p.m"},
      {"append", "models/m.sql", kIncremental, ""},
      {"delete+insert", "models/m.sql", kIncremental, ""},
      {"merge", "models/m.sql", kIncremental, ""},
      {"microbatch", "models/m.sql", kIncremental, ""},
      {"snapshot", "snapshots/m.sql",
       "{% snapshot m %}{{ config(unique_key='id', strategy='check', check_cols='all', "
       "hard_deletes='invalidate') }} select id, v from {{ source('raw', 'src') }}{% endsnapshot %}",
       "snapshot.p.m"}};
  return all;
}

std::unique_ptr<Project> project_of(Place& place, const Kind& kind, int version) {
  bool is_seed = std::string_view(kind.name) == "seed";
  place.folder().write(kind.file,
                       is_seed ? fmt::format("id,v\n1,{0}\n2,{0}\n", version) : std::string(kind.text));
  bool keyed = std::string_view(kind.name) == "merge" || kind.name[0] == 'd';
  return place.load(
      fmt::format("{{version: {}, strategy: '{}'{}}}", version, kind.name, keyed ? ", key: id" : ""));
}

// What readers see, without the times of the clock.
std::vector<std::string> seen(Place& place, const Kind& kind) {
  const char* columns = std::string_view(kind.name) == "snapshot" ? "id, v, dbt_valid_to is null" : "id, v";
  return place.rows(fmt::format("select {} from {}", columns, place.named("m")));
}

TEST_CASE("a crash between any two statements leaves the old relation or the new one") {
  constexpr int kStatementsMax = 60;
  using namespace std::chrono;
  Env env(fixed_clock(sys_days(2024y / January / 1) + hours(6)), 1);
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    std::string id = *kind.id ? kind.id : "model.p.m";
    bool lived = false;
    int statements = 0;
    for (; !lived && statements < kStatementsMax; ++statements) {
      CAPTURE(statements);
      std::unique_ptr<Place> place = Place::open(env);
      if (!place) return;
      write_source(*place, 1);
      CHECK_MESSAGE(place->build(*project_of(*place, kind, 1), id), place->failure());
      std::vector<std::string> before = seen(*place, kind);
      write_source(*place, 2);
      std::unique_ptr<Project> project = project_of(*place, kind, 2);
      lived = build_and_die(*place, *project, id, statements);
      std::vector<std::string> after = seen(*place, kind);
      std::string left;
      for (const std::string& row : after) left += row + "\n";
      // Whatever it left, the next run goes on from it.
      bool is_old = after == before;
      if (!lived) CHECK_MESSAGE(place->build(*project, id), place->failure());
      std::vector<std::string> done = seen(*place, kind);
      bool appended_twice = std::string_view(kind.name) == "append" && !lived && !is_old;
      CHECK_MESSAGE((is_old || after == done || appended_twice), left);
      CHECK(done != before);
    }
    CHECK(lived);
    CHECK(statements > 1);
  }
}

}  // namespace
}  // namespace leat::dbt
