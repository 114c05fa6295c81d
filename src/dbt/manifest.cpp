// target/manifest.json.
#include <fmt/core.h>

#include <algorithm>
#include <future>
#include <map>

#include "base/time.h"
#include "dbt/artifacts.h"
#include "dbt/basics.h"
#include "dbt/halves.h"
#include "dbt/manifest_parts.h"

namespace leat::dbt {

namespace {

constexpr const char* kSchema = "https://schemas.getdbt.com/dbt/manifest/v12.json";

double seconds_of(Timestamp time) {
  return static_cast<double>(time.time_since_epoch().count()) / 1e6;
}

void write_manifest_metadata(JsonWriter& out, const Project& project, Env& env) {
  out.key("metadata");
  out.begin_object();
  write_metadata(out, kSchema, project, env);
  out.member("project_name", project.name());
  out.key("user_id");
  out.raw("null");
  out.key("send_anonymous_usage_stats");
  out.raw("false");
  out.member("adapter_type", project.options().target.type);
  out.member("generated_by", "leat " LEAT_VERSION);
  out.end_object();
}

void write_section(ManifestParts& parts, const char* key, const std::vector<Node>& nodes,
                   std::initializer_list<ResourceType> types) {
  parts.out.key(key);
  parts.out.begin_object();
  for (const Node& node : nodes) {
    if (std::find(types.begin(), types.end(), node.type) != types.end()) parts.write(node);
  }
  parts.out.end_object();
}

// Nodes are most of a large manifest: half of them are written by a thread beside.
void write_nodes(ManifestParts& parts, std::initializer_list<ResourceType> types) {
  std::vector<const Node*> nodes;
  for (const Node& node : parts.project.nodes()) {
    if (std::find(types.begin(), types.end(), node.type) != types.end()) nodes.push_back(&node);
  }
  for (const Node& hook : parts.project.operations()) nodes.push_back(&hook);
  for (const Node& test : parts.project.disabled())
    if (test.idle) nodes.push_back(&test);
  std::size_t half = half_of(nodes.size());
  std::future<std::string> rest;
  if (half < nodes.size()) {
    rest = std::async(std::launch::async, [&parts, &nodes, half] {
      JsonWriter out;
      ManifestParts own{out, parts.project, parts.created};
      out.begin_object();
      for (std::size_t i = half; i < nodes.size(); ++i) own.write(*nodes[i]);
      return out.take();
    });
  }
  parts.out.key("nodes");
  parts.out.begin_object();
  for (std::size_t i = 0; i < half; ++i) parts.write(*nodes[i]);
  if (rest.valid()) parts.out.raw(std::string_view(rest.get()).substr(1));
  parts.out.end_object();
}

void write_maps(JsonWriter& out, const Project& project) {
  std::map<std::string_view, std::vector<std::string>> below, groups;
  out.key("parent_map");
  out.begin_object();
  auto write_parents = [&](const Node& node) {
    out.key(node.unique_id);
    std::vector<std::string> above = node.depends_on;
    std::sort(above.begin(), above.end());
    out.texts(above);
    below[node.unique_id];
    for (const std::string& each : node.depends_on) below[each].push_back(node.unique_id);
    if (std::string group = node.config_text("group"); !group.empty())
      for (const Node& each : project.groups())
        if (each.name == group) groups[each.name].push_back(node.unique_id);
  };
  for (const Node& node : project.nodes()) write_parents(node);
  for (const Node& hook : project.operations()) write_parents(hook);
  for (const Node& test : project.disabled())
    if (test.idle) write_parents(test);
  out.end_object();
  auto write = [&out](const char* key, std::map<std::string_view, std::vector<std::string>>& map) {
    out.key(key);
    out.begin_object();
    for (auto& [id, others] : map) {
      std::sort(others.begin(), others.end());
      out.key(id);
      out.texts(others);
    }
    out.end_object();
  };
  write("child_map", below);
  write("group_map", groups);
}

void write_disabled(ManifestParts& parts) {
  parts.out.key("disabled");
  parts.out.begin_object();
  for (const Node& node : parts.project.disabled()) {
    if (node.idle) continue;
    parts.out.key(node.unique_id);
    parts.out.begin_array();
    parts.write_object(node);
    parts.out.end_array();
  }
  parts.out.end_object();
}

void write_selectors(JsonWriter& out, const Project& project) {
  out.key("selectors");
  out.begin_object();
  for (const document::Value& each : project.selectors()["selectors"].items()) {
    out.key(each["name"].raw());
    out.raw(document::to_json(each));
  }
  out.end_object();
}

}  // namespace

std::string manifest_front(const Project& project, Env& env) {
  JsonWriter out;
  out.begin_object();
  write_manifest_metadata(out, project, env);
  return out.take();
}

std::string manifest_json(const Project& project, Env& env) {
  JsonWriter out;
  ManifestParts parts{out, project, seconds_of(env.now())};
  out.begin_object();
  write_manifest_metadata(out, project, env);
  write_nodes(parts, {ResourceType::model, ResourceType::seed, ResourceType::snapshot, ResourceType::test,
                      ResourceType::analysis});
  write_section(parts, "sources", project.nodes(), {ResourceType::source});
  parts.write_macros();
  parts.write_docs();
  write_section(parts, "exposures", project.nodes(), {ResourceType::exposure});
  write_section(parts, "metrics", project.nodes(), {ResourceType::metric});
  write_section(parts, "groups", project.groups(), {ResourceType::group});
  write_selectors(out, project);
  write_disabled(parts);
  write_maps(out, project);
  write_section(parts, "saved_queries", project.nodes(), {ResourceType::saved_query});
  write_section(parts, "semantic_models", project.nodes(), {ResourceType::semantic_model});
  write_section(parts, "unit_tests", project.nodes(), {ResourceType::unit_test});
  write_section(parts, "functions", project.nodes(), {});
  out.end_object();
  return out.take();
}

}  // namespace leat::dbt
