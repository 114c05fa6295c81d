#include "dbt/saved_state.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <set>

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
  return state;
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

// Settings that tell where a node stands are compared as its relation.
bool is_of_relation(std::string_view key) {
  return key == "schema" || key == "database" || key == "alias" || key == "enabled";
}

// Settings that both know of: another version of dbt may know more.
bool same_config(const Value& now, const Value& then) {
  return std::all_of(now.members().begin(), now.members().end(), [&](const Value::Member& each) {
    const Value* held = then.find(each.first);
    return !held || is_of_relation(each.first) ||
           document::to_json(each.second, true) == document::to_json(*held, true);
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

}  // namespace

bool SavedState::same_macros(const Project& project, const Value& now, const Value& then) const {
  std::map<std::string, const MacroEntry*> known;
  for (const auto& each : project.macros().all()) known.emplace(each->unique_id, each.get());
  std::set<std::string> called;
  for (const Value& id : now["depends_on"]["macros"].items()) called.insert(id.raw());
  for (const Value& id : then["depends_on"]["macros"].items()) called.insert(id.raw());
  return std::all_of(called.begin(), called.end(), [&](const std::string& id) {
    // The program's own macros are another text than dbt's.
    if (id.starts_with("macro.dbt")) return true;
    auto macro = known.find(id);
    const Value* held = manifest_["macros"].find(id);
    return macro != known.end() && held && macro->second->text == (*held)["macro_sql"].raw();
  });
}

std::vector<std::string> SavedState::words(const Project& project, const Node& node) const {
  const Value* then = saved(node.unique_id);
  if (!then) return {"new"};
  JsonWriter out;
  ManifestParts{out, project, 0}.write_object(node);
  Value now = document::parse_json(out.take(), node.unique_id);
  std::vector<std::string> words = {"old"};
  auto differs = [&words](const char* part) { words.push_back(std::string("modified.") + part); };
  if (!same(now["checksum"], (*then)["checksum"], {"checksum"}) ||
      (node.is_generic_test() && !same(now, *then, {"test_metadata"})) ||
      (node.is_declaration() && !same(now, *then, {"depends_on"})))
    differs("body");
  if (!same_config(now["config"], (*then)["config"])) differs("configs");
  if (!same(now, *then, {"database", "schema"}) || !same(now, *then, {"alias", "identifier"}))
    differs("relation");
  if (!same(now["contract"], (*then)["contract"], {"checksum"})) differs("contract");
  if (!same_descriptions(now, *then)) differs("persisted_descriptions");
  if (!same_macros(project, now, *then)) differs("macros");
  words.push_back(words.size() > 1 ? "modified" : "unmodified");
  return words;
}

}  // namespace leat::dbt
