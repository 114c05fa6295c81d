#include "dbt/properties.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/spec.h"
#include "base/text.h"
#include "dbt/digest.h"
#include "dbt/renderer.h"
#include "dbt/values.h"
#include "dbt/yaml_ahead.h"
#include "jinja/operations.h"

namespace leat::dbt {

using document::Value;

namespace {

std::string key_of(ResourceType type, const std::string& package, const std::string& name) {
  return fmt::format("{}.{}.{}", dbt::name(type), package, name);
}

bool holds_template(const Value& value) {
  if (value.is_text()) return value.raw().find("{{") != std::string::npos;
  return std::any_of(value.items().begin(), value.items().end(), holds_template) ||
         std::any_of(value.members().begin(), value.members().end(),
                     [](const Value::Member& each) { return holds_template(each.second); });
}

}  // namespace

Node* Properties::find_node(ResourceType type, const std::string& package, const std::string& name) {
  for (; indexed_ < nodes_.size(); ++indexed_) {
    const Node& node = nodes_[indexed_];
    if (node.type != ResourceType::source)
      index_.emplace(key_of(node.type, node.package, node.name), indexed_);
  }
  auto found = index_.find(key_of(type, package, name));
  return found == index_.end() ? nullptr : &nodes_[found->second];
}

jinja::Value Properties::render(const Value& value) const {
  Rendering rendering;
  rendering.project = &project_;
  rendering.env = &env_;
  return project_.renderer().render_document(value, rendering);
}

// {{ doc('name') }} and {{ doc('package', 'name') }} stand for blocks of Markdown files.
std::string Properties::described(const File& file, const Value& description) const {
  std::string text = description.raw();
  bool is_template = false;
  for (std::size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", at)) {
    std::size_t end = text.find("}}", at);
    if (end == std::string::npos) break;
    std::string inside = text.substr(at + 2, end - at - 2);
    std::size_t open = inside.find("doc("), close = inside.rfind(')');
    if (open == std::string::npos || close == std::string::npos) break;
    std::string name;
    for (char c : inside.substr(open + 4, close - open - 4)) {
      if (c == ',') name += '.';
      if (c != '\'' && c != '"' && c != ' ' && c != ',') name += c;
    }
    auto found = docs_.find(name.find('.') == std::string::npos ? file.package.name + "." + name : name);
    if (found == docs_.end()) found = docs_.find(project_.name() + "." + name);
    if (found == docs_.end())
      throw Error(ErrorCode::dbt_unresolved, fmt::format("doc('{}') names no documentation block", name),
                  description.where());
    text.replace(at, end + 2 - at, found->second);
    at += found->second.size();
    is_template = true;
  }
  // A template loses the newline at its end.
  if (is_template && text.ends_with('\n')) text.pop_back();
  return text;
}

namespace {

// A key that stands twice is a warning, and the last counts: as dbt has it.
Value read_yaml(const std::string& path, const std::string& display, Env& env) {
  std::string text = read_properties_file(path);
  try {
    return document::parse_yaml(text, display);
  } catch (const Error& error) {
    Value root = document::parse_yaml(text, display, document::Duplicates::last_counts);
    std::string message = fmt::format("{}: {}; the last one counts", error.where(), error.what_failed());
    env.emit({"dbt_message", EventLevel::warning, {{"message", message}}});
    return root;
  }
}

}  // namespace

void Properties::add_file(const Package& package, const std::string& folder, const std::string& path,
                          std::optional<Value> parsed) {
  File file{package, path, package.prefix + path,
            std::filesystem::path(path).lexically_relative(folder).string()};
  Value root = parsed ? std::move(*parsed) : read_yaml(package.folder + "/" + path, file.display, env_);
  for (const Value& entry : root["snapshots"].items()) {
    if (entry.find("relation")) add_yaml_snapshot(file, entry);
  }
  add_entries(file, root, "models", ResourceType::model);
  add_entries(file, root, "seeds", ResourceType::seed);
  add_entries(file, root, "snapshots", ResourceType::snapshot);
  add_entries(file, root, "analyses", ResourceType::analysis);
  for (const char* key : {"data_tests", "tests"}) add_entries(file, root, key, ResourceType::test);
  if (const Value* sources = root.find("sources")) add_sources(file, *sources);
  declare(file, root["unit_tests"], ResourceType::unit_test, units_);
  declare(file, root["semantic_models"], ResourceType::semantic_model, declarations_);
  declare(file, root["metrics"], ResourceType::metric, declarations_);
  declare(file, root["saved_queries"], ResourceType::saved_query, declarations_);
  declare(file, root["exposures"], ResourceType::exposure, declarations_);
  declare(file, root["groups"], ResourceType::group, declarations_);
  for (const Value& entry : root["macros"].items())
    macros_.push_back({entry, file.package.name, file.display, described(file, entry["description"])});
}

void Properties::declare(const File& file, const Value& entries, ResourceType type,
                         std::vector<Declaration>& into) const {
  for (const Value& entry : entries.items()) {
    if (entry["name"].is_null())
      throw Error(ErrorCode::dbt_project, fmt::format("A {} has no `name`", dbt::name(type)), entry.where());
    Declaration made{entry,      type, file.package.name,  file.path, file.display,
                     file.below, {},   file.package.folder};
    for (const std::filesystem::path& part : std::filesystem::path(file.below).parent_path())
      made.folders.push_back(part.string());
    made.description = described(file, entry["description"]);
    into.push_back(std::move(made));
  }
}

void Properties::add_entries(const File& file, const Value& root, const char* key, ResourceType type) {
  for (const Value& entry : root[key].items()) {
    const Value& named = entry["name"];
    if (named.is_null())
      throw Error(ErrorCode::dbt_project, fmt::format("An entry of `{}` has no `name`", key), entry.where());
    const std::string& name = named.raw();
    if (type == ResourceType::model && !entry["versions"].items().empty()) {
      add_versions(file, entry, name);
      continue;
    }
    Node* node = find_node(type, file.package.name, name);
    // dbt goes by the name, under whichever key of these it stands.
    for (ResourceType other : {ResourceType::model, ResourceType::seed, ResourceType::snapshot}) {
      bool may_differ =
          type == ResourceType::model || type == ResourceType::seed || type == ResourceType::snapshot;
      if (!node && may_differ) node = find_node(other, file.package.name, name);
    }
    if (node) {
      describe(file, entry, *node);
      continue;
    }
    std::vector<std::string> names;
    for (const Node& each : nodes_) {
      if (each.type == type) names.push_back(each.name);
    }
    std::string near = nearest(name, names);
    env_.emit({"dbt_message",
               EventLevel::warning,
               {{"message", fmt::format("{}: there is no {} `{}`{}", named.where(), dbt::name(type), name,
                                        near.empty() ? "" : fmt::format("; did you mean `{}`?", near))}}});
  }
}

void Properties::add_config(const std::string& unique_id, const Value& config) {
  if (!config.is_mapping()) return;
  jinja::Value& held = configs_.emplace(unique_id, jinja::Value::dict()).first->second;
  Value hooks = Value::mapping(), rest = Value::mapping();
  for (const auto& [key, value] : config.members())
    (setting_name(key).ends_with("_hook") ? hooks : rest).set(key, value);
  merge_config(held.as_dict(), render(rest).as_dict());
  merge_config(held.as_dict(), to_jinja(hooks).as_dict());
}

void Properties::describe_columns(const File& file, const Value& entry, Node& node) const {
  node.columns = entry["columns"];
  for (Value& column : node.columns.items()) {
    for (auto& [key, value] : column.members()) {
      if (key == "description") {
        value = Value::of(described(file, value));
      } else if (key != "tests" && key != "data_tests" && holds_template(value)) {
        document::Mark mark = value.mark();
        value = to_document(render(value));
        value.set_mark(mark);
      }
    }
  }
}

void Properties::describe(const File& file, const Value& entry, Node& node) {
  if (!node.patch.empty() && node.patch != file.display)
    throw Error(ErrorCode::dbt_project, fmt::format("`{}` is described twice", node.name), entry.where())
        .fix(fmt::format("Keep one of the entries; the other is in {}.", node.patch));
  node.patch = file.display;
  node.description = described(file, entry["description"]);
  describe_columns(file, entry, node);
  node.properties = entry;
  // These may stand beside `config` as well.
  Value beside = Value::mapping();
  for (const char* key : {"meta", "docs", "group", "access", "quote_columns"}) {
    if (const Value* given = entry.find(key)) beside.set(key, *given);
  }
  if (!beside.members().empty()) add_config(node.unique_id, beside);
  add_config(node.unique_id, entry["config"]);
  declare_all_tests(file, entry, node.unique_id);
}

// Every version is a file of its own: `defined_in`, name_v1.sql, or for one of them the name itself.
void Properties::add_versions(const File& file, const Value& entry, const std::string& name) {
  std::string latest = entry["latest_version"].raw();
  if (latest.empty()) {
    for (const Value& version : entry["versions"].items()) {
      const std::string& v = version["v"].raw();
      auto number = jinja::parse_real(v), best = jinja::parse_real(latest);
      if (latest.empty() || (number && best ? *number > *best : v > latest)) latest = v;
    }
  }
  for (const Value& version : entry["versions"].items()) {
    std::string v = version["v"].as_text("v");
    std::vector<std::string> files = {name + "_v" + v, name + ".v" + v};
    if (const Value* defined = version.find("defined_in")) files = {defined->raw()};
    if (v == latest) files.push_back(name);
    Node* node = nullptr;
    for (const std::string& each : files) {
      if (!node) node = find_node(ResourceType::model, file.package.name, each);
    }
    if (!node)
      throw Error(ErrorCode::dbt_project, fmt::format("There is no file of version {} of `{}`", v, name),
                  version.where())
          .fix(fmt::format("Name it {}.sql, or say `defined_in`.", files.front()));
    node->name = name;
    node->version = v;
    node->latest = v == latest;
    node->unique_id = fmt::format("model.{}.{}.v{}", node->package, name, v);
    node->fqn.back() = name;
    node->fqn.push_back("v" + v);
    Value merged = entry;
    for (const char* key : {"columns", "description", "data_tests", "tests"}) {
      if (const Value* own = version.find(key)) merged.set(key, *own);
    }
    describe(file, merged, *node);
    add_config(node->unique_id, version["config"]);
  }
}

void Properties::add_yaml_snapshot(const File& file, const Value& entry) {
  Node node;
  node.type = ResourceType::snapshot;
  node.name = entry["name"].as_text("name");
  node.package = file.package.name;
  node.path = file.path;
  node.below = file.below + "/" + node.name + ".sql";
  node.file = file.package.folder + "/" + file.path;
  node.display = file.display;
  node.where = entry.where();
  node.unique_id = key_of(node.type, node.package, node.name);
  node.fqn.push_back(node.package);
  for (const std::filesystem::path& part : std::filesystem::path(file.below).parent_path())
    node.fqn.push_back(part.string());
  node.fqn.push_back(node.name);
  node.config = jinja::Value::dict();
  node.raw_code = "select * from {{ " + entry["relation"].as_text("relation") + " }}";
  // As in dbt, it is known again by its whole file.
  std::string text = document::read_file(node.file);
  node.checksum = sha256_hex(trimmed(text));
  nodes_.push_back(std::move(node));
}

void Properties::add_sources(const File& file, const Value& sources) {
  for (const Value& source : sources.items()) {
    if (source["name"].is_null())
      throw Error(ErrorCode::dbt_project, "A source has no `name`", source.where());
    for (const Value& table : source["tables"].items()) add_source_table(file, source, table);
  }
}

void Properties::add_source_table(const File& file, const Value& source, const Value& table) {
  Node node;
  node.type = ResourceType::source;
  node.source_name = source["name"].as_text("source name");
  node.name = table["name"].as_text("table name");
  node.package = file.package.name;
  node.path = file.path;
  node.below = file.path;
  node.file = file.package.folder + "/" + file.path;
  node.display = file.display;
  node.where = table.where();
  node.unique_id = fmt::format("source.{}.{}.{}", node.package, node.source_name, node.name);
  node.fqn.push_back(node.package);
  for (const std::filesystem::path& part : std::filesystem::path(file.below).parent_path())
    node.fqn.push_back(part.string());
  node.fqn.push_back(node.source_name);
  node.fqn.push_back(node.name);
  node.config = jinja::Value::dict();
  node.description = described(file, table["description"]);
  describe_columns(file, table, node);
  node.properties = table;
  node.properties.set("source_description", Value::of(described(file, source["description"])));
  node.properties.set("loader", source["loader"]);
  node.properties.set("source_meta", source.find("meta") ? source["meta"] : source["config"]["meta"]);
  if (!table.find("quoting") && source.find("quoting")) node.properties.set("quoting", source["quoting"]);
  auto setting = [&](const Value& value, const std::string& fallback) {
    return value.is_null() ? fallback : jinja::to_text(render(value));
  };
  node.relation.database = setting(source["database"], "");
  node.relation.schema = setting(source["schema"], node.source_name);
  node.relation.identifier = setting(table["identifier"], node.name);
  std::string id = node.unique_id;
  nodes_.push_back(std::move(node));
  for (const Value* holder : {&source, &table}) {
    Value beside = Value::mapping();
    for (const char* key : {"meta", "tags", "freshness", "loaded_at_field", "loaded_at_query"}) {
      if (const Value* given = holder->find(key)) beside.set(key, *given);
    }
    if (!beside.members().empty()) add_config(id, beside);
    add_config(id, (*holder)["config"]);
  }
  // Tests of a source bear its tags.
  std::vector<jinja::Value> tags;
  for (const Value* holder : {&source, &table}) {
    jinja::Value given = to_jinja((*holder)["tags"]);
    if (given.is_string()) tags.push_back(given);
    if (given.is_list()) tags.insert(tags.end(), given.items().begin(), given.items().end());
  }
  std::size_t before = declared_.size();
  declare_all_tests(file, table, id);
  for (; before < declared_.size(); ++before) declared_[before].source_tags = tags;
}

void Properties::declare_all_tests(const File& file, const Value& entry, const std::string& attached_to) {
  declare_tests(file, entry, attached_to, "");
  for (const Value& column : entry["columns"].items())
    declare_tests(file, column, attached_to, column["name"].as_text("column name"));
}

void Properties::declare_tests(const File& file, const Value& holder, const std::string& attached_to,
                               const std::string& column) {
  for (const char* key : {"tests", "data_tests"}) {
    for (const Value& test : holder[key].items()) {
      Declared declared{test, attached_to, column, file.display, file.path, {file.package.name}, {}};
      for (const std::filesystem::path& part : std::filesystem::path(file.below).parent_path())
        declared.fqn.push_back(part.string());
      if (!column.empty() && holder.find("tags")) declared.column_tags = to_jinja(holder["tags"]);
      if (!column.empty() && holder["quote"].boolean())
        declared.column = project_.options().dialect->quote(column);
      declared_.push_back(std::move(declared));
    }
  }
}

}  // namespace leat::dbt
