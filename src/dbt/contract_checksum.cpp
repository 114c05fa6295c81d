#include "dbt/contract_checksum.h"

#include <fmt/core.h>

#include <algorithm>

#include "dbt/digest.h"
#include "jinja/operations.h"

namespace leat::dbt {

using document::Value;

namespace {

// The digest is of what Python prints of its objects.
std::string printed(const Value& value) {
  return value.is_null() ? "None" : jinja::to_repr(jinja::Value(value.raw()));
}

std::string printed_list(const Value& values) {
  std::string all;
  for (const Value& each : values.items()) all += (all.empty() ? "" : ", ") + printed(each);
  return "[" + all + "]";
}

std::string printed_flag(const Value& value) {
  return value.is_null() || value.boolean() ? "True" : "False";
}

std::string printed_constraints(const Value& constraints, bool of_model) {
  std::string all;
  for (const Value& each : constraints.items()) {
    const std::string& type = each["type"].raw();
    std::string one = fmt::format(
        "{}(type=<ConstraintType.{}: '{}'>, name={}, expression={}, warn_unenforced={}, warn_unsupported={}, "
        "to={}, "
        "to_columns={}",
        of_model ? "ModelLevelConstraint" : "ColumnLevelConstraint", type, type, printed(each["name"]),
        printed(each["expression"]), printed_flag(each["warn_unenforced"]),
        printed_flag(each["warn_unsupported"]), printed(each["to"]), printed_list(each["to_columns"]));
    if (of_model) one += ", columns=" + printed_list(each["columns"]);
    all += (all.empty() ? "" : ", ") + one + ")";
  }
  return "[" + all + "]";
}

}  // namespace

std::string contract_checksum(const Node& model) {
  std::vector<const Value*> columns;
  for (const Value& each : model.columns.items()) columns.push_back(&each);
  std::sort(columns.begin(), columns.end(),
            [](const Value* a, const Value* b) { return (*a)["name"].raw() < (*b)["name"].raw(); });
  std::string state;
  for (const Value* each : columns) {
    const Value& type = (*each)["data_type"];
    state += "|" + (*each)["name"].raw() + (type.is_null() ? "None" : type.raw()) +
             printed_constraints((*each)["constraints"], false);
  }
  std::string kind = model.materialized();
  if (kind == "table" || kind == "incremental")
    state += kind + printed_constraints(model.properties["constraints"], true);
  return sha256_hex(state);
}

}  // namespace leat::dbt
