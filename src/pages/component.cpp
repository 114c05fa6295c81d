#include "pages/component.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace leat::pages {

std::string ComponentUse::text(std::string_view property, std::string_view fallback) const {
  const Property* found = node.find(property);
  if (!found) return std::string(fallback);
  return found->is_expression ? evaluate_cell(found->text, scope, where).text : found->text;
}

bool ComponentUse::flag(std::string_view property, bool fallback) const {
  std::string value = text(property, fallback ? "true" : "false");
  return value != "false" && value != "0" && !value.empty();
}

double ComponentUse::number_of(std::string_view property, double fallback) const {
  std::string value = text(property);
  double parsed = fallback;
  std::from_chars(value.data(), value.data() + value.size(), parsed);
  return parsed;
}

TablePtr ComponentUse::table() const {
  const Property* data = node.find("data");
  if (!data)
    throw Error(ErrorCode::page_component, fmt::format("<{}> needs data={{query}}", node.text), where);
  return evaluate_table(data->text, scope, where);
}

std::vector<std::string> ComponentUse::column_names(std::string_view property, const Table& table) const {
  const Property* found = node.find(property);
  std::vector<std::string> names;
  if (!found) return names;
  // A list in brackets, or names with commas.
  std::string name;
  auto add = [&] {
    if (!name.empty()) names.push_back(std::exchange(name, {}));
  };
  for (char c : found->text) {
    if (c == ',') {
      add();
    } else if (std::string_view(" []'\"").find(c) == std::string_view::npos) {
      name.push_back(c);
    }
  }
  add();
  for (const std::string& each : names) {
    if (table.find(each)) continue;
    std::string near = nearest(each, table.columns);
    throw Error(ErrorCode::page_component,
                fmt::format("The query {} has no column `{}`{}", table.name, each,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                where);
  }
  return names;
}

const Component& find_component(const PageNode& node, const std::string& where) {
  std::vector<std::string> names;
  const Component* found = nullptr;
  for (const Component* each : components()) {
    if (each->spec->name == node.text) found = each;
    names.emplace_back(each->spec->name);
  }
  if (!found) {
    std::string near = nearest(node.text, names);
    throw Error(ErrorCode::page_component,
                fmt::format("There is no component <{}>{}", node.text,
                            near.empty() ? "" : fmt::format("; did you mean <{}>?", near)),
                where);
  }
  std::vector<std::string> properties;
  for (const SpecField& field : found->spec->fields) properties.emplace_back(field.name);
  for (const auto& [key, value] : node.properties) {
    if (std::find(properties.begin(), properties.end(), key) != properties.end()) continue;
    std::string near = nearest(key, properties);
    throw Error(ErrorCode::page_component,
                fmt::format("<{}> has no property `{}`{}", node.text, key,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                where);
  }
  return *found;
}

}  // namespace leat::pages
