#include "dbt/primary_key.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace leat::dbt {

using document::Value;

namespace {

std::vector<std::string> of_constraints(const Node& model) {
  for (const Value& each : model.properties["constraints"].items()) {
    if (each["type"].raw() != "primary_key") continue;
    std::vector<std::string> key;
    for (const Value& column : each["columns"].items()) key.push_back(column.raw());
    return key;
  }
  for (const Value& column : model.columns.items()) {
    for (const Value& each : column["constraints"].items()) {
      if (each["type"].raw() == "primary_key") return {column["name"].raw()};
    }
  }
  return {};
}

std::set<std::string> columns_of(const Node& test) {
  if (!test.test.column.empty()) return {test.test.column};
  std::set<std::string> columns;
  for (const Value& each : test.test.arguments["combination_of_columns"].items()) {
    if (each.is_text()) columns.insert(each.raw());
  }
  return columns;
}

}  // namespace

// Columns with a test that they are filled and one that they are unique, else all that are unique, alone or
// together.
std::vector<std::string> primary_key_of(const Node& model, const Project& project) {
  std::vector<std::string> key = of_constraints(model);
  if (!key.empty()) return key;
  std::set<std::string> unique, filled;
  for (const Node* test : project.tests_of(model.unique_id)) {
    std::string name = test->test.macro.substr(test->test.macro.find('.') + 1);
    if (name == "unique" || name == "unique_combination_of_columns") unique.merge(columns_of(*test));
    if (name == "not_null") filled.merge(columns_of(*test));
  }
  std::set_intersection(unique.begin(), unique.end(), filled.begin(), filled.end(), std::back_inserter(key));
  return key.empty() ? std::vector<std::string>(unique.begin(), unique.end()) : key;
}

}  // namespace leat::dbt
