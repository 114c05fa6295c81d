#include "warehouses/snowflake/merge.h"

#include <fmt/core.h>

#include <algorithm>

#include "stream/destination.h"
#include "warehouses/snowflake/dialect.h"

namespace leat::warehouses::snowflake {
namespace {

std::string quoted(std::string_view name) {
  return snow_dialect().quote(name);
}

// Calls `each` for every column, the source's and then Leat's own, and puts commas between.
template <class Each>
std::string list(const sql::MergePlan& plan, Each each) {
  std::string out;
  for (const auto* names : {&plan.columns, &plan.metadata}) {
    for (const std::string& name : *names) out += (out.empty() ? "" : ", ") + each(quoted(name));
  }
  return out;
}

std::string keys_match(const sql::MergePlan& plan) {
  std::string keys;
  for (const std::string& key : plan.primary_key)
    keys += fmt::format("{0}t.{1} = s.{1}", keys.empty() ? "" : " and ", quoted(key));
  return keys;
}

// "update set … when not matched [and …] then insert (…) values (…)"
std::string update_and_insert(const sql::MergePlan& plan, const std::string& inserts_where) {
  return fmt::format("update set {} when not matched{} then insert ({}) values ({})",
                     list(plan, [](const std::string& name) { return fmt::format("{0} = s.{0}", name); }),
                     inserts_where, list(plan, [](const std::string& name) { return name; }),
                     list(plan, [](const std::string& name) { return "s." + name; }));
}

// The columns that make rows without a key equal: what the source adds to each change is none of them.
std::vector<std::string> compared(const sql::MergePlan& plan) {
  std::vector<std::string> names;
  for (const std::string& column : plan.columns)
    if (!column.starts_with("_ab_cdc_")) names.push_back(quoted(column));
  return names;
}

std::string joined(const std::vector<std::string>& names, const char* prefix = "") {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + (prefix + name);
  return out;
}

std::string all_equal(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names)
    out += fmt::format("{0}t.{1} is not distinct from s.{1}", out.empty() ? "" : " and ", name);
  return out;
}

}  // namespace

std::string merge_statement(const sql::MergePlan& plan) {
  std::string changes;
  for (const std::string& column : plan.columns)
    changes += fmt::format("{0}s.{1} is distinct from t.{1}", changes.empty() ? "" : " or ", quoted(column));
  std::string newer;
  if (!plan.cursor_field.empty()) {
    std::string cursor = quoted(plan.cursor_field);
    newer = fmt::format("(t.{0} is null or s.{0} >= t.{0}) and ", cursor);
  }
  return fmt::format("merge into {} as t using {} as s on {} when matched and {}({}) then {}",
                     snow_dialect().render(plan.table), snow_dialect().render(plan.stage), keys_match(plan),
                     newer, changes, update_and_insert(plan, ""));
}

std::string merge_newest_statement(const sql::MergePlan& plan, bool hard) {
  bool deletes = hard && !plan.deleted.empty();
  // The stage is read under one name more, so that the condition is told once for both of its places.
  std::string source = deletes ? fmt::format("(select *, iff({}, 1, 0) as {} from {})", plan.deleted,
                                             quoted("_leat_deleted"), snow_dialect().render(plan.stage))
                               : snow_dialect().render(plan.stage);
  std::string marker = "s." + quoted("_leat_deleted");
  return fmt::format("merge into {} as t using {} as s on {}{} when matched then {}",
                     snow_dialect().render(plan.table), source, keys_match(plan),
                     deletes ? fmt::format(" when matched and {} = 1 then delete", marker) : "",
                     update_and_insert(plan, deletes ? fmt::format(" and {} = 0", marker) : ""));
}

std::string fill_kept_statement(const sql::MergePlan& plan, const std::vector<batch::Column>& columns,
                                sql::KeptFrom from) {
  std::string match, moved, sets, kept = quoted(stream::kKeptColumn);
  for (const std::string& key : plan.primary_key) {
    std::string now = quoted(key), before = quoted(std::string(stream::kStoredKeyPrefix) + key);
    match += fmt::format(" and t.{} = s.{}", now, from == sql::KeptFrom::stored_key ? before : now);
    moved += fmt::format("{}s.{} <> s.{}", moved.empty() ? "" : " or ", now, before);
  }
  if (from == sql::KeptFrom::own_key) match += " and (" + moved + ")";
  for (const batch::Column& column : columns) {
    bool is_key = std::any_of(plan.primary_key.begin(), plan.primary_key.end(),
                              [&](const std::string& key) { return folded(key) == folded(column.name); });
    if (is_key) continue;
    std::string name = quoted(column.name);
    sets += fmt::format("{0}{1} = iff(position({2} in s.{3}) > 0, t.{1}, s.{1})", sets.empty() ? "" : ", ",
                        name, snow_dialect().literal(fmt::format(",{},", column.name)), kept);
  }
  return fmt::format("merge into {} as s using {} as t on s.{} is not null{} when matched then update set {}",
                     snow_dialect().render(plan.stage), snow_dialect().render(plan.table), kept, match, sets);
}

std::string stage_spared_equals(const sql::MergePlan& plan) {
  std::vector<std::string> names = compared(plan);
  std::string all = list(plan, [](const std::string& name) { return name; });
  return fmt::format(
      "insert into {0} ({1}) select {1} from (select t.*, s.{2}, row_number() over (partition by {3} order "
      "by "
      "1) as {4} from {5} as t join (select {6}, count(*) as {2} from {0} where {7} group by {6}) as s on "
      "{8}) "
      "as numbered where {4} > {2}",
      snow_dialect().render(plan.stage), all, quoted("_leat_many"), joined(names, "t."),
      quoted("_leat_number"), snow_dialect().render(plan.table), joined(names), plan.deleted,
      all_equal(names));
}

std::string delete_equals(const sql::MergePlan& plan) {
  std::vector<std::string> names = compared(plan);
  return fmt::format(
      "merge into {} as t using (select distinct {} from {} where {}) as s on {} when matched then delete",
      snow_dialect().render(plan.table), joined(names), snow_dialect().render(plan.stage), plan.deleted,
      all_equal(names));
}

}  // namespace leat::warehouses::snowflake
