#include "dbt/scope.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "dbt/basics.h"
#include "dbt/relation_object.h"
#include "dbt/values.h"
#include "jinja/datetime.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

namespace {

// A package's macros as `package.macro`.
class PackageObject final : public jinja::Object {
 public:
  PackageObject(const MacroTable& macros, std::string package)
      : macros_(macros), package_(std::move(package)) {}
  std::string_view type_name() const override { return "package"; }
  std::optional<Value> attribute(std::string_view name) override {
    const MacroEntry* found = macros_.find_in(package_, name);
    return found ? std::optional<Value>(found->value) : std::nullopt;
  }

 private:
  const MacroTable& macros_;
  std::string package_;
};

// `context`: every name by its text.
class ContextObject final : public jinja::Object {
 public:
  explicit ContextObject(const jinja::Context& context) : context_(context) {}
  std::string_view type_name() const override { return "context"; }
  std::optional<Value> attribute(std::string_view name) override { return context_.find(name); }
  std::optional<Value> item(const Value& key) override {
    return key.is_string() ? context_.find(std::string_view(key.as_string())) : std::nullopt;
  }
  std::optional<bool> contains(const Value& key) override { return item(key).has_value(); }
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override {
    if (name == "get") return item(arguments.require(0, "key")).value_or(arguments.get(1, "default"));
    if (name != "update") return std::nullopt;
    const Value& more = arguments.require(0, "values");
    if (more.is_dict())
      more.as_dict().each(
          [&](const Value& key, const Value& value) { context_.variables()->set(key, value); });
    return Value::none();
  }
  bool is_mapping() const override { return true; }

 private:
  const jinja::Context& context_;
};

void note(std::vector<Reference>& all, Reference reference) {
  for (const Reference& each : all) {
    if (each == reference) return;
  }
  all.push_back(std::move(reference));
}

}  // namespace

Scope::Scope(const Renderer& renderer, Rendering& rendering)
    : renderer_(renderer), rendering_(rendering), context_(&renderer.basics()) {
  if (rendering.package.empty() && rendering.node) rendering.package = rendering.node->package;
  context_.set_resolver([this](std::string_view name) -> std::optional<Value> {
    std::optional<Value> made = make(name);
    if (made) context_.set(name, *made);
    return made;
  });
}

namespace {

// A package in a unit test: some of its macros answer with a fixed value.
class OverriddenPackage final : public jinja::Object {
 public:
  OverriddenPackage(const MacroTable& macros, std::string package, Value overrides)
      : whole_(macros, package), prefix_(std::move(package) + "."), overrides_(std::move(overrides)) {}
  std::string_view type_name() const override { return "package"; }
  std::optional<Value> attribute(std::string_view name) override {
    if (const Value* given = overrides_.as_dict().find(prefix_ + std::string(name))) return constant(*given);
    return whole_.attribute(name);
  }
  static Value constant(const Value& given) {
    return jinja::make_function("override", [given](CallArguments&) { return given; });
  }

 private:
  PackageObject whole_;
  std::string prefix_;
  Value overrides_;
};

}  // namespace

// What a unit test overrides; nullopt for what it leaves alone.
std::optional<Value> Scope::make_override(std::string_view name) const {
  const UnitInputs& unit = *rendering_.unit;
  if (unit.env_vars.is_dict() && name == "env_var") {
    Env& env = renderer_.env();
    return jinja::make_function("env_var", [given = unit.env_vars, &env](CallArguments& arguments) -> Value {
      if (const Value* found = given.as_dict().find(arguments.text(0, "var"))) return *found;
      return env_variable(arguments, env);
    });
  }
  if (!unit.macros.is_dict()) return std::nullopt;
  if (const Value* given = unit.macros.as_dict().find(name)) return OverriddenPackage::constant(*given);
  const MacroTable& macros = renderer_.project().macros();
  if (!macros.has_package(name)) return std::nullopt;
  return Value(jinja::make_ref<OverriddenPackage>(macros, std::string(name), unit.macros));
}

std::optional<Value> Scope::make(std::string_view name) {
  const MacroTable& macros = renderer_.project().macros();
  if (rendering_.unit)
    if (std::optional<Value> given = make_override(name)) return given;
  if (rendering_.batch && rendering_.batch->incremental) {
    // What came before this batch made the relation, whatever was asked for.
    if (name == "is_incremental") return OverriddenPackage::constant(Value(true));
    if (name == "should_full_refresh") return OverriddenPackage::constant(Value(false));
  }
  if (const MacroEntry* macro = macros.find(name, rendering_.package)) return macro->value;
  static const std::unordered_map<std::string_view, Maker> kMakers = {
      {"ref", &Scope::make_ref_function},
      {"source", &Scope::make_source_function},
      {"metric", &Scope::make_metric_function},
      {"var", &Scope::make_var},
      {"config", &Scope::make_config},
      {"this", &Scope::make_this},
      {"model", &Scope::make_model},
      {"sql", &Scope::make_sql},
      {"compiled_code", &Scope::make_sql},
      {"compiled_sql", &Scope::make_sql},
      {"pre_hooks", &Scope::make_pre_hooks},
      {"post_hooks", &Scope::make_post_hooks},
      {"execute", &Scope::make_execute},
      {"adapter", &Scope::make_adapter},
      {"api", &Scope::make_api_value},
      {"database", &Scope::make_database},
      {"schema", &Scope::make_schema},
      {"store_result", &Scope::make_store_result},
      {"load_result", &Scope::make_load_result},
      {"render", &Scope::make_render},
      {"builtins", &Scope::make_builtins},
      {"context", &Scope::make_context_value},
      {"graph", &Scope::make_graph},
      {"results", &Scope::make_results},
      {"schemas", &Scope::make_schemas},
      {"database_schemas", &Scope::make_database_schemas},
      {"thread_id", &Scope::make_thread_id}};
  if (auto found = kMakers.find(name); found != kMakers.end()) {
    Value made = (this->*found->second)();
    if (!made.is_absent()) return made;
  }
  if (macros.has_package(name)) return Value(jinja::make_ref<PackageObject>(macros, std::string(name)));
  return std::nullopt;
}

std::string Scope::place() const {
  return rendering_.node ? rendering_.node->display : "";
}

Value Scope::make_ref_function() {
  return jinja::make_function("ref", [this](CallArguments& arguments) -> Value {
    Reference reference;
    bool two = arguments.positional.size() >= 2;
    if (two) reference.package = arguments.text(0, "package");
    const Value& named = arguments.require(two ? 1 : 0, "name");
    if (!named.is_string()) arguments.fail("needs the name of a model as text");
    reference.name = named.as_string();
    for (const char* key : {"version", "v"}) {
      for (const jinja::NamedValue& each : arguments.named) {
        if (each.name == key && !each.value.is_none()) reference.version = jinja::to_text(each.value);
      }
    }
    note(rendering_.refs, reference);
    if (!rendering_.execute()) return make_this();
    const Node* target = renderer_.project().find_ref(reference, rendering_.package);
    if (!target)
      throw Error(ErrorCode::dbt_unresolved, fmt::format("ref('{}') names nothing", reference.name));
    if (rendering_.unit) return given_for(*target);
    if (target->is_ephemeral()) rendering_.ephemerals.push_back(target);
    return renderer_.input_value(*target, rendering_);
  });
}

Value Scope::make_source_function() {
  return jinja::make_function("source", [this](CallArguments& arguments) -> Value {
    Reference reference{arguments.text(0, "source"), arguments.text(1, "table"), ""};
    note(rendering_.sources, reference);
    if (!rendering_.execute()) return make_this();
    const Node* target =
        renderer_.project().find_source(reference.package, reference.name, rendering_.package);
    if (!target)
      throw Error(ErrorCode::dbt_unresolved,
                  fmt::format("source('{}', '{}') names nothing", reference.package, reference.name));
    if (rendering_.unit) return given_for(*target);
    return renderer_.input_value(*target, rendering_);
  });
}

// metric('name') or metric('package', 'name'): exposures mention metrics.
Value Scope::make_metric_function() {
  return jinja::make_function("metric", [this](CallArguments& arguments) -> Value {
    std::string named = arguments.text(arguments.positional.size() >= 2 ? 1 : 0, "name");
    std::vector<std::string>& all = rendering_.metrics;
    if (std::find(all.begin(), all.end(), named) == all.end()) all.push_back(named);
    return Value(named);
  });
}

// What a unit test gives for a node.
Value Scope::given_for(const Node& target) const {
  auto found = rendering_.unit->relations.find(target.unique_id);
  if (found != rendering_.unit->relations.end())
    return RelationObject::cte(found->second, *renderer_.project().options().dialect);
  throw Error(ErrorCode::dbt_project,
              fmt::format("The unit test gives no rows for `{}`, which the model reads", target.name))
      .fix("Add it to `given:`; `rows: []` gives none.");
}

namespace {

// `var`: callable, and asked by var.has_var(name).
class VarObject final : public jinja::Object {
 public:
  VarObject(const Renderer& renderer, Rendering& rendering) : renderer_(renderer), rendering_(rendering) {}
  std::string_view type_name() const override { return "Var"; }
  bool is_callable() const override { return true; }
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override {
    if (name != "has_var") return std::nullopt;
    return Value(renderer_.project().var(arguments.text(0, "var"), rendering_.package) != nullptr);
  }
  Value call(CallArguments& arguments) override {
    std::string name = arguments.text(0, "var");
    if (rendering_.unit && rendering_.unit->vars.is_dict())
      if (const Value* given = rendering_.unit->vars.as_dict().find(name)) return *given;
    if (const document::Value* found = renderer_.project().var(name, rendering_.package)) {
      Rendering plain;
      plain.project = rendering_.project;
      plain.env = rendering_.env;
      plain.package = rendering_.package;
      return renderer_.render_document(*found, plain);
    }
    if (const Value* fallback = arguments.find(1, "default")) return *fallback;
    if (!rendering_.execute()) return Value::none();
    throw Error(ErrorCode::dbt_project, fmt::format("The variable `{}` is not set", name))
        .fix("Add it under `vars:` in dbt_project.yml, give it with --vars, or write var('name', default).");
  }

 private:
  const Renderer& renderer_;
  Rendering& rendering_;
};

}  // namespace

Value Scope::make_var() {
  return Value(jinja::make_ref<VarObject>(renderer_, rendering_));
}
Value Scope::make_config() {
  return make_config_object(rendering_);
}
Value Scope::make_this() {
  if (!rendering_.node) return Value::none();
  const Node& node = *rendering_.node;
  if (rendering_.unit && !rendering_.unit->self.empty())
    return RelationObject::cte(rendering_.unit->self, *renderer_.project().options().dialect);
  return RelationObject::unbuilt(node.relation, *renderer_.project().options().dialect, node.quotes);
}
Value Scope::make_model() {
  if (!rendering_.node) return Value::none();
  Value model = renderer_.whole_value(*rendering_.node);
  if (rendering_.batch) {
    const TimeWindow& times = rendering_.batch->times;
    model.as_dict().set("batch", Value::dict({{"id", Value(rendering_.batch->id)},
                                              {"event_time_start", jinja::make_utc_datetime(times.begin)},
                                              {"event_time_end", jinja::make_utc_datetime(times.end)}}));
  }
  return model;
}
Value Scope::make_sql() {
  return Value(rendering_.compiled);
}
Value Scope::make_pre_hooks() {
  return rendering_.node ? hooks_of(*rendering_.node, "pre_hook") : Value::list();
}
Value Scope::make_post_hooks() {
  return rendering_.node ? hooks_of(*rendering_.node, "post_hook") : Value::list();
}
Value Scope::make_execute() {
  return Value(rendering_.execute());
}
Value Scope::make_adapter() {
  return make_adapter_object(rendering_, renderer_);
}
Value Scope::make_api_value() {
  return renderer_.api();
}
Value Scope::make_database() {
  const Node* node = rendering_.node;
  return Value(node && !node->relation.database.empty() ? node->relation.database
                                                        : renderer_.project().options().target.database);
}
Value Scope::make_schema() {
  const Node* node = rendering_.node;
  return Value(node && !node->relation.schema.empty() ? node->relation.schema
                                                      : renderer_.project().options().target.schema);
}

Value Scope::make_store_result() {
  return jinja::make_function("store_result", [this](CallArguments& arguments) {
    Value result = Value::dict();
    result.as_dict().set("response", arguments.require(1, "response"));
    Value table = arguments.get(2, "agate_table");
    result.as_dict().set("table", table);
    std::optional<Value> rows = table.is_object() ? table.as_object().attribute("rows") : std::nullopt;
    result.as_dict().set("data", rows ? *rows : Value::list());
    const std::string& name = arguments.text(0, "name");
    if (name == "main") {
      const Value& response = *result.as_dict().find("response");
      const Value* changed = response.is_dict() ? response.as_dict().find("rows_affected") : nullptr;
      rendering_.rows_affected = changed && changed->is_integral() ? changed->as_integer() : -1;
    }
    rendering_.answers[name] = result;
    return Value("");
  });
}
Value Scope::make_load_result() {
  return jinja::make_function("load_result", [this](CallArguments& arguments) {
    auto found = rendering_.answers.find(arguments.text(0, "name"));
    return found == rendering_.answers.end() ? Value::none() : found->second;
  });
}
Value Scope::make_render() {
  return jinja::make_function("render", [this](CallArguments& arguments) {
    const Value& text = arguments.require(0, "string");
    return text.is_string() ? Value(renderer_.render_text(text.as_string(), place(), rendering_)) : text;
  });
}
Value Scope::make_builtins() {
  Value builtins = Value::dict();
  builtins.as_dict().set("ref", make_ref_function());
  builtins.as_dict().set("source", make_source_function());
  builtins.as_dict().set("config", make_config());
  builtins.as_dict().set("var", make_var());
  return builtins;
}
Value Scope::make_context_value() {
  return Value(jinja::make_ref<ContextObject>(context_));
}
Value Scope::make_graph() {
  return rendering_.execute() ? renderer_.graph() : Value::dict();
}
Value Scope::make_results() {
  return rendering_.results;
}
Value Scope::make_schemas() {
  if (rendering_.results.is_absent()) return Value();
  std::vector<std::string> names = renderer_.project().schemas();
  return Value::list(std::vector<Value>(names.begin(), names.end()));
}
Value Scope::make_database_schemas() {
  if (rendering_.results.is_absent()) return Value();
  std::vector<Value> pairs;
  for (const std::string& schema : renderer_.project().schemas())
    pairs.push_back(Value::tuple({Value(renderer_.project().options().target.database), Value(schema)}));
  return Value::list(std::move(pairs));
}
Value Scope::make_thread_id() {
  return Value("Thread-1");
}

}  // namespace leat::dbt
