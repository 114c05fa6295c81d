#include "cli/dbt_ls.h"

#include <fmt/core.h>

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

std::string json_of(const dbt::Node& node) {
  dbt::JsonWriter out;
  out.begin_object();
  out.member("name", node.name);
  out.member("resource_type", dbt::name(node.type));
  out.member("package_name", node.package);
  out.member("original_file_path", node.path);
  out.member("unique_id", node.unique_id);
  out.member("alias", node.relation.identifier);
  out.key("config");
  out.value(dbt::full_config(node));
  out.key("tags");
  out.texts(node.tags());
  out.key("depends_on");
  out.begin_object();
  out.key("macros");
  out.texts(node.macros);
  out.key("nodes");
  out.texts(node.depends_on);
  out.end_object();
  out.end_object();
  return out.take();
}

}  // namespace

std::string ls_line(const dbt::Node& node, const std::string& format) {
  if (format == "selector") return selector_of(node);
  if (format == "name")
    return node.type == dbt::ResourceType::source ? node.source_name + "." + node.name : node.name;
  if (format == "path") return node.path;
  if (format == "json") return json_of(node);
  throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no format of ls", format), "--output")
      .fix("There are selector, name, path, json.");
}

}  // namespace leat::cli
