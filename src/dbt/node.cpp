#include "dbt/node.h"

#include "jinja/operations.h"

namespace leat::dbt {

std::string_view name(ResourceType type) {
  constexpr std::string_view names[] = {"model",          "seed",        "snapshot",  "test",     "source",
                                        "analysis",       "unit_test",   "operation", "exposure", "metric",
                                        "semantic_model", "saved_query", "group"};
  return names[static_cast<std::size_t>(type)];
}

const jinja::Value* Node::setting(std::string_view key) const {
  const jinja::Value* found = config.is_dict() ? config.as_dict().find(key) : nullptr;
  return found && !found->is_none() && !found->is_undefined() ? found : nullptr;
}

std::string Node::config_text(std::string_view key) const {
  const jinja::Value* found = setting(key);
  return found ? jinja::to_text(*found) : "";
}

std::string Node::materialized() const {
  if (type == ResourceType::seed) return "seed";
  if (type == ResourceType::test) return "test";
  if (type == ResourceType::snapshot) return "snapshot";
  if (type == ResourceType::unit_test) return "unit";
  if (type == ResourceType::source) return "";
  if (is_declaration()) return "";
  std::string kind = config_text("materialized");
  return kind.empty() ? "view" : kind;
}

std::vector<std::string> Node::tags() const {
  std::vector<std::string> out;
  const jinja::Value* found = setting("tags");
  if (!found) return out;
  if (found->is_string()) return {found->as_string()};
  if (found->is_list() || found->is_tuple()) {
    for (const jinja::Value& tag : found->items()) out.push_back(jinja::to_text(tag));
  }
  return out;
}

bool Node::enabled() const {
  const jinja::Value* found = setting("enabled");
  return !found || jinja::truth(*found);
}

}  // namespace leat::dbt
