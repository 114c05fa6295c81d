#include "sql/merge.h"

#include <fmt/core.h>

#include <algorithm>

namespace leat::sql {
namespace {

std::string list(const Dialect& dialect, const std::vector<std::string>& names,
                 std::string_view prefix = "") {
  std::string out;
  for (const std::string& name : names)
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", prefix, dialect.quote(name));
  return out;
}

// "s.a = t.a and s.b = t.b"
std::string keys_match(const Dialect& dialect, const MergePlan& plan) {
  std::string out;
  for (const std::string& key : plan.primary_key) {
    out += fmt::format("{}s.{} = t.{}", out.empty() ? "" : " and ", dialect.quote(key), dialect.quote(key));
  }
  return out;
}

std::string all_columns(const Dialect& dialect, const MergePlan& plan) {
  std::string out = list(dialect, plan.columns);
  if (!plan.metadata.empty()) out += ", " + list(dialect, plan.metadata);
  return out;
}

}  // namespace

std::string count_repeated_keys(const Dialect& dialect, const MergePlan& plan) {
  std::string key = list(dialect, plan.primary_key);
  if (dialect.name() == "duckdb") key = fmt::format("hash({})", key);
  return fmt::format("select count(*) from (select 1 from {} group by {} having count(*) > 1) as repeated",
                     dialect.render(plan.stage), key);
}

std::string deduplicate(const Dialect& dialect, const MergePlan& plan) {
  std::string order;
  if (!plan.cursor_field.empty())
    order = fmt::format("{} desc nulls last, ", dialect.quote(plan.cursor_field));
  std::string stage = dialect.render(plan.stage);
  return fmt::format(
      "delete from {0} where {1} in (select {1} from (select {1}, row_number() over (partition by {2} order "
      "by {3}{1} desc) as place "
      "from {0}) as ranked where place > 1)",
      stage, plan.arrival, list(dialect, plan.primary_key), order);
}

std::string count_matched(const Dialect& dialect, const MergePlan& plan) {
  return fmt::format("select count(*) from {} as s where exists (select 1 from {} as t where {})",
                     dialect.render(plan.stage), dialect.render(plan.table), keys_match(dialect, plan));
}

namespace {

// "s.a is not distinct from t.a and …"
std::string equal(const Dialect& dialect, const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) {
    std::string name = dialect.quote(column);
    out += fmt::format("{}s.{} is not distinct from t.{}", out.empty() ? "" : " and ", name, name);
  }
  return out.empty() ? "true" : out;
}

// True for a staged row that is older by cursor than the table's.
std::string is_older(const Dialect& dialect, const MergePlan& plan) {
  if (plan.cursor_field.empty()) return "false";
  return fmt::format("s.{0} < t.{0} or (s.{0} is null and t.{0} is not null)",
                     dialect.quote(plan.cursor_field));
}

}  // namespace

std::string drop_settled(const Dialect& dialect, const MergePlan& plan) {
  // The comparison in a CASE: as conditions of the join, every column of the table would be hashed.
  return fmt::format(
      "delete from {0} where {1} in (select s.{1} from {0} as s join {2} as t on {3} where case when {4} or "
      "({5}) "
      "then 1 end = 1)",
      dialect.render(plan.stage), plan.arrival, dialect.render(plan.table), keys_match(dialect, plan),
      is_older(dialect, plan), equal(dialect, plan.columns));
}

std::string create_matches(const Dialect& dialect, const MergePlan& plan, std::string_view name) {
  std::vector<std::string> narrow;
  for (const std::string& column : plan.columns)
    if (std::find(plan.wide_columns.begin(), plan.wide_columns.end(), column) == plan.wide_columns.end())
      narrow.push_back(column);
  return fmt::format(
      "create temporary table {} as select s.{} as staged, t.rowid as stored, case when {} then 2 when {} "
      "then 1 else "
      "0 end as settled from {} as s join {} as t on {}",
      dialect.quote(name), plan.arrival, is_older(dialect, plan), equal(dialect, narrow),
      dialect.render(plan.stage), dialect.render(plan.table), keys_match(dialect, plan));
}

std::string compare_wide(const Dialect& dialect, const MergePlan& plan, std::string_view name) {
  return fmt::format(
      "update {0} set settled = 0 where settled = 1 and staged in (select s.{1} from {2} as s join {3} as t "
      "on {4} "
      "where s.{1} in (select staged from {0} where settled = 1) and case when {5} then 1 else 0 end = 0)",
      dialect.quote(name), plan.arrival, dialect.render(plan.stage), dialect.render(plan.table),
      keys_match(dialect, plan), equal(dialect, plan.wide_columns));
}

std::string delete_matched(const Dialect& dialect, const MergePlan& plan) {
  return fmt::format("delete from {} as t using {} as s where {}", dialect.render(plan.table),
                     dialect.render(plan.stage), keys_match(dialect, plan));
}

std::string delete_marked(const Dialect& dialect, const MergePlan& plan) {
  std::string newer;
  if (!plan.cursor_field.empty()) {
    std::string cursor = dialect.quote(plan.cursor_field);
    newer = fmt::format(" and (t.{0} is null or s.{0} >= t.{0})", cursor);
  }
  return fmt::format("delete from {} as t using (select * from {} where {}) as s where {}{}",
                     dialect.render(plan.table), dialect.render(plan.stage), plan.deleted,
                     keys_match(dialect, plan), newer);
}

std::string upsert(const Dialect& dialect, const MergePlan& plan) {
  std::string table = dialect.render(plan.table), columns = all_columns(dialect, plan), sets, theirs, ours;
  for (const std::string& column : plan.columns) {
    std::string name = dialect.quote(column);
    theirs += fmt::format("{}t.{}", theirs.empty() ? "" : ", ", name);
    ours += fmt::format("{}excluded.{}", ours.empty() ? "" : ", ", name);
    sets += fmt::format("{}{} = excluded.{}", sets.empty() ? "" : ", ", name, name);
  }
  for (const std::string& column : plan.metadata)
    sets += fmt::format(", {0} = excluded.{0}", dialect.quote(column));
  std::string newer;
  if (!plan.cursor_field.empty())
    newer = fmt::format("(t.{0} is null or excluded.{0} >= t.{0}) and ", dialect.quote(plan.cursor_field));
  return fmt::format(
      "with changed as (insert into {} as t ({}) select {} from {} on conflict ({}) do update set {} where {}"
      "row({}) is distinct from row({}) returning (xmax = 0) as is_new) select count(*) filter (where "
      "is_new), "
      "count(*) filter (where not is_new) from changed",
      table, columns, columns, dialect.render(plan.stage), list(dialect, plan.primary_key), sets, newer,
      theirs, ours);
}

std::string drop_known(const Dialect& dialect, const MergePlan& plan) {
  return fmt::format("delete from {} as s using {} as t where {}", dialect.render(plan.stage),
                     dialect.render(plan.table), keys_match(dialect, plan));
}

std::string delete_by_merge_key(const Dialect& dialect, const MergePlan& plan) {
  MergePlan by_key = plan;
  if (!plan.merge_key.empty()) by_key.primary_key = plan.merge_key;
  std::string keys = list(dialect, by_key.primary_key);
  return fmt::format("delete from {} as t using (select distinct {} from {}) as s where {}",
                     dialect.render(plan.table), keys, dialect.render(plan.stage),
                     keys_match(dialect, by_key));
}

std::string drop_deletions(const Dialect& dialect, const MergePlan& plan) {
  return fmt::format("delete from {} where {}", dialect.render(plan.stage), plan.deleted);
}

std::string select_kept(const Dialect& dialect, const MergePlan& plan) {
  return fmt::format("select distinct {0} from {1} where {0} is not null", dialect.quote("_leat_kept"),
                     dialect.render(plan.stage));
}

std::string fill_kept(const Dialect& dialect, const MergePlan& plan, std::string_view column, KeptFrom from) {
  std::string name = dialect.quote(column), match, moved;
  for (const std::string& key : plan.primary_key) {
    std::string now = dialect.quote(key), before = dialect.quote("_leat_was_" + key);
    match += fmt::format(" and t.{} = s.{}", now, from == KeptFrom::stored_key ? before : now);
    moved += fmt::format("{}s.{} <> s.{}", moved.empty() ? "" : " or ", now, before);
  }
  if (from == KeptFrom::own_key) match += " and (" + moved + ")";
  return fmt::format("update {} as s set {} = t.{} from {} as t where strpos(s.{}, {}) > 0{}",
                     dialect.render(plan.stage), name, name, dialect.render(plan.table),
                     dialect.quote("_leat_kept"), dialect.literal(fmt::format(",{},", column)), match);
}

std::string delete_equal(const Dialect& dialect, const MergePlan& plan, std::string_view row_id) {
  std::string columns, equal, ours;
  for (const std::string& column : plan.columns) {
    std::string name = dialect.quote(column);
    // What the source adds to each change tells rows apart that are equal.
    if (column.starts_with("_ab_cdc_")) continue;
    columns += (columns.empty() ? "" : ", ") + name;
    ours += (ours.empty() ? "t." : ", t.") + name;
    equal += fmt::format("{}t.{} is not distinct from s.{}", equal.empty() ? "" : " and ", name, name);
  }
  return fmt::format(
      "delete from {0} where {1} in (select place from (select t.{1} as place, s.many, row_number() over "
      "(partition by {2} order by t.{1}) as number from {0} as t join (select {3}, count(*) as many from {4} "
      "where {5} group by {3}) as s on {6}) as ranked where number <= many)",
      dialect.render(plan.table), row_id, ours, columns, dialect.render(plan.stage), plan.deleted, equal);
}

std::string content_hash(const Dialect& dialect, const MergePlan& plan, const Relation& relation) {
  std::string columns = list(dialect, plan.columns);
  std::string hash = dialect.name() == "duckdb"
                         ? fmt::format("hash({})::hugeint", columns)
                         : fmt::format("hashtextextended(row({})::text, 0)::numeric", columns);
  return fmt::format(
      "select cast(count(*) as varchar) || ':' || coalesce(cast(sum({}) as varchar), '') from {}", hash,
      dialect.render(relation));
}

std::string insert_staged(const Dialect& dialect, const MergePlan& plan) {
  std::string columns = all_columns(dialect, plan);
  return fmt::format("insert into {} ({}) select {} from {}", dialect.render(plan.table), columns, columns,
                     dialect.render(plan.stage));
}

}  // namespace leat::sql
