#include "dbt/saved_state.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "dbt/macro_uses.h"
#include "dbt/manifest_parts.h"

namespace leat::dbt {

using document::Value;

std::shared_ptr<const SavedState> SavedState::load(const std::string& folder) {
  auto state = std::make_shared<SavedState>();
  std::string manifest = folder + "/manifest.json", results = folder + "/run_results.json";
  state->manifest_ = document::parse_json(document::read_file(manifest), manifest);
  if (std::filesystem::exists(results)) {
    Value told = document::parse_json(document::read_file(results), results);
    for (const Value& each : told["results"].items())
      state->results_[each["unique_id"].raw()] = each["status"].raw();
  }
  state->loaded_ = loaded_times(folder);
  return state;
}

std::map<std::string, std::string, std::less<>> SavedState::loaded_times(const std::string& folder) {
  std::map<std::string, std::string, std::less<>> times;
  std::string path = folder + "/sources.json";
  if (!std::filesystem::exists(path)) return times;
  Value told = document::parse_json(document::read_file(path), path);
  for (const Value& each : told["results"].items()) {
    // A source whose freshness could not be asked has no time.
    if (each["max_loaded_at"].is_text()) times[each["unique_id"].raw()] = each["max_loaded_at"].raw();
  }
  return times;
}

bool SavedState::is_fresher(const std::string& unique_id,
                            const std::map<std::string, std::string, std::less<>>& loaded) const {
  auto now = loaded.find(unique_id), then = loaded_.find(unique_id);
  return now != loaded.end() && (then == loaded_.end() || now->second > then->second);
}

const Value* SavedState::saved(std::string_view unique_id) const {
  for (const char* section :
       {"nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries", "unit_tests"}) {
    if (const Value* found = manifest_[section].find(unique_id)) return found;
  }
  return nullptr;
}

std::optional<sql::Relation> SavedState::relation(std::string_view unique_id) const {
  const Value* node = saved(unique_id);
  if (!node || (*node)["relation_name"].is_null()) return std::nullopt;
  const Value& identifier = node->find("identifier") ? (*node)["identifier"] : (*node)["alias"];
  return sql::Relation{(*node)["database"].raw(), (*node)["schema"].raw(), identifier.raw()};
}

std::string SavedState::result(std::string_view unique_id) const {
  auto found = results_.find(unique_id);
  return found == results_.end() ? "" : found->second;
}

namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What is compiled or tested: it stands among the manifest's nodes.
bool is_node(const Node& node) {
  return !node.is_declaration() && node.type != ResourceType::source && node.type != ResourceType::unit_test;
}

// Settings that both know of: another version of dbt may know more. Where a node stands is compared as its
// relation; tags and groups change nothing that is built.
bool same_config(const Node& node, const Value& now, const Value& then) {
  return std::all_of(now.members().begin(), now.members().end(), [&](const Value::Member& each) {
    if (is_one_of(each.first, {"schema", "database", "alias", "enabled", "group"})) return true;
    if (each.first == "tags" && is_node(node)) return true;
    const Value* held = then.find(each.first);
    return !held || document::to_json(each.second, true) == document::to_json(*held, true);
  });
}

bool same(const Value& now, const Value& then, std::initializer_list<const char*> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](const char* key) {
    return document::to_json(now[key], true) == document::to_json(then[key], true);
  });
}

bool same_descriptions(const Value& now, const Value& then) {
  const Value& persist = now["config"]["persist_docs"];
  if (persist["relation"].boolean() && !same(now, then, {"description"})) return false;
  if (!persist["columns"].boolean()) return true;
  for (const auto& [name, column] : now["columns"].members()) {
    const Value* held = then["columns"].find(name);
    if (!held || !same(column, *held, {"description"})) return false;
  }
  return now["columns"].members().size() == then["columns"].members().size();
}

// A generic test's text is its macro, its arguments and its configuration.
bool same_body(const Node& node, const Value& now, const Value& then) {
  if (node.type == ResourceType::seed) return same(now["checksum"], then["checksum"], {"checksum"});
  if (!node.is_generic_test()) return same(now, then, {"raw_code"});
  return same(now, then, {"test_metadata"}) && same(now, then, {"unrendered_config"});
}

// What is configured, not what came of it: another target stands in another schema.
bool same_relation(const Node& node, const Value& now, const Value& then) {
  if (node.type == ResourceType::source) return same(now, then, {"database", "schema", "identifier"});
  return same(now["unrendered_config"], then["unrendered_config"], {"database", "schema", "alias"});
}

// The parts that every kind of node has, but for the body of those that have a text.
bool same_declaration(const Node& node, const Value& now, const Value& then) {
  if (!same(now, then, {"fqn"})) return false;
  if (node.type == ResourceType::model)
    return same(now, then, {"latest_version", "access", "deprecation_date"});
  if (node.type == ResourceType::unit_test) return same(now, then, {"checksum"});
  if (node.type == ResourceType::source) return same(now, then, {"freshness", "loaded_at_field", "external"});
  if (!node.is_declaration()) return true;
  auto reads = [](const Value& node_value) {
    std::set<std::string> ids;
    for (const Value& id : node_value["depends_on"]["nodes"].items()) ids.insert(id.raw());
    return ids;
  };
  return reads(now) == reads(then) &&
         same(now, then, {"type", "label", "description", "owner", "maturity", "url"});
}

// What does not stand in the state differs in each part that it has.
std::vector<std::string> words_of_new(const Node& node) {
  if (node.type == ResourceType::unit_test) return {"new", "modified"};
  if (node.type == ResourceType::source) return {"new", "modified.configs", "modified.relation"};
  if (node.is_declaration()) return {"new", "modified.configs"};
  return {"new",
          "modified",
          "modified.body",
          "modified.configs",
          "modified.relation",
          "modified.contract",
          "modified.persisted_descriptions"};
}

}  // namespace

std::set<std::string> SavedState::changed_macros(const Project& project) const {
  MacroUses uses(project.macros(), std::string(project.options().dialect->name()));
  // The program's own macros are another text than dbt's.
  auto differs = [&](const MacroEntry& macro) {
    if (macro.package == kOwnPackage) return false;
    const Value* held = manifest_["macros"].find(macro.unique_id);
    return !held || macro.text != (*held)["macro_sql"].raw();
  };
  std::set<std::string> changed;
  for (const auto& macro : project.macros().all()) {
    MacroUses::Direct direct;
    direct.macros.insert(macro.get());
    for (const MacroEntry* each : uses.closure(std::move(direct)).macros) {
      if (!differs(*each)) continue;
      changed.insert(macro->unique_id);
      break;
    }
  }
  return changed;
}

std::vector<std::string> SavedState::words(const Project& project, const Node& node,
                                           const std::set<std::string>& changed_macros) const {
  bool macros_differ = std::any_of(node.macros.begin(), node.macros.end(),
                                   [&](const std::string& id) { return changed_macros.count(id) > 0; });
  const Value* then = saved(node.unique_id);
  std::vector<std::string> words = then ? words_of_known(project, node, *then) : words_of_new(node);
  bool differs = std::find(words.begin(), words.end(), "modified") != words.end();
  if (macros_differ) words.push_back("modified.macros");
  if (macros_differ && !differs) words.push_back("modified");
  if (!macros_differ && !differs) words.push_back("unmodified");
  return words;
}

std::vector<std::string> SavedState::words_of_known(const Project& project, const Node& node,
                                                    const Value& then) const {
  JsonWriter out;
  ManifestParts{out, project, 0}.write_object(node);
  Value now = document::parse_json(out.take(), node.unique_id);
  std::vector<std::string> words = {"old"};
  bool same_parts = same_declaration(node, now, then);
  auto note = [&](bool is_same, bool counts, const char* part) {
    if (is_same) return;
    words.push_back(std::string("modified.") + part);
    same_parts = same_parts && !counts;
  };
  note(same_config(node, now["config"], then["config"]), true, "configs");
  if (is_node(node)) {
    // Of a generic test only what it is configured to counts as a whole: its text has its settings in it.
    bool counts = !node.is_generic_test();
    note(same_body(node, now, then), counts, "body");
    note(same_relation(node, now, then), counts, "relation");
    note(same(now["contract"], then["contract"], {"checksum"}), counts, "contract");
    note(same_descriptions(now, then), counts, "persisted_descriptions");
  } else if (node.type == ResourceType::source) {
    note(same_relation(node, now, then), true, "relation");
  }
  if (!same_parts) words.push_back("modified");
  return words;
}

}  // namespace leat::dbt
