#include "dbt/macro_table.h"

#include <fmt/core.h>

#include "base/error.h"
#include "jinja/block_scanner.h"

namespace leat::dbt {

void MacroTable::add_file(const std::string& package, const std::string& path, const std::string& text) {
  NameMap<const MacroEntry*>& names = packages_[package];
  for (const jinja::SourceBlock& block : jinja::scan_blocks(text, path)) {
    if (block.type == "docs" || block.type == "snapshot") continue;
    jinja::ParseOptions options;
    options.dbt = true;
    options.first_line = block.line;
    auto entry = std::make_unique<MacroEntry>();
    entry->parsed = jinja::Template::parse(std::string(block.text), path, options);
    bool is_macro = block.type == "macro";
    const auto& found = is_macro ? entry->parsed->macros() : entry->parsed->blocks();
    if (found.empty()) continue;
    entry->info = &found.front();
    entry->name = is_macro ? entry->info->name
                  : block.type == "materialization"
                      ? fmt::format("materialization_{}_{}", entry->info->name, entry->info->adapter)
                      : "test_" + entry->info->name;
    entry->package = package;
    entry->path = path;
    entry->text = std::string(block.text);
    entry->unique_id = fmt::format("macro.{}.{}", package, entry->name);
    entry->value = entry->parsed->macro_value(*entry->info);
    auto [before, fresh] = names.try_emplace(entry->name, entry.get());
    if (!fresh && package != kOwnPackage) {
      throw Error(ErrorCode::dbt_project,
                  fmt::format("There are two macros `{}` in `{}`", entry->name, package),
                  fmt::format("{}:{}", path, block.line))
          .fix(fmt::format("Rename one; the other is in {}.", before->second->path));
    }
    all_.push_back(std::move(entry));
  }
}

void MacroTable::set_search_order(const std::string& name_space, std::vector<std::string> packages) {
  search_orders_[name_space] = std::move(packages);
}

const MacroEntry* MacroTable::find_in(std::string_view package, std::string_view name) const {
  auto macros = packages_.find(package);
  if (macros == packages_.end()) return nullptr;
  auto found = macros->second.find(name);
  return found == macros->second.end() ? nullptr : found->second;
}

MacroEntry* MacroTable::find_own(std::string_view package, std::string_view name) {
  return const_cast<MacroEntry*>(find_in(package, name));
}

const MacroEntry* MacroTable::find(std::string_view name, std::string_view package) const {
  if (!package.empty() && package != root_) {
    if (const MacroEntry* own = find_in(package, name)) return own;
  }
  if (const MacroEntry* root = find_in(root_, name)) return root;
  return find_in(kOwnPackage, name);
}

const MacroEntry* MacroTable::dispatch(std::string_view name, std::string_view name_space,
                                       std::string_view package, std::string_view adapter) const {
  const std::string candidates[] = {fmt::format("{}__{}", adapter, name), fmt::format("default__{}", name)};
  if (name_space.empty()) {
    for (const std::string& each : candidates) {
      if (const MacroEntry* found = find(each, package)) return found;
    }
    return nullptr;
  }
  std::vector<std::string> order = {root_, std::string(name_space)};
  if (auto given = search_orders_.find(name_space); given != search_orders_.end()) order = given->second;
  if (order.back() != kOwnPackage && name_space == kOwnPackage) order.emplace_back(kOwnPackage);
  for (const std::string& place : order) {
    for (const std::string& each : candidates) {
      if (const MacroEntry* found = find_in(place, each)) return found;
    }
  }
  return nullptr;
}

const MacroEntry* MacroTable::materialization(std::string_view name, std::string_view package,
                                              std::string_view adapter) const {
  for (std::string_view suffix : {adapter, std::string_view("default")}) {
    std::string wanted = fmt::format("materialization_{}_{}", name, suffix);
    if (const MacroEntry* found = find_in(root_, wanted)) return found;
    if (const MacroEntry* found = find_in(package, wanted)) return found;
    for (const auto& [other, macros] : packages_) {
      auto found = macros.find(wanted);
      if (found != macros.end() && other != kOwnPackage) return found->second;
    }
    if (const MacroEntry* found = find_in(kOwnPackage, wanted)) return found;
  }
  return nullptr;
}

bool MacroTable::has_package(std::string_view package) const {
  return packages_.find(package) != packages_.end();
}

}  // namespace leat::dbt
