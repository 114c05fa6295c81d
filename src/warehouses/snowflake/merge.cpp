#include "warehouses/snowflake/merge.h"

#include <fmt/core.h>

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

}  // namespace

std::string merge_statement(const sql::MergePlan& plan) {
  std::string keys, changes;
  for (const std::string& key : plan.primary_key)
    keys += fmt::format("{0}t.{1} = s.{1}", keys.empty() ? "" : " and ", quoted(key));
  for (const std::string& column : plan.columns)
    changes += fmt::format("{0}s.{1} is distinct from t.{1}", changes.empty() ? "" : " or ", quoted(column));
  std::string newer;
  if (!plan.cursor_field.empty()) {
    std::string cursor = quoted(plan.cursor_field);
    newer = fmt::format("(t.{0} is null or s.{0} >= t.{0}) and ", cursor);
  }
  return fmt::format(
      "merge into {} as t using {} as s on {} when matched and {}({}) then update set {} when not matched "
      "then insert "
      "({}) values ({})",
      snow_dialect().render(plan.table), snow_dialect().render(plan.stage), keys, newer, changes,
      list(plan, [](const std::string& name) { return fmt::format("{0} = s.{0}", name); }),
      list(plan, [](const std::string& name) { return name; }),
      list(plan, [](const std::string& name) { return "s." + name; }));
}

}  // namespace leat::warehouses::snowflake
