#include "dbt/primary_key.h"

#include <algorithm>

namespace leat::dbt {

using document::Value;

namespace {

std::vector<std::string> of_constraints(const Node& model) {
  std::vector<std::string> key;
  for (const Value& each : model.properties["constraints"].items()) {
    if (each["type"].raw() != "primary_key") continue;
    for (const Value& column : each["columns"].items()) key.push_back(column.raw());
    return key;
  }
  for (const Value& column : model.columns.items()) {
    for (const Value& each : column["constraints"].items()) {
      if (each["type"].raw() == "primary_key") key.push_back(column["name"].raw());
    }
  }
  return key;
}

}  // namespace

std::vector<std::string> primary_key_of(const Node& model, const Project& project) {
  std::vector<std::string> key = of_constraints(model);
  if (!key.empty()) return key;
  std::vector<std::string> unique, filled;
  for (const Node* test : project.tests_of(model.unique_id)) {
    if (!test->enabled()) continue;
    if (test->test.macro == "unique" && !test->test.column.empty()) unique.push_back(test->test.column);
    if (test->test.macro == "not_null") filled.push_back(test->test.column);
    if (test->test.macro == "dbt_utils.unique_combination_of_columns") {
      std::vector<std::string> columns;
      for (const Value& each : test->test.arguments["combination_of_columns"].items())
        columns.push_back(each.raw());
      std::sort(columns.begin(), columns.end());
      if (key.empty()) key = columns;
    }
  }
  for (const std::string& each : unique) {
    if (std::find(filled.begin(), filled.end(), each) != filled.end()) return {each};
  }
  std::sort(unique.begin(), unique.end());
  return unique.empty() ? key : unique;
}

}  // namespace leat::dbt
