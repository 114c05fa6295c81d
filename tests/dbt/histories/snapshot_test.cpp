// Snapshots: random histories of a source, for each strategy and each way of treating rows that are gone,
// against a model of versions in memory. LEAT_HISTORIES=50 plays the long run.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <random>

#include "place.h"

namespace leat::dbt {
namespace {

constexpr const char* kSnapshot = R"({% snapshot s %}
{{ config(unique_key='id', strategy=var('strategy'), updated_at='day', check_cols=var('columns', ['v']),
          hard_deletes=var('deletes')) }}
select * from {{ source('raw', 'src') }}
{% endsnapshot %}
)";

struct Version {
  std::string id, v, day;  // "~" is null
  std::string from, to = "~", deleted = "False";
};

struct Reference {
  std::string strategy, deletes;
  bool all_columns = false;
  bool is_there = false;
  std::vector<Version> versions;

  // `source`: id -> (v, day). What the engine's clock says is "now".
  void put(const std::map<std::string, std::pair<std::string, std::string>>& source) {
    std::vector<Version> added;
    for (const auto& [id, values] : source) {
      Version fresh{id, values.first, values.second, values.second};
      Version* held = current(id);
      bool gone = held && held->deleted == "True";
      if (held && !gone && !differs(*held, fresh)) continue;
      if (held) held->to = fresh.day;
      added.push_back(fresh);
    }
    if (is_there && deletes != "ignore") {
      for (Version& held : versions) {
        if (held.to != "~" || held.deleted == "True" || source.count(held.id)) continue;
        held.to = "now";
        if (deletes != "new_record") continue;
        added.push_back({held.id, held.v, held.day, "now", "~", "True"});
      }
    }
    versions.insert(versions.end(), added.begin(), added.end());
    is_there = true;
  }

 private:
  Version* current(const std::string& id) {
    for (Version& each : versions) {
      if (each.id == id && each.to == "~") return &each;
    }
    return nullptr;
  }
  bool differs(const Version& held, const Version& fresh) const {
    if (strategy == "timestamp") return held.from < fresh.day;
    return held.v != fresh.v || (all_columns && held.day != fresh.day);
  }
};

void compare(Place& place, const Reference& reference) {
  auto time = [](const char* column) {
    return fmt::format("case when {0} >= timestamp '2025-01-01' then 'now' else cast({0} as varchar) end",
                       column);
  };
  bool marks = reference.deletes == "new_record";
  std::vector<std::string> expected;
  for (const Version& each : reference.versions)
    expected.push_back(fmt::format("{}|{}|{}|{}|{}{}", each.id, each.v, each.day, each.from, each.to,
                                   marks ? "|" + each.deleted : ""));
  std::sort(expected.begin(), expected.end());
  CHECK(place.rows(fmt::format("select cast(id as varchar), v, cast(day as varchar), {}, {}{} from {}",
                               time("dbt_valid_from"), time("dbt_valid_to"), marks ? ", dbt_is_deleted" : "",
                               place.named("s"))) == expected);
}

class History {
 public:
  History(Place& place, Reference reference, std::uint32_t seed)
      : place_(place), reference_(std::move(reference)), chance_(seed) {}

  void step(const Project& project) {
    std::map<std::string, std::pair<std::string, std::string>> source;
    for (int i = below(6); i > 0; --i)
      source[std::to_string(below(5))] = {below(6) ? std::string(1, static_cast<char>('a' + below(3))) : "~",
                                          fmt::format("2024-01-{:02} 00:00:00", ++day_ / 4 + 1 + below(3))};
    std::string name = place_.named("src");
    place_.adapter().execute(fmt::format("drop table if exists {}", name));
    place_.adapter().execute(fmt::format("create table {} (id integer, v varchar, day timestamp)", name));
    for (const auto& [id, values] : source)
      place_.adapter().execute(fmt::format("insert into {} values ({}, {}, timestamp '{}')", name, id,
                                           values.first == "~" ? "null" : "'" + values.first + "'",
                                           values.second));
    CHECK_MESSAGE(place_.build(project, "snapshot.p.s"), place_.failure());
    reference_.put(source);
    compare(place_, reference_);
  }

 private:
  int below(int n) { return static_cast<int>(chance_() % static_cast<std::uint32_t>(n)); }
  Place& place_;
  Reference reference_;
  std::mt19937 chance_;
  int day_ = 0;
};

TEST_CASE("histories of snapshots are those of versions in memory") {
  constexpr int kSteps = 6;
  Env env;
  for (const char* strategy : {"timestamp", "check", "check all"}) {
    for (const char* deletes : {"ignore", "invalidate", "new_record"}) {
      bool all = std::string_view(strategy) == "check all";
      std::string vars = fmt::format("{{strategy: {}, deletes: {}{}}}", all ? "check" : strategy, deletes,
                                     all ? ", columns: all" : "");
      for (int history = 0; history < histories(); ++history) {
        CAPTURE(strategy);
        CAPTURE(deletes);
        CAPTURE(history);
        std::unique_ptr<Place> place = Place::open(env);
        if (!place) return;
        place->folder().write("snapshots/s.sql", kSnapshot);
        std::unique_ptr<Project> project = place->load(vars);
        History played(*place, {all ? "check" : strategy, deletes, all, false, {}},
                       static_cast<std::uint32_t>(history) * 104729u + 5u);
        for (int step = 0; step < kSteps; ++step) {
          CAPTURE(step);
          played.step(*project);
        }
      }
    }
  }
}

}  // namespace
}  // namespace leat::dbt
