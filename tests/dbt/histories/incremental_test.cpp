// Incremental models: random histories of a source whose rows and columns change, for each strategy and each
// on_schema_change, against a model of a table in memory. LEAT_HISTORIES=50 plays the long run.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "place.h"

namespace leat::dbt {
namespace {

constexpr const char* kModel = R"({{ config(materialized='incremental', incremental_strategy=var('strategy'),
    on_schema_change=var('policy'), unique_key=var('key', none), event_time='day', batch_size='day',
    begin='2024-01-01', lookback=1) }}
select * from {{ source('raw', 'src') }}
)";
constexpr int kDay = 24;

using Row = std::map<std::string, std::string>;  // by column; "~" is null

struct Table {
  bool is_there = false;
  std::set<std::string> columns;
  std::vector<Row> rows;
};

std::string time_text(int hours) {
  return fmt::format("2024-01-{:02} {:02}:00:00", 1 + hours / kDay, hours % kDay);
}

// What an increment does to the table; false when it has to fail.
struct Reference {
  std::string strategy, policy;
  Table table;

  bool put(const Table& source, bool full_refresh, const std::set<std::string>& times) {
    if (!table.is_there || full_refresh) {
      table = {true, source.columns, source.rows};
      return true;
    }
    std::set<std::string> written = source.columns;
    if (policy == "ignore") {
      written = table.columns;
      if (!std::includes(source.columns.begin(), source.columns.end(), written.begin(), written.end()))
        return false;
    } else if (policy == "fail") {
      if (source.columns != table.columns) return false;
    } else {
      change_columns(source.columns);
    }
    if (strategy == "delete+insert")
      remove([&](const Row& row) { return has_key(source.rows, row.at("id")); });
    if (strategy == "microbatch") remove([&](const Row& row) { return times.count(row.at("day")) > 0; });
    for (const Row& row : source.rows) {
      if (strategy == "merge" && update(row, written)) continue;
      Row& added = table.rows.emplace_back();
      for (const std::string& column : table.columns)
        added[column] = written.count(column) ? row.at(column) : "~";
    }
    return true;
  }

 private:
  static bool has_key(const std::vector<Row>& rows, const std::string& key) {
    return key != "~" &&
           std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.at("id") == key; });
  }
  void change_columns(const std::set<std::string>& to) {
    for (Row& row : table.rows) {
      for (const std::string& column : to) row.emplace(column, "~");
      if (policy == "sync_all_columns")
        std::erase_if(row, [&](const auto& cell) { return !to.count(cell.first); });
    }
    if (policy == "sync_all_columns") table.columns.clear();
    table.columns.insert(to.begin(), to.end());
  }
  template <typename Test>
  void remove(Test test) {
    table.rows.erase(std::remove_if(table.rows.begin(), table.rows.end(), test), table.rows.end());
  }
  bool update(const Row& row, const std::set<std::string>& written) {
    bool found = false;
    for (Row& held : table.rows) {
      if (held.at("id") == "~" || held.at("id") != row.at("id")) continue;
      found = true;
      for (const std::string& column : written) held[column] = row.at(column);
    }
    return found;
  }
};

class History {
 public:
  History(Place& place, std::string strategy, std::string policy, std::uint32_t seed, Env& env)
      : place_(place), reference_{std::move(strategy), std::move(policy), {}}, chance_(seed), env_(env) {}

  void step(const Project& project, const Project& whole) {
    if (reference_.strategy == "microbatch") {
      int hours = below(40);
      env_.wait(std::chrono::hours(hours));
      now_ += hours;
    }
    Table source = random_source();
    write(source);
    bool full_refresh = below(7) == 0;
    Table before = reference_.table;
    bool expected = reference_.strategy == "microbatch" ? put_batches(source, full_refresh)
                                                        : reference_.put(source, full_refresh, {});
    if (!expected) reference_.table = before;
    bool done = place_.build(full_refresh ? whole : project, "model.p.m");
    CHECK_MESSAGE(done == expected, place_.failure());
    compare();
  }

 private:
  int below(int n) { return static_cast<int>(chance_() % static_cast<std::uint32_t>(n)); }

  Table random_source() {
    Table source{true, {"day", "id"}, {}};
    for (const char* column : {"v", "w", "x"}) {
      if (below(4) != 0) source.columns.insert(column);
    }
    for (int i = below(7); i > 0; --i) {
      Row row;
      for (const std::string& column : source.columns)
        row[column] = below(6) ? std::to_string(below(9)) : "~";
      row["day"] = below(12) ? time_text(below(now_ + kDay)) : "~";
      bool twice = std::any_of(source.rows.begin(), source.rows.end(),
                               [&](const Row& other) { return other.at("id") == row.at("id"); });
      // MERGE refuses a source with two rows of one key.
      if (!twice || reference_.strategy != "merge" || row["id"] == "~") source.rows.push_back(row);
    }
    return source;
  }

  void write(const Table& source) {
    std::string name = place_.named("src"), columns, values;
    for (const std::string& column : source.columns)
      columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", column,
                             column == "day" ? "timestamp" : "integer");
    for (const Row& row : source.rows) {
      values += values.empty() ? "(" : ", (";
      bool first = true;
      for (const auto& [column, cell] : row) {
        values += (first ? "" : ", ") + (cell == "~"       ? "null"
                                         : column == "day" ? "timestamp '" + cell + "'"
                                                           : cell);
        first = false;
      }
      values += ")";
    }
    place_.adapter().execute(fmt::format("drop table if exists {}", name));
    place_.adapter().execute(fmt::format("create table {} ({})", name, columns));
    if (!values.empty()) place_.adapter().execute(fmt::format("insert into {} values {}", name, values));
  }

  bool put_batches(const Table& source, bool full_refresh) {
    bool anew = !reference_.table.is_there || full_refresh;
    int end = (now_ + kDay - 1) / kDay * kDay, begin = anew ? 0 : std::max(end - 2 * kDay, 0);
    for (int at = begin; at < end; at += kDay) {
      std::set<std::string> times;
      for (int hour = at; hour < at + kDay; ++hour) times.insert(time_text(hour));
      Table part{true, source.columns, {}};
      for (const Row& row : source.rows) {
        if (times.count(row.at("day"))) part.rows.push_back(row);
      }
      if (!reference_.put(part, anew && at == begin, times)) return false;
    }
    return true;
  }

  void compare() {
    const Table& table = reference_.table;
    std::vector<std::string> names(table.columns.begin(), table.columns.end()), expected;
    CHECK(place_.columns("m") == (table.is_there ? names : std::vector<std::string>()));
    if (!table.is_there) return;
    std::string list;
    for (const std::string& name : names)
      list += fmt::format("{}cast({} as varchar)", list.empty() ? "" : ", ", name);
    for (const Row& row : table.rows) {
      std::string& line = expected.emplace_back();
      for (const auto& [name, cell] : row) line += (line.empty() ? "" : "|") + cell;
    }
    std::sort(expected.begin(), expected.end());
    CHECK(place_.rows(fmt::format("select {} from {}", list, place_.named("m"))) == expected);
  }

  Place& place_;
  Reference reference_;
  std::mt19937 chance_;
  Env& env_;
  int now_ = 30;
};

TEST_CASE("histories of incremental models are those of a table in memory") {
  constexpr int kSteps = 5;
  for (const char* strategy : {"append", "delete+insert", "merge", "microbatch"}) {
    for (const char* policy : {"ignore", "fail", "append_new_columns", "sync_all_columns"}) {
      bool keyed = strategy[0] == 'd' || std::string_view(strategy) == "merge";
      std::string vars =
          fmt::format("{{strategy: '{}', policy: {}{}}}", strategy, policy, keyed ? ", key: id" : "");
      for (int history = 0; history < histories(); ++history) {
        CAPTURE(strategy);
        CAPTURE(policy);
        CAPTURE(history);
        using namespace std::chrono;
        Env env(fixed_clock(sys_days(2024y / January / 2) + hours(6)), 1);
        std::unique_ptr<Place> timed = Place::open(env);
        if (!timed) return;
        timed->folder().write("models/m.sql", kModel);
        std::unique_ptr<Project> project = timed->load(vars), whole = timed->load(vars, true);
        History played(*timed, strategy, policy, static_cast<std::uint32_t>(history) * 7919u + 13u, env);
        for (int step = 0; step < kSteps; ++step) {
          CAPTURE(step);
          played.step(*project, *whole);
        }
      }
    }
  }
}

// dbt offers it on Snowflake alone: PostgreSQL refuses it at once, DuckDB when there is something to add.
TEST_CASE("insert_overwrite is refused where dbt has no such strategy, and leaves the table as it was") {
  Env env(fixed_clock({}), 1);
  std::unique_ptr<Place> place = Place::open(env);
  if (!place) return;
  place->folder().write("models/m.sql", kModel);
  place->folder().write("macros/own.sql",
                        "{% macro get_incremental_insert_overwrite_sql(arg_dict) %}select 1{% endmacro %}");
  place->adapter().execute(
      fmt::format("create table {} as select 1 as id, timestamp '2024-01-01' as day", place->named("src")));
  std::unique_ptr<Project> project = place->load("{strategy: insert_overwrite, policy: ignore}");
  bool is_first_built = place->adapter().dialect().name() == "duckdb";
  CHECK(place->build(*project, "model.p.m") == is_first_built);
  std::size_t rows = is_first_built ? place->rows("select id from " + place->named("m")).size() : 0;
  CHECK_FALSE(place->build(*project, "model.p.m"));
  CHECK(place->failure().find("The incremental strategy 'insert_overwrite' is not valid for this adapter") !=
        std::string::npos);
  if (is_first_built) CHECK(place->rows("select id from " + place->named("m")).size() == rows);
}

}  // namespace
}  // namespace leat::dbt
