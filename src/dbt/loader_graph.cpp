// ProjectLoader: ids, references, circles.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/spec.h"
#include "dbt/loader.h"
#include "dbt/macro_uses.h"

namespace leat::dbt {

void ProjectLoader::index() {
  for (std::size_t i = 0; i < project_->nodes_.size(); ++i) {
    const Node& node = project_->nodes_[i];
    auto [other, fresh] = project_->index_.emplace(node.unique_id, i);
    if (fresh) continue;
    throw Error(ErrorCode::dbt_project, fmt::format("There are two of the name `{}`", node.name), node.where)
        .fix(fmt::format("Rename one; the other is {}.", project_->nodes_[other->second].where));
  }
  project_->index_references();
}

void ProjectLoader::resolve() {
  for (Node& node : project_->nodes_) {
    if (!node.idle) resolve_node(node);
  }
  set_idle_aside();
}

void ProjectLoader::resolve_node(Node& node) {
  if (node.is_generic_test()) {
    // The arguments may ref(): relationships' `to`.
    Rendering rendering = parsing(&node);
    project_->renderer_->render_document(node.test.arguments, rendering);
    for (Reference& each : rendering.refs) node.refs.push_back(std::move(each));
    for (Reference& each : rendering.sources) node.sources.push_back(std::move(each));
  }
  if (node.is_declaration()) {
    for (const Reference& reference : node.sources) depend_on_source(node, reference);
    for (const Reference& reference : node.refs) depend_on_ref(node, reference);
    for (const std::string& id : node.metric_ids) node.depends_on.push_back(id);
    return;
  }
  for (const Reference& reference : node.refs) depend_on_ref(node, reference);
  for (const Reference& reference : node.sources) depend_on_source(node, reference);
}

// What names nothing is an error; in a data test, as in dbt, a warning, and the test is not run.
void ProjectLoader::miss(Node& node, const Error& error) {
  if (node.type != ResourceType::test) throw error;
  env_.emit({"dbt_message",
             EventLevel::warning,
             {{"message", fmt::format("{}: {}; the test {} is left out", error.where(), error.what_failed(),
                                      node.name)}}});
  node.config.as_dict().set("enabled", jinja::Value(false));
  node.idle = true;
}

void ProjectLoader::set_idle_aside() {
  std::vector<Node>& nodes = project_->nodes_;
  auto idle = std::stable_partition(nodes.begin(), nodes.end(), [](const Node& node) { return !node.idle; });
  if (idle == nodes.end()) return;
  std::move(idle, nodes.end(), std::back_inserter(project_->disabled_));
  nodes.erase(idle, nodes.end());
  project_->index_.clear();
  index();
}

namespace {

void depend(Node& node, const Node* on) {
  if (std::find(node.depends_on.begin(), node.depends_on.end(), on->unique_id) == node.depends_on.end())
    node.depends_on.push_back(on->unique_id);
}

std::string did_you_mean(const std::string& wanted, const std::vector<std::string>& names) {
  std::string near = nearest(wanted, names);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

// path:line:column of the first mention of `name` in the node's code.
std::string place_of(const Node& node, const std::string& name) {
  std::size_t at = node.raw_code.find("'" + name + "'");
  if (at == std::string::npos) at = node.raw_code.find("\"" + name + "\"");
  if (at == std::string::npos || node.is_generic_test()) return node.where;
  auto line = static_cast<std::size_t>(std::count(
                  node.raw_code.begin(), node.raw_code.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
              node.first_line;
  std::size_t begin = node.raw_code.rfind('\n', at);
  return fmt::format("{}:{}:{}", node.display, line, at - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

}  // namespace

void ProjectLoader::depend_on_ref(Node& node, const Reference& reference) {
  if (const Node* found = project_->find_ref(reference, node.package)) return depend(node, found);
  std::vector<std::string> names;
  for (const Node& each : project_->nodes_) {
    if (each.referable()) names.push_back(each.name);
  }
  bool disabled = std::any_of(project_->disabled_.begin(), project_->disabled_.end(), [&](const Node& each) {
    return each.referable() && each.name == reference.name;
  });
  std::string what =
      fmt::format("ref('{}'{}) names nothing{}", reference.name,
                  reference.version.empty() ? "" : fmt::format(", v={}", reference.version),
                  disabled ? ": the model of that name is disabled" : did_you_mean(reference.name, names));
  miss(node, Error(ErrorCode::dbt_unresolved, what, place_of(node, reference.name)));
}

void ProjectLoader::depend_on_source(Node& node, const Reference& reference) {
  if (const Node* found = project_->find_source(reference.package, reference.name, node.package))
    return depend(node, found);
  std::vector<std::string> tables, sources;
  for (const Node& each : project_->nodes_) {
    if (each.type != ResourceType::source) continue;
    if (each.source_name == reference.package) tables.push_back(each.name);
    sources.push_back(each.source_name);
  }
  std::string near =
      tables.empty() ? did_you_mean(reference.package, sources) : did_you_mean(reference.name, tables);
  miss(node, Error(ErrorCode::dbt_unresolved,
                   fmt::format("source('{}', '{}') names nothing{}", reference.package, reference.name, near),
                   place_of(node, reference.name)));
}

void ProjectLoader::check_circles() const {
  enum class Seen { no, above, done };
  const std::vector<Node>& nodes = project_->nodes_;
  std::vector<Seen> seen(nodes.size(), Seen::no);
  // Depth first with a stack of our own: chains of models may be long.
  std::vector<std::pair<std::size_t, std::size_t>> trail;
  for (std::size_t start = 0; start < nodes.size(); ++start) {
    if (seen[start] != Seen::no) continue;
    trail.emplace_back(start, 0);
    while (!trail.empty()) {
      auto& [at, next] = trail.back();
      seen[at] = Seen::above;
      if (next == nodes[at].depends_on.size()) {
        seen[at] = Seen::done;
        trail.pop_back();
        continue;
      }
      auto found = project_->index_.find(nodes[at].depends_on[next++]);
      if (found == project_->index_.end()) continue;  // a metric that is disabled
      std::size_t below = found->second;
      if (seen[below] == Seen::done) continue;
      if (seen[below] == Seen::no) {
        trail.emplace_back(below, 0);
        continue;
      }
      auto first =
          std::find_if(trail.begin(), trail.end(), [&](const auto& each) { return each.first == below; });
      std::string circle;
      for (auto each = first; each != trail.end(); ++each) circle += nodes[each->first].name + " -> ";
      throw Error(ErrorCode::dbt_cycle, circle + nodes[below].name, nodes[below].where);
    }
  }
}

void ProjectLoader::note_macros() {
  MacroUses uses(project_->macros_, std::string(project_->options_.dialect->name()));
  auto note = [&](Node& node) {
    MacroUses::Direct direct;
    if (node.is_generic_test()) {
      direct.macros.insert(uses.find_test(node.test.macro, node.package));
      direct.macros.insert(project_->macros_.find("get_where_subquery", node.package));
      direct.macros.erase(nullptr);
    } else if (node.has_code()) {
      direct = uses.of(*project_->renderer_->parsed(node), node.package);
    }
    for (const MacroEntry* each : direct.macros) node.macros.push_back(each->unique_id);
    std::sort(node.macros.begin(), node.macros.end());
  };
  for (Node& node : project_->nodes_) note(node);
  for (Node& node : project_->operations_) note(node);
}

}  // namespace leat::dbt
