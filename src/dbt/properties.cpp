#include "dbt/properties.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/spec.h"
#include "dbt/renderer.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

using document::Value;

namespace {

constexpr const char* kTestSettings[] = {"severity",  "where",          "limit", "warn_if", "error_if",
                                         "fail_calc", "store_failures", "tags",  "enabled", "meta"};

bool is_test_setting(std::string_view key) {
  return std::any_of(std::begin(kTestSettings), std::end(kTestSettings),
                     [&](const char* each) { return key == each; });
}

// Letters, digits and underscores; all else becomes one underscore.
std::string cleaned(const std::string& text) {
  std::string out;
  for (char c : text) {
    bool kept = std::isalnum(static_cast<unsigned char>(c)) || c == '_';
    if (kept) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != '_') {
      out.push_back('_');
    }
  }
  return out;
}

void flatten(const Value& value, std::string& out) {
  if (value.is_list()) {
    for (const Value& item : value.items()) flatten(item, out);
  } else if (value.is_mapping()) {
    for (const auto& [key, item] : value.members()) flatten(item, out);
  } else {
    out += (out.empty() ? "" : "__") + cleaned(value.raw());
  }
}

}  // namespace

void Properties::add_file(const std::string& path) {
  Value file = document::parse_yaml(document::read_file(project_.folder() + "/" + path), path);
  add_entries(file, "models", ResourceType::model, path);
  add_entries(file, "seeds", ResourceType::seed, path);
  if (const Value* sources = file.find("sources")) add_sources(*sources, path);
}

void Properties::add_entries(const Value& file, const char* key, ResourceType type, const std::string& path) {
  for (const Value& entry : file[key].items()) {
    const std::string& name = entry["name"].as_text(fmt::format("{}: name", key));
    auto found = std::find_if(nodes_.begin(), nodes_.end(),
                              [&](const Node& node) { return node.type == type && node.name == name; });
    if (found == nodes_.end()) {
      std::vector<std::string> names;
      for (const Node& node : nodes_) {
        if (node.type == type) names.push_back(node.name);
      }
      std::string near = nearest(name, names);
      throw Error(ErrorCode::dbt_project,
                  fmt::format("There is no {} `{}`{}", dbt::name(type), name,
                              near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                  entry["name"].where());
    }
    found->description = entry["description"].raw();
    found->columns = entry["columns"];
    if (const Value* config = entry.find("config")) {
      jinja::Value& held = configs_.emplace(found->unique_id, jinja::Value::dict()).first->second;
      merge_config(held.as_dict(), to_jinja(*config).as_dict());
    }
    declare_tests(entry, found->unique_id, name, "", path);
    declare_column_tests(entry, found->unique_id, name, path);
  }
}

void Properties::declare_column_tests(const Value& entry, const std::string& attached_to,
                                      const std::string& model_name, const std::string& path) {
  for (const Value& column : entry["columns"].items()) {
    declare_tests(column, attached_to, model_name, column["name"].as_text("column name"), path);
  }
}

void Properties::add_sources(const Value& sources, const std::string& path) {
  for (const Value& source : sources.items()) {
    const std::string& source_name = source["name"].as_text("source name");
    for (const Value& table : source["tables"].items()) {
      Node node;
      node.type = ResourceType::source;
      node.name = table["name"].as_text("table name");
      node.package = project_.name();
      node.path = path;
      node.where = table.where();
      node.unique_id = fmt::format("source.{}.{}.{}", node.package, source_name, node.name);
      node.fqn = {node.package, source_name, node.name};
      node.config = jinja::Value::dict();
      node.description = table["description"].raw();
      node.columns = table["columns"];
      Rendering rendering;
      rendering.project = &project_;
      rendering.env = &env_;
      auto setting = [&](const Value& value, const std::string& fallback) {
        return value.is_null()
                   ? fallback
                   : jinja::to_text(project_.renderer().render_native(value.raw(), value.where(), rendering));
      };
      node.relation.database = setting(source["database"], "");
      node.relation.schema = setting(source["schema"], source_name);
      node.relation.identifier = setting(table["identifier"], node.name);
      std::string id = node.unique_id, model_name = source_name + "_" + node.name;
      nodes_.push_back(std::move(node));
      declare_tests(table, id, "source_" + model_name, "", path);
      declare_column_tests(table, id, "source_" + model_name, path);
    }
  }
}

void Properties::declare_tests(const Value& holder, const std::string& attached_to,
                               const std::string& model_name, const std::string& column,
                               const std::string& path) {
  for (const char* key : {"tests", "data_tests"}) {
    for (const Value& test : holder[key].items())
      declared_.push_back({test, attached_to, model_name, column, path, {}});
  }
}

void Properties::add_tests(std::vector<Node>& tests) {
  for (const Declared& declared : declared_) {
    auto tested = std::find_if(nodes_.begin(), nodes_.end(),
                               [&](const Node& node) { return node.unique_id == declared.attached_to; });
    Node test = make_test(declared);
    test.fqn = tested->fqn;
    test.fqn.back() = test.name;
    if (test.enabled()) tests.push_back(std::move(test));
  }
}

// A test is "unique", or {accepted_values: {values: […], config: {…}}}; since 1.10 arguments may stand under
// `arguments`.
Node Properties::make_test(const Declared& declared) const {
  Node node;
  node.type = ResourceType::test;
  node.package = project_.name();
  node.path = declared.path;
  node.where = declared.test.where();
  node.config = jinja::Value::dict();
  node.test.column = declared.column;
  node.test.attached_to = declared.attached_to;
  node.test.arguments = Value::mapping();
  std::string wanted_name;
  if (declared.test.is_text()) {
    node.test.macro = declared.test.raw();
  } else if (declared.test.is_mapping() && !declared.test.members().empty()) {
    node.test.macro = declared.test.members()[0].first;
    const Value& given = declared.test.members()[0].second;
    for (const auto& [key, value] : given.members()) {
      if (key == "config") {
        merge_config(node.config.as_dict(), to_jinja(value).as_dict());
      } else if (key == "arguments") {
        for (const auto& [name, argument] : value.members()) node.test.arguments.set(name, argument);
      } else if (key == "name") {
        wanted_name = value.raw();
      } else if (key == "description") {
        node.description = value.raw();
      } else if (is_test_setting(key)) {
        node.config.as_dict().set(key, to_jinja(value));
      } else {
        node.test.arguments.set(key, value);
      }
    }
  } else {
    throw Error(ErrorCode::dbt_project, "A test is a name, or one name with its arguments",
                declared.test.where());
  }
  std::string arguments = declared.column;
  for (const auto& [key, value] : node.test.arguments.members()) flatten(value, arguments);
  // ref(…), source(…) and var(…) are templates even without braces.
  for (auto& [key, value] : node.test.arguments.members()) {
    const std::string& text = value.raw();
    bool call = text.ends_with(")") &&
                (text.starts_with("ref(") || text.starts_with("source(") || text.starts_with("var("));
    if (!call) continue;
    document::Mark mark = value.mark();
    value = Value::of("{{ " + text + " }}");
    value.set_mark(mark);
  }
  std::string full = cleaned(fmt::format("{}_{}_{}", node.test.macro, declared.model_name, arguments));
  while (!full.empty() && full.back() == '_') full.pop_back();
  node.name = wanted_name.empty() ? full : wanted_name;
  std::string hash =
      fmt::format("{:010x}", std::hash<std::string>()(full + declared.attached_to) & 0xFFFFFFFFFFULL);
  node.unique_id = fmt::format("test.{}.{}.{}", node.package, node.name, hash);
  return node;
}

}  // namespace leat::dbt
