#include "sources/declarative/analytics_filters.h"

#include <string_view>
#include <utility>
#include <vector>

#include "jinja/operations.h"

namespace leat::sources::declarative {
namespace {

using jinja::Value;

std::string_view text(const Value& value) {
  return value.is_string() ? std::string_view(value.as_string()) : std::string_view();
}

// Choices come as lists of one.
Value first_of(const Value& list) {
  return list.is_list() && !list.items().empty() ? list.items()[0] : Value::none();
}

// {"value_type": "int64Value", "value": "5"} as {"int64Value": "5"}.
Value number(const Value& given, bool as_real) {
  Value value = given.member("value");
  if (as_real && text(given.member("value_type")) == "doubleValue" && value.is_string()) {
    if (auto real = jinja::parse_real(value.as_string())) value = Value(*real);
  }
  Value out = Value::dict();
  out.as_dict().set(given.member("value_type"), value);
  return out;
}

Value filter_body(const Value& filter, std::string_view name) {
  Value out = Value::dict();
  auto copy = [&](std::string_view from, std::string_view to) {
    if (filter.find(from)) out.as_dict().set(to, filter.member(from));
  };
  if (name == "stringFilter") {
    out.as_dict().set("value", filter.member("value"));
    if (filter.find("matchType")) out.as_dict().set("matchType", first_of(filter.member("matchType")));
    copy("caseSensitive", "caseSensitive");
  } else if (name == "inListFilter") {
    out.as_dict().set("values", filter.member("values"));
    copy("caseSensitive", "caseSensitive");
  } else if (name == "numericFilter") {
    out.as_dict().set("value", number(filter.member("value"), false));
    if (filter.find("operation")) out.as_dict().set("operation", first_of(filter.member("operation")));
  } else {
    out.as_dict().set("fromValue", number(filter.member("fromValue"), true));
    out.as_dict().set("toValue", number(filter.member("toValue"), true));
  }
  return out;
}

Value expression_of(const Value& given) {
  Value out = Value::dict({{"fieldName", given.member("field_name")}});
  const Value& filter = given.member("filter");
  std::string_view name = text(filter.member("filter_name"));
  bool known =
      name == "stringFilter" || name == "inListFilter" || name == "numericFilter" || name == "betweenFilter";
  if (known) out.as_dict().set(name, filter_body(filter, name));
  return Value::dict({{"filter", std::move(out)}});
}

Value rewritten(const Value& given) {
  std::string_view type = text(given.member("filter_type"));
  if (type == "filter") return expression_of(given);
  Value out = Value::dict();
  if (type == "notExpression") out.as_dict().set(type, expression_of(given.member("expression")));
  if (type != "andGroup" && type != "orGroup") return out;
  std::vector<Value> expressions;
  if (const Value& list = given.member("expressions"); list.is_list()) {
    for (const Value& each : list.items()) expressions.push_back(expression_of(each));
  }
  if (expressions.empty()) return out;
  out.as_dict().set(type, Value::dict({{"expressions", Value::list(std::move(expressions))}}));
  return out;
}

}  // namespace

void rewrite_dimension_filters(Value& config) {
  const Value& reports = config.member("custom_reports_array");
  if (!reports.is_list()) return;
  for (Value report : reports.items()) {
    if (report.find("dimensionFilter"))
      report.as_dict().set("dimensionFilter", rewritten(report.member("dimensionFilter")));
  }
}

}  // namespace leat::sources::declarative
