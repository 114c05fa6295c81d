#include "dbt/project.h"

#include <fmt/core.h>

#include "base/error.h"
#include "dbt/renderer.h"

namespace leat::dbt {

Project::Project() = default;
Project::~Project() = default;

const Node* Project::find(std::string_view unique_id) const {
  auto found = index_.find(unique_id);
  return found == index_.end() ? nullptr : &nodes_[found->second];
}

const Node* Project::find_ref(std::string_view package, std::string_view name) const {
  const Node* anywhere = nullptr;
  for (const Node& node : nodes_) {
    bool referable = node.type == ResourceType::model || node.type == ResourceType::seed;
    if (!referable || node.name != name || (!package.empty() && node.package != package)) continue;
    if (node.package == name_) return &node;
    anywhere = &node;
  }
  return anywhere;
}

const Node* Project::find_source(std::string_view source, std::string_view table) const {
  for (const Node& node : nodes_) {
    if (node.type == ResourceType::source && node.name == table && node.fqn.size() >= 2 &&
        node.fqn[node.fqn.size() - 2] == source)
      return &node;
  }
  return nullptr;
}

const document::Value* Project::var(const std::string& wanted, const std::string& package) const {
  if (const document::Value* given = options_.vars.find(wanted)) return given;
  const document::Value& vars = file_["vars"];
  if (const document::Value* own = vars.find(package); own && own->is_mapping()) {
    if (const document::Value* found = own->find(wanted)) return found;
  }
  return vars.find(wanted);
}

std::string Project::target_folder() const {
  const document::Value& path = file_["target-path"];
  return options_.folder + "/" + (path.is_null() ? "target" : path.raw());
}

std::vector<Selectable> Project::selectables() const {
  std::vector<Selectable> items;
  for (const Node& node : nodes_) {
    Selectable item;
    item.id = node.unique_id;
    item.name = node.name;
    item.kind = dbt::name(node.type);
    item.path = node.path;
    item.package = node.package;
    item.materialized = node.materialized();
    item.fqn = node.fqn;
    item.tags = node.tags();
    item.upstream = node.depends_on;
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace leat::dbt
