#include "dbt/macro_table.h"

#include <fmt/core.h>

namespace leat::dbt {

void MacroTable::add_file(const std::string& package, const std::string& name, const std::string& text) {
  jinja::ParseOptions options;
  options.dbt = true;
  std::shared_ptr<const jinja::Template> file = jinja::Template::parse(text, name, options);
  Package& macros = packages_[package];
  for (const jinja::MacroInfo& macro : file->macros()) macros[macro.name] = {file, &macro};
  for (const jinja::MacroInfo& block : file->blocks()) {
    if (block.type == "test") macros["test_" + block.name] = {file, &block};
    if (block.type == "materialization")
      macros[fmt::format("materialization_{}_{}", block.name, block.adapter)] = {file, &block};
  }
  if (package != kOwnPackage) all_text_ += text;
}

std::optional<jinja::Value> MacroTable::find_in(std::string_view package, std::string_view name) const {
  auto macros = packages_.find(package);
  if (macros == packages_.end()) return std::nullopt;
  auto found = macros->second.find(name);
  if (found == macros->second.end()) return std::nullopt;
  return found->second.file->macro_value(*found->second.macro);
}

std::optional<jinja::Value> MacroTable::find(std::string_view name) const {
  if (std::optional<jinja::Value> own = find_in(root_, name)) return own;
  return find_in(kOwnPackage, name);
}

std::optional<jinja::Value> MacroTable::dispatch(std::string_view name, std::string_view package,
                                                 std::string_view adapter) const {
  for (std::string_view place : {std::string_view(root_), package, std::string_view(kOwnPackage)}) {
    if (place.empty()) continue;
    for (const std::string& prefix : {std::string(adapter), std::string("default")}) {
      if (std::optional<jinja::Value> found = find_in(place, fmt::format("{}__{}", prefix, name)))
        return found;
    }
  }
  return std::nullopt;
}

std::optional<jinja::Value> MacroTable::materialization(std::string_view name,
                                                        std::string_view adapter) const {
  for (std::string_view suffix : {adapter, std::string_view("default")}) {
    if (std::optional<jinja::Value> found = find(fmt::format("materialization_{}_{}", name, suffix)))
      return found;
  }
  return std::nullopt;
}

bool MacroTable::has_package(std::string_view package) const {
  return packages_.find(package) != packages_.end();
}

std::vector<std::string> MacroTable::names() const {
  std::vector<std::string> all;
  for (const auto& [package, macros] : packages_) {
    for (const auto& [name, entry] : macros) all.push_back(package + "." + name);
  }
  return all;
}

}  // namespace leat::dbt
