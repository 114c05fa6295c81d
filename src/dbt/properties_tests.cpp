// Properties: the generic tests that the files declare become nodes.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "dbt/halves.h"
#include "dbt/properties.h"
#include "dbt/test_names.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

using document::Value;

namespace {

// In the order in which dbt tells them.
constexpr const char* kTestSettings[] = {
    "severity", "tags",     "enabled",   "where",          "limit",
    "warn_if",  "error_if", "fail_calc", "store_failures", "store_failures_as",
    "meta",     "database", "schema",    "alias",          "sql_header"};

bool is_test_setting(std::string_view key) {
  return std::any_of(std::begin(kTestSettings), std::end(kTestSettings),
                     [&](const char* each) { return key == each; });
}

// ref(…), source(…), var(…), env_var(…) and doc(…) are templates even without braces.
void wrap_calls(Value& value) {
  for (Value& item : value.items()) wrap_calls(item);
  for (auto& [key, member] : value.members()) wrap_calls(member);
  if (!value.is_text()) return;
  const std::string& text = value.raw();
  std::size_t from = text.find_first_not_of(' '), open = text.find('(');
  if (from == std::string::npos || open == std::string::npos || text.find_last_not_of(' ') != text.rfind(')'))
    return;
  std::string callee = text.substr(from, open - from);
  while (callee.ends_with(' ')) callee.pop_back();
  for (const char* each : {"ref", "source", "var", "env_var", "doc"}) {
    if (callee != each) continue;
    document::Mark mark = value.mark();
    value = Value::of("{{ " + text + " }}");
    value.set_mark(mark);
    return;
  }
}

}  // namespace

void Properties::add_tests(std::vector<Node>& tests) {
  std::unordered_map<std::string, std::size_t> by_id;
  for (std::size_t i = 0; i < nodes_.size(); ++i) by_id.emplace(nodes_[i].unique_id, i);
  tests.resize(declared_.size());
  in_halves(declared_.size(), [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      tests[i] = make_test(declared_[i], nodes_[by_id.at(declared_[i].attached_to)]);
  });
}

void Properties::add_unit_tests(std::vector<Node>& tests) {
  for (const Declaration& unit : units_) {
    Node node;
    node.type = ResourceType::unit_test;
    node.name = unit.entry["name"].as_text("name");
    std::string model = unit.entry["model"].as_text("model");
    const Node* tested = find_node(ResourceType::model, unit.package, model);
    if (!tested)
      for (const Node& each : nodes_)
        if (each.type == ResourceType::model && each.name == model && each.latest) tested = &each;
    if (!tested)
      throw Error(ErrorCode::dbt_unresolved,
                  fmt::format("The unit test `{}` is of no model `{}`", node.name, model),
                  unit.entry.where());
    node.package = unit.package;
    node.path = unit.path;
    node.below = std::filesystem::path(unit.path).filename().string();
    node.display = unit.display;
    node.file = unit.project_folder + "/" + unit.path;
    node.where = unit.entry.where();
    node.unique_id = fmt::format("unit_test.{}.{}.{}", node.package, model, node.name);
    node.fqn.push_back(node.package);
    node.fqn.insert(node.fqn.end(), unit.folders.begin(), unit.folders.end());
    node.fqn.insert(node.fqn.end(), {model, node.name});
    node.description = unit.description;
    node.properties = unit.entry;
    node.config = render(unit.entry["config"]);
    if (!node.config.is_dict()) node.config = jinja::Value::dict();
    node.unit = {tested->unique_id, unit.entry["given"], unit.entry["expect"], unit.entry["overrides"]};
    node.depends_on.push_back(tested->unique_id);
    tests.push_back(std::move(node));
  }
}

namespace {

// A test's setting is a template to dbt, and a template loses the newline at its end; what is deeper, as in
// `meta`, is not.
Value without_last_newline(const Value& setting) {
  Value value = setting;
  if (value.is_text() && value.raw().ends_with('\n')) {
    value = Value::of(value.raw().substr(0, value.raw().size() - 1));
    value.set_mark(setting.mark());
  }
  return value;
}

}  // namespace

// What a test's mapping holds: arguments (directly, or under `arguments:`), settings (directly, or under
// `config:`), its own name and description.
void Properties::take_settings(const Value& given, Node& node, std::string& wanted_name) const {
  for (const auto& [key, value] : given.members()) {
    if (key == "config") {
      Value settings = value;
      for (auto& [name, setting] : settings.members()) setting = without_last_newline(setting);
      merge_config(node.config.as_dict(), render(settings).as_dict());
    } else if (key == "arguments") {
      for (const auto& [name, argument] : value.members()) node.test.arguments.set(name, argument);
    } else if (key == "name") {
      wanted_name = value.raw();
    } else if (key == "description") {
      node.description = value.raw();
    } else if (key == "column_name") {
      node.test.column = value.raw();
    } else if (is_test_setting(key)) {
      node.config.as_dict().set(key, render(without_last_newline(value)));
    } else if (key != "test_name") {
      node.test.arguments.set(key, value);
    }
  }
}

namespace {

// The template that dbt's manifest tells of a generic test: a call, and the settings that came with it.
std::string code_of_test(const std::string& macro, const jinja::Dict& config) {
  std::size_t dot = macro.find('.');
  std::string callee =
      dot == std::string::npos ? "test_" + macro : macro.substr(0, dot + 1) + "test_" + macro.substr(dot + 1);
  std::string settings;
  auto add = [&](const std::string& key, const jinja::Value& value) {
    std::string text = jinja::to_text(value);
    if (value.is_string()) {
      for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) text.insert(at, "\\");
      text = '"' + text + '"';
    }
    settings += fmt::format("{}{}={}", settings.empty() ? "" : ",", key, text);
  };
  for (const char* key : kTestSettings) {
    const jinja::Value* value = config.find(key);
    if (value && !value->is_none()) add(key, *value);
  }
  for (const auto& entry : config.entries()) {
    std::string key = jinja::to_text(entry.key);
    if (!is_test_setting(key) && !entry.value.is_none()) add(key, entry.value);
  }
  std::string code = "{{ " + callee + "(**_dbt_generic_test_kwargs) }}";
  return settings.empty() ? code : code + "{{ config(" + settings + ") }}";
}

}  // namespace

// A test is "unique", or {accepted_values: {values: […], config: {…}}}, or {name: …, test_name:
// accepted_values, …}.
Node Properties::make_test(const Declared& declared, const Node& tested) const {
  Node node;
  node.type = ResourceType::test;
  node.package = declared.fqn.front();
  node.path = declared.path;
  node.display = declared.display;
  node.where = declared.test.where();
  node.config = jinja::Value::dict();
  node.test.column = declared.column;
  node.test.attached_to = declared.attached_to;
  node.test.arguments = Value::mapping();
  std::string wanted_name;
  if (declared.test.is_text()) {
    node.test.macro = declared.test.raw();
  } else if (const Value* named = declared.test.find("test_name")) {
    node.test.macro = named->as_text("test_name");
    take_settings(declared.test, node, wanted_name);
  } else if (declared.test.is_mapping() && declared.test.members().size() == 1) {
    node.test.macro = declared.test.members()[0].first;
    take_settings(declared.test.members()[0].second, node, wanted_name);
  } else {
    throw Error(ErrorCode::dbt_project, "A test is a name, or one name with its arguments",
                declared.test.where());
  }
  jinja::Value own = jinja::Value::dict();
  for (const auto& entry : node.config.as_dict().entries()) own.as_dict().set(entry.key, entry.value);
  for (const jinja::Value& more : {jinja::Value::list(declared.source_tags), declared.column_tags}) {
    if (more.is_absent() || (more.is_list() && more.items().empty())) continue;
    merge_config(node.config.as_dict(), jinja::Value::dict({{"tags", more}}).as_dict());
  }
  TestName named = name_test(node.test, tested, wanted_name);
  node.name = named.full;
  node.below = named.alias + ".sql";
  node.unique_id = fmt::format("test.{}.{}.{}", node.package, named.full, named.hash);
  if (named.alias != named.full && !node.setting("alias")) {
    node.config.as_dict().set("alias", named.alias);
    own.as_dict().set("alias", named.alias);
  }
  node.fqn = declared.fqn;
  node.fqn.push_back(node.name);
  node.raw_code = code_of_test(node.test.macro, own.as_dict());
  wrap_calls(node.test.arguments);
  // What the test reads: the model first.
  if (tested.type == ResourceType::source) {
    node.sources.push_back({tested.source_name, tested.name, ""});
  } else {
    node.refs.push_back({"", tested.name, tested.version});
  }
  return node;
}

}  // namespace leat::dbt
