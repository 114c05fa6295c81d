#include "sql/history.h"

#include <fmt/core.h>

namespace leat::sql {
namespace {

std::string match(const Dialect& dialect, const HistoryPlan& plan, std::string_view a, std::string_view b) {
  std::string out;
  for (const std::string& key : plan.merge.primary_key)
    out += fmt::format("{}{}.{} = {}.{}", out.empty() ? "" : " and ", a, dialect.quote(key), b,
                       dialect.quote(key));
  return out;
}

std::string equal(const Dialect& dialect, const HistoryPlan& plan) {
  std::string out;
  for (const std::string& column : plan.merge.columns) {
    std::string name = dialect.quote(column);
    out += fmt::format("{}s.{} is not distinct from t.{}", out.empty() ? "" : " and ", name, name);
  }
  return out;
}

std::string list(const Dialect& dialect, const std::vector<std::string>& names, std::string_view prefix) {
  std::string out;
  for (const std::string& name : names)
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", prefix, dialect.quote(name));
  return out;
}

// From when a staged row holds.
std::string begins(const Dialect& dialect, const HistoryPlan& plan) {
  if (!plan.by_cursor) return plan.now;
  return fmt::format("coalesce(cast(s.{} as {}), {})", dialect.quote(plan.merge.cursor_field),
                     dialect.type_name({batch::TypeKind::timestamptz}), plan.now);
}

}  // namespace

std::string close_absent(const Dialect& dialect, const HistoryPlan& plan) {
  return fmt::format(
      "update {0} as t set {1} = {2} where t.{1} is null and not exists (select 1 from {3} as s where {4})",
      dialect.render(plan.merge.table), dialect.quote(plan.valid_to), plan.now,
      dialect.render(plan.merge.stage), match(dialect, plan, "s", "t"));
}

std::string drop_known_versions(const Dialect& dialect, const HistoryPlan& plan) {
  std::string known;
  if (plan.by_cursor) {
    known = fmt::format("t.{} = {} and {}", dialect.quote(plan.valid_from), begins(dialect, plan),
                        equal(dialect, plan));
  } else {
    known = equal(dialect, plan);
    if (!plan.merge.cursor_field.empty()) {
      std::string cursor = dialect.quote(plan.merge.cursor_field);
      known = fmt::format("(s.{0} < t.{0} or (s.{0} is null and t.{0} is not null) or ({1}))", cursor, known);
    }
    known = fmt::format("t.{} is null and {}", dialect.quote(plan.valid_to), known);
  }
  return fmt::format("delete from {} as s using {} as t where {} and {}", dialect.render(plan.merge.stage),
                     dialect.render(plan.merge.table), match(dialect, plan, "s", "t"), known);
}

std::string replace_versions(const Dialect& dialect, const HistoryPlan& plan) {
  return fmt::format("delete from {} as t using {} as s where {} and t.{} = {}",
                     dialect.render(plan.merge.table), dialect.render(plan.merge.stage),
                     match(dialect, plan, "s", "t"), dialect.quote(plan.valid_from), begins(dialect, plan));
}

std::string insert_versions(const Dialect& dialect, const HistoryPlan& plan) {
  std::string columns = list(dialect, plan.merge.columns, ""),
              staged = list(dialect, plan.merge.columns, "s.");
  std::string metadata = list(dialect, plan.merge.metadata, ""),
              staged_metadata = list(dialect, plan.merge.metadata, "s.");
  return fmt::format("insert into {} ({}, {}, {}{}{}) select {}, {}, null{}{} from {} as s",
                     dialect.render(plan.merge.table), columns, dialect.quote(plan.valid_from),
                     dialect.quote(plan.valid_to), metadata.empty() ? "" : ", ", metadata, staged,
                     begins(dialect, plan), metadata.empty() ? "" : ", ", staged_metadata,
                     dialect.render(plan.merge.stage));
}

std::string chain_versions(const Dialect& dialect, const HistoryPlan& plan) {
  std::string from = dialect.quote(plan.valid_from), to = dialect.quote(plan.valid_to);
  std::string table = dialect.render(plan.merge.table);
  return fmt::format(
      "update {0} as t set {2} = x.next_begins from (select {3}, h.{1}, lead(h.{1}) over (partition by {3} "
      "order by h.{1}) as next_begins from {0} as h where exists (select 1 from {4} as s where {5})) as x "
      "where {6} and t.{1} = x.{1} and x.next_begins is not null and (t.{2} is null or t.{2} > "
      "x.next_begins)",
      table, from, to, list(dialect, plan.merge.primary_key, "h."), dialect.render(plan.merge.stage),
      match(dialect, plan, "s", "h"), match(dialect, plan, "t", "x"));
}

std::string delete_deletions(const Dialect& dialect, const HistoryPlan& plan) {
  return fmt::format("delete from {} as t where {} and exists (select 1 from {} as s where {})",
                     dialect.render(plan.merge.table), plan.merge.deleted, dialect.render(plan.merge.stage),
                     match(dialect, plan, "s", "t"));
}

}  // namespace leat::sql
