// The manifest's macros and documentation blocks.
#include <fmt/core.h>

#include <set>

#include "dbt/macro_uses.h"
#include "dbt/manifest_parts.h"

namespace leat::dbt {

using document::Value;

void ManifestParts::write_macros() {
  MacroUses uses(project.macros(), std::string(project.options().dialect->name()));
  out.key("macros");
  out.begin_object();
  for (const auto& macro : project.macros().all()) {
    const Value& told = macro->properties;
    const Value& config = told["config"];
    std::string docs = with_defaults(config.find("docs") ? config["docs"] : told["docs"],
                                     {{"show", "true"}, {"node_color", "null"}});
    std::string meta = document::to_json(config.find("meta") ? config["meta"] : told["meta"]);
    if (meta == "null") meta = "{}";
    out.key(macro->unique_id);
    out.begin_object();
    out.member("name", macro->name);
    out.member("resource_type", "macro");
    out.member("package_name", macro->package);
    out.member("path", macro->path);
    out.member("original_file_path", macro->path);
    out.member("unique_id", macro->unique_id);
    out.member("macro_sql", macro->text);
    std::set<std::string> called;
    for (const MacroEntry* each : uses.of(*macro->parsed, macro->package).macros)
      called.insert(each->unique_id);
    out.key("depends_on");
    out.begin_object();
    out.key("macros");
    out.texts({called.begin(), called.end()});
    out.end_object();
    out.member("description", macro->description);
    json("meta", meta);
    json("docs", docs);
    json("config", fmt::format("{{\"meta\": {}, \"docs\": {}}}", meta, docs));
    out.key("patch_path");
    out.text_or_null(macro->patch.empty() ? "" : macro->package + "://" + macro->patch);
    out.key("arguments");
    out.begin_array();
    for (const Value& each : told["arguments"].items())
      out.raw(with_defaults(each, {{"name", "\"\""}, {"type", "null"}, {"description", "\"\""}}));
    out.end_array();
    write_created();
    json("supported_languages", macro->name.starts_with("materialization_") ? "[\"sql\"]" : "null");
    out.end_object();
  }
  out.end_object();
}

void ManifestParts::write_docs() {
  out.key("docs");
  out.begin_object();
  for (const auto& [name, contents] : project.docs()) {
    std::size_t dot = name.find('.');
    out.key("doc." + name);
    out.begin_object();
    out.member("name", name.substr(dot + 1));
    out.member("resource_type", "doc");
    out.member("package_name", name.substr(0, dot));
    out.member("path", "");
    out.member("original_file_path", "");
    out.member("unique_id", "doc." + name);
    out.member("block_contents", contents);
    out.end_object();
  }
  out.end_object();
}

}  // namespace leat::dbt
