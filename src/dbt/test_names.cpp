#include "dbt/test_names.h"

#include <fmt/core.h>

#include <algorithm>

#include "dbt/digest.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

namespace {

constexpr std::size_t kNameMax = 64, kCutAt = 30, kHashLength = 10;

// Runs of other characters than letters, digits and underscores become one underscore.
std::string cleaned(const std::string& text) {
  std::string out;
  bool before = false;
  for (char c : text) {
    bool kept = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (kept) {
      out.push_back(c);
    } else if (!before) {
      out.push_back('_');
    }
    before = !kept;
  }
  return out;
}

void flatten(const jinja::Value& value, std::vector<std::string>& parts) {
  if (value.is_dict()) {
    value.as_dict().each([&](const jinja::Value&, const jinja::Value& item) {
      parts.push_back(cleaned(jinja::to_text(item)));
    });
  } else if (value.is_list()) {
    for (const jinja::Value& item : value.items()) parts.push_back(cleaned(jinja::to_text(item)));
  } else {
    parts.push_back(cleaned(jinja::to_text(value)));
  }
}

// All scalars as text, keys in order.
jinja::Value hashable(const jinja::Value& value) {
  if (value.is_dict()) {
    std::vector<std::pair<std::string, jinja::Value>> members;
    value.as_dict().each([&](const jinja::Value& key, const jinja::Value& item) {
      members.emplace_back(jinja::to_text(key), hashable(item));
    });
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return jinja::Value::dict(std::move(members));
  }
  if (value.is_list()) {
    std::vector<jinja::Value> items;
    for (const jinja::Value& item : value.items()) items.push_back(hashable(item));
    return jinja::Value::list(std::move(items));
  }
  return jinja::Value(jinja::to_text(value));
}

}  // namespace

std::string model_argument(const Node& tested) {
  std::string target =
      tested.type == ResourceType::source ? fmt::format("source('{}', '{}')", tested.source_name, tested.name)
      : tested.version.empty()            ? fmt::format("ref('{}')", tested.name)
                               : fmt::format("ref('{}', version='{}')", tested.name, tested.version);
  return "{{ get_where_subquery(" + target + ") }}";
}

TestName name_test(const GenericTest& test, const Node& tested, const std::string& wanted) {
  std::size_t dot = test.macro.find('.');
  std::string space = dot == std::string::npos ? "" : test.macro.substr(0, dot);
  std::string bare = dot == std::string::npos ? test.macro : test.macro.substr(dot + 1);
  std::vector<std::pair<std::string, jinja::Value>> arguments;
  for (const auto& [key, value] : test.arguments.members()) arguments.emplace_back(key, to_jinja(value));
  if (!test.column.empty()) arguments.emplace_back("column_name", jinja::Value(test.column));
  std::sort(arguments.begin(), arguments.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });

  TestName name;
  name.full = name.alias = wanted;
  if (wanted.empty()) {
    bool of_source = tested.type == ResourceType::source;
    std::string kind = (space.empty() ? "" : space + "_") + (of_source ? "source_" : "") + bare;
    std::string rest = of_source                ? tested.source_name + "_" + tested.name
                       : tested.version.empty() ? tested.name
                                                : tested.name + "_v" + tested.version;
    std::vector<std::string> parts;
    for (const auto& [key, value] : arguments) flatten(value, parts);
    std::string unique;
    for (std::size_t i = 0; i < parts.size(); ++i) unique += (i ? "__" : "") + parts[i];
    std::string identifier = kind + "_" + rest;
    name.full = name.alias = identifier + "_" + unique;
    if (name.full.size() >= kNameMax) name.alias = identifier.substr(0, kCutAt) + "_" + md5_hex(name.full);
  }
  arguments.emplace_back("model", jinja::Value(model_argument(tested)));
  jinja::Value metadata = jinja::Value::dict();
  metadata.as_dict().set("kwargs", jinja::Value::dict(std::move(arguments)));
  metadata.as_dict().set("name", bare);
  metadata.as_dict().set("namespace", space.empty() ? jinja::Value::none() : jinja::Value(space));
  std::string hash = md5_hex(name.full + jinja::to_repr(hashable(metadata)));
  name.hash = hash.substr(hash.size() - kHashLength);
  return name;
}

}  // namespace leat::dbt
