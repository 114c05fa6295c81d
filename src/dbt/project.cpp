#include "dbt/project.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "dbt/config_defaults.h"
#include "dbt/halves.h"
#include "dbt/renderer.h"
#include "dbt/saved_state.h"

namespace leat::dbt {

Project::Project() = default;
Project::~Project() = default;

const Package& Project::package(std::string_view name) const {
  for (const Package& each : packages_) {
    if (each.name == name) return each;
  }
  return packages_.front();
}

const Node* Project::find(std::string_view unique_id) const {
  auto found = index_.find(unique_id);
  return found == index_.end() ? nullptr : &nodes_[found->second];
}

void Project::index_references() {
  referable_.clear();
  sources_.clear();
  tests_of_.clear();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    if (node.referable()) referable_[node.name].push_back(i);
    if (node.is_generic_test()) tests_of_[node.test.attached_to].push_back(i);
    if (node.type == ResourceType::source) sources_[node.source_name + "." + node.name].push_back(i);
  }
}

const Node* Project::find_ref(const Reference& reference, std::string_view from) const {
  auto found = referable_.find(reference.name);
  if (found == referable_.end()) return nullptr;
  auto in_package = [&](std::string_view package) -> const Node* {
    for (std::size_t i : found->second) {
      const Node& node = nodes_[i];
      if (!package.empty() && node.package != package) continue;
      bool meant = reference.version.empty() ? node.latest : node.version == reference.version;
      if (meant) return &node;
    }
    return nullptr;
  };
  if (!reference.package.empty()) return in_package(reference.package);
  if (const Node* own = in_package(name())) return own;
  if (const Node* near = from.empty() ? nullptr : in_package(from)) return near;
  return in_package("");
}

const Node* Project::find_source(std::string_view source, std::string_view table,
                                 std::string_view from) const {
  auto found = sources_.find(std::string(source) + "." + std::string(table));
  if (found == sources_.end()) return nullptr;
  for (std::size_t i : found->second) {
    if (nodes_[i].package == from) return &nodes_[i];
  }
  return &nodes_[found->second.front()];
}

std::vector<const Node*> Project::tests_of(std::string_view unique_id) const {
  std::vector<const Node*> tests;
  if (auto found = tests_of_.find(unique_id); found != tests_of_.end())
    for (std::size_t i : found->second) tests.push_back(&nodes_[i]);
  return tests;
}

const document::Value* Project::var(const std::string& wanted, const std::string& package) const {
  if (const document::Value* given = options_.vars.find(wanted)) return given;
  const Package* places[] = {&packages_.front(), &this->package(package)};
  for (const Package* place : places) {
    const document::Value& vars = place->file["vars"];
    if (const document::Value* own = vars.find(package); own && own->is_mapping()) {
      if (const document::Value* found = own->find(wanted)) return found;
    }
    if (const document::Value* found = vars.find(wanted)) return found;
  }
  return nullptr;
}

std::string Project::target_folder() const {
  if (const std::string& given = options_.target_folder; !given.empty())
    return given.starts_with('/') ? given : folder() + "/" + given;
  const document::Value& path = packages_.front().file["target-path"];
  return folder() + "/" + (path.is_null() ? "target" : path.raw());
}

std::vector<std::string> Project::schemas() const {
  std::vector<std::string> all;
  for (const Node& node : nodes_) {
    if (!node.referable() || node.relation.schema.empty() || node.is_ephemeral()) continue;
    if (std::find(all.begin(), all.end(), node.relation.schema) == all.end())
      all.push_back(node.relation.schema);
  }
  return all;
}

namespace {

Selectable selectable(const Node& node, const std::string& root) {
  Selectable item;
  item.id = node.unique_id;
  item.name = node.name;
  item.kind = dbt::name(node.type);
  item.path = node.path;
  item.package = node.package;
  item.patch = node.patch;
  item.is_root = node.package == root;
  item.version = node.version;
  if (!node.version.empty()) item.latest_version = node.properties["latest_version"].raw();
  item.test_name = node.is_generic_test() ? node.test.macro : "";
  item.fqn = node.fqn;
  item.tags = node.tags();
  item.upstream = node.depends_on;
  item.config = node.config;
  item.whole_config = [&node] { return full_config(node); };
  return item;
}

}  // namespace

std::vector<Selectable> Project::selectables() const {
  std::vector<Selectable> items(nodes_.size());
  in_halves(nodes_.size(), [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) items[i] = selectable(nodes_[i], name());
  });
  if (!options_.state) return items;
  auto loaded = SavedState::loaded_times(target_folder());
  std::set<std::string> changed = options_.state->changed_macros(*this);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Node& node = nodes_[i];
    items[i].state = options_.state->words(*this, node, changed);
    items[i].result = options_.state->result(node.unique_id);
    if (node.type == ResourceType::source && options_.state->is_fresher(node.unique_id, loaded))
      items[i].source_status = "fresher";
  }
  return items;
}

}  // namespace leat::dbt
