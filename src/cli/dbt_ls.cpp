#include "cli/dbt_ls.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "dbt/config_defaults.h"
#include "dbt/json_writer.h"

namespace leat::cli {
namespace {

std::string selector_of(const dbt::Node& node) {
  if (node.type == dbt::ResourceType::source)
    return fmt::format("source:{}.{}.{}", node.package, node.source_name, node.name);
  if (node.is_declaration() || node.type == dbt::ResourceType::unit_test)
    return fmt::format("{}:{}.{}", dbt::name(node.type), node.package, node.name);
  std::string dotted;
  for (const std::string& part : node.fqn) dotted += (dotted.empty() ? "" : ".") + part;
  return dotted;
}

// Keys may stand in one word as well: "name,alias".
bool is_asked(const std::vector<std::string>& words, std::string_view key) {
  for (const std::string& keys : words) {
    for (std::size_t at = 0; at < keys.size();) {
      std::size_t end = std::min(keys.find_first_of(" ,", at), keys.size());
      if (std::string_view(keys).substr(at, end - at) == key) return true;
      at = end + 1;
    }
  }
  return words.empty();
}

std::string json_of(const dbt::Node& node, const std::vector<std::string>& keys) {
  dbt::JsonWriter out;
  auto text = [&](const char* key, std::string_view value) {
    if (is_asked(keys, key)) out.member(key, value);
  };
  out.begin_object();
  text("name", node.name);
  text("resource_type", dbt::name(node.type));
  text("package_name", node.package);
  text("original_file_path", node.path);
  text("unique_id", node.unique_id);
  text("alias", node.relation.identifier);
  if (is_asked(keys, "description") && !keys.empty()) out.member("description", node.description);
  if (is_asked(keys, "config")) {
    out.key("config");
    out.value(dbt::full_config(node));
  }
  if (is_asked(keys, "tags")) {
    out.key("tags");
    out.texts(node.tags());
  }
  if (is_asked(keys, "depends_on")) {
    out.key("depends_on");
    out.begin_object();
    out.key("macros");
    out.texts(node.macros);
    out.key("nodes");
    out.texts(node.depends_on);
    out.end_object();
  }
  out.end_object();
  return out.take();
}

}  // namespace

std::string ls_line(const dbt::Node& node, const std::string& format, const std::vector<std::string>& keys) {
  if (format == "selector") return selector_of(node);
  if (format == "name")
    return node.type == dbt::ResourceType::source ? node.source_name + "." + node.name : node.name;
  if (format == "path") return node.path;
  if (format == "json") return json_of(node, keys);
  throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no format of ls", format), "--output")
      .fix("There are selector, name, path, json.");
}

}  // namespace leat::cli
