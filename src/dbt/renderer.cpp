#include "dbt/renderer.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "dbt/objects.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

namespace {

jinja::EnvironmentOptions options_with(jinja::UndefinedPolicy policy) {
  jinja::EnvironmentOptions options;
  options.undefined = policy;
  return options;
}

std::string md5_hex(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), digest, &length, EVP_md5(), nullptr);
  std::string out;
  for (unsigned int i = 0; i < length; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

// A package's macros as `package.macro`.
class PackageObject final : public jinja::Object {
 public:
  PackageObject(const MacroTable& macros, std::string package)
      : macros_(macros), package_(std::move(package)) {}
  std::string_view type_name() const override { return "package"; }
  std::optional<Value> attribute(std::string_view name) override { return macros_.find_in(package_, name); }

 private:
  const MacroTable& macros_;
  std::string package_;
};

void add_identity_filters(jinja::Environment& environment) {
  for (const char* name : {"as_text", "as_bool", "as_native", "as_number"}) {
    environment.add_filter(name, [](CallArguments& arguments) { return arguments.self; });
  }
  environment.add_filter("is_list", [](CallArguments& arguments) { return Value(arguments.self.is_list()); });
}

}  // namespace

Renderer::Renderer(const Project& project, Env& env)
    : project_(project),
      env_(env),
      text_(options_with(jinja::UndefinedPolicy::lenient)),
      parsing_(options_with(jinja::UndefinedPolicy::absorbing)),
      api_(make_api(*project.options().dialect)) {
  add_identity_filters(text_);
  add_identity_filters(parsing_);
}

std::shared_ptr<const jinja::Template> Renderer::parsed(const Node& node) const {
  std::lock_guard lock(mutex_);
  std::shared_ptr<const jinja::Template>& held = templates_[node.unique_id];
  if (!held) {
    jinja::ParseOptions options;
    options.dbt = true;
    held = jinja::Template::parse(node.raw_code, node.path, options);
  }
  return held;
}

std::string Renderer::render(const jinja::Template& code, Rendering& rendering) const {
  jinja::Context context;
  fill(context, rendering);
  return (rendering.execute() ? text_ : parsing_).render(code, context);
}

Value Renderer::call(const Value& macro, std::vector<std::pair<std::string, Value>> arguments,
                     Rendering& rendering) const {
  jinja::Context context;
  fill(context, rendering);
  CallArguments given;
  for (auto& [name, value] : arguments) given.named.push_back({name, value});
  return (rendering.execute() ? text_ : parsing_).call_macro(macro, given, context);
}

Value Renderer::render_native(const std::string& text, const std::string& where, Rendering& rendering) const {
  if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos) return Value(text);
  jinja::Context context;
  fill(context, rendering);
  return text_.render_native(*jinja::Template::parse(text, where), context);
}

Value Renderer::render_document(const document::Value& value, Rendering& rendering) const {
  if (value.is_text()) return render_native(value.raw(), value.where(), rendering);
  if (value.is_list()) {
    std::vector<Value> items;
    for (const document::Value& item : value.items()) items.push_back(render_document(item, rendering));
    return Value::list(std::move(items));
  }
  if (value.is_mapping()) {
    Value dict = Value::dict();
    for (const auto& [key, item] : value.members()) dict.as_dict().set(key, render_document(item, rendering));
    return dict;
  }
  return to_jinja(value);
}

Value Renderer::relation_value(const Node& node) const {
  if (node.materialized() == "ephemeral" && node.type == ResourceType::model) {
    return RelationObject::cte("__dbt__cte__" + node.name, *project_.options().dialect);
  }
  return Value(jinja::make_ref<RelationObject>(node.relation, *project_.options().dialect));
}

Value Renderer::node_value(const Node& node) const {
  Value value = Value::dict();
  jinja::Dict& dict = value.as_dict();
  std::vector<Value> fqn(node.fqn.begin(), node.fqn.end());
  std::vector<std::string> tag_names = node.tags();
  std::vector<Value> tags(tag_names.begin(), tag_names.end());
  dict.set("unique_id", node.unique_id);
  dict.set("name", node.name);
  dict.set("resource_type", std::string(dbt::name(node.type)));
  dict.set("package_name", node.package);
  dict.set("path", node.path);
  dict.set("original_file_path", node.path);
  dict.set("fqn", Value::list(std::move(fqn)));
  dict.set("tags", Value::list(std::move(tags)));
  dict.set("config", node.config);
  dict.set("description", node.description);
  dict.set("database", node.relation.database);
  dict.set("schema", node.relation.schema);
  dict.set("alias", node.relation.identifier);
  dict.set("raw_code", node.raw_code);
  return value;
}

void Renderer::fill(jinja::Context& context, Rendering& rendering) const {
  add_basics(context, rendering);
  add_references(context, rendering);
  add_configuration(context, rendering);
  add_warehouse(context, rendering);
  context.set_resolver([this](std::string_view name) -> std::optional<Value> {
    if (std::optional<Value> macro = project_.macros().find(name)) return macro;
    if (project_.macros().has_package(name))
      return Value(jinja::make_ref<PackageObject>(project_.macros(), std::string(name)));
    return std::nullopt;
  });
}

void Renderer::add_references(jinja::Context& context, Rendering& rendering) const {
  Rendering* now = &rendering;
  context.set("ref", jinja::make_function("ref", [this, now](CallArguments& arguments) {
                bool two = arguments.positional.size() >= 2;
                std::string package = two ? arguments.text(0, "package") : "";
                std::string name = arguments.text(two ? 1 : 0, "name");
                now->refs.emplace_back(package, name);
                const Node* target = project_.find_ref(package, name);
                if (!now->execute()) return now->node ? relation_value(*now->node) : Value::none();
                if (!target)
                  throw Error(ErrorCode::dbt_unresolved, fmt::format("ref('{}') names nothing", name),
                              now->node ? now->node->path : "");
                if (target->materialized() == "ephemeral" && target->type == ResourceType::model)
                  now->ephemerals.push_back(target);
                return relation_value(*target);
              }));
  context.set("source", jinja::make_function("source", [this, now](CallArguments& arguments) {
                std::string source = arguments.text(0, "source"), table = arguments.text(1, "table");
                now->sources.emplace_back(source, table);
                const Node* target = project_.find_source(source, table);
                if (!now->execute()) return now->node ? relation_value(*now->node) : Value::none();
                if (!target)
                  throw Error(ErrorCode::dbt_unresolved,
                              fmt::format("source('{}', '{}') names nothing", source, table),
                              now->node ? now->node->path : "");
                return relation_value(*target);
              }));
  context.set(
      "var", jinja::make_function("var", [this, now](CallArguments& arguments) {
        std::string name = arguments.text(0, "name");
        const document::Value* found = project_.var(name, now->node ? now->node->package : project_.name());
        if (found) {
          Rendering plain;
          plain.project = now->project;
          plain.env = now->env;
          return found->is_text() ? render_native(found->raw(), found->where(), plain) : to_jinja(*found);
        }
        if (const Value* fallback = arguments.find(1, "default")) return *fallback;
        if (!now->execute()) return Value::none();
        throw Error(ErrorCode::dbt_project, fmt::format("The variable `{}` is not set", name),
                    now->node ? now->node->path : "")
            .fix(
                "Add it under `vars:` in dbt_project.yml, give it with --vars, or write var('name', "
                "default).");
      }));
}

namespace {

class ConfigObject final : public jinja::Object {
 public:
  explicit ConfigObject(Rendering& rendering) : rendering_(rendering) {}
  std::string_view type_name() const override { return "config"; }
  bool is_callable() const override { return true; }
  Value call(CallArguments& arguments) override {
    if (rendering_.execute()) return Value("");
    Value more = Value::dict();
    for (const Value& given : arguments.positional) {
      if (given.is_dict()) merge_config(more.as_dict(), given.as_dict());
    }
    for (const jinja::NamedValue& named : arguments.named) more.as_dict().set(named.name, named.value);
    merge_config(rendering_.config.as_dict(), more.as_dict());
    return Value("");
  }
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override {
    if (name == "persist_relation_docs" || name == "persist_column_docs") return Value(false);
    if (name == "set") {
      rendering_.config.as_dict().set(arguments.text(0, "name"), arguments.require(1, "value"));
      return Value("");
    }
    if (name != "get" && name != "require" && name != "meta_get") return std::nullopt;
    if (!rendering_.execute()) return Value("");
    std::string key = arguments.text(0, "name");
    const Value* found = nullptr;
    if (rendering_.node && rendering_.node->config.is_dict()) {
      const jinja::Dict* from = &rendering_.node->config.as_dict();
      if (name == "meta_get") {
        const Value* meta = from->find("meta");
        from = meta && meta->is_dict() ? &meta->as_dict() : nullptr;
      }
      found = from ? from->find(key) : nullptr;
    }
    if (found && !found->is_none()) return *found;
    if (name == "require")
      throw Error(ErrorCode::dbt_project, fmt::format("The setting `{}` is required", key),
                  rendering_.node->path);
    return arguments.get(1, "default");
  }

 private:
  Rendering& rendering_;
};

}  // namespace

void Renderer::add_configuration(jinja::Context& context, Rendering& rendering) const {
  context.set("config", Value(jinja::make_ref<ConfigObject>(rendering)));
  context.set("this", rendering.node ? Value(jinja::make_ref<RelationObject>(rendering.node->relation,
                                                                             *project_.options().dialect))
                                     : Value::none());
  context.set("model", rendering.node ? node_value(*rendering.node) : Value::none());
  context.set("sql", Value(rendering.compiled));
  context.set("compiled_code", Value(rendering.compiled));
  for (const char* hooks : {"pre_hooks", "post_hooks"}) {
    const Value* found =
        rendering.node && rendering.node->config.is_dict()
            ? rendering.node->config.as_dict().find(std::string(hooks, std::strlen(hooks) - 1))
            : nullptr;
    context.set(hooks, found ? *found : Value::list());
  }
  Rendering* now = &rendering;
  context.set("is_incremental", jinja::make_function("is_incremental", [now](CallArguments&) {
                if (!now->execute() || !now->node || now->node->materialized() != "incremental")
                  return Value(false);
                const Value* own = now->node->config.as_dict().find("full_refresh");
                bool refresh = own && !own->is_none() ? jinja::truth(*own) : now->full_refresh;
                if (refresh) return Value(false);
                for (const sql::Relation& each : now->adapter->list_relations(now->node->relation.schema)) {
                  if (each.identifier == now->node->relation.identifier)
                    return Value(each.kind == sql::RelationKind::table);
                }
                return Value(false);
              }));
  context.set("should_full_refresh", jinja::make_function("should_full_refresh", [now](CallArguments&) {
                const Value* own = now->node ? now->node->config.as_dict().find("full_refresh") : nullptr;
                return Value(own && !own->is_none() ? jinja::truth(*own) : now->full_refresh);
              }));
}

void Renderer::add_warehouse(jinja::Context& context, Rendering& rendering) const {
  Rendering* now = &rendering;
  context.set("execute", Value(rendering.execute()));
  context.set("adapter", make_adapter_object(rendering));
  context.set("api", api_);
  context.set("store_result", jinja::make_function("store_result", [now](CallArguments& arguments) {
                Value result = Value::dict();
                result.as_dict().set("response", arguments.require(1, "response"));
                Value table = arguments.get(2, "agate_table");
                result.as_dict().set("table", table);
                std::optional<Value> rows =
                    table.is_object() ? table.as_object().attribute("rows") : std::nullopt;
                result.as_dict().set("data", rows ? *rows : Value::list());
                now->results[arguments.text(0, "name")] = result;
                return Value("");
              }));
  context.set("load_result", jinja::make_function("load_result", [now](CallArguments& arguments) {
                auto found = now->results.find(arguments.text(0, "name"));
                return found == now->results.end() ? Value::none() : found->second;
              }));
  context.set("render", jinja::make_function("render", [this, now](CallArguments& arguments) {
                return Value(render(*jinja::Template::parse(arguments.text(0, "string"),
                                                            now->node ? now->node->path : "render"),
                                    *now));
              }));
}

void Renderer::add_basics(jinja::Context& context, Rendering& rendering) const {
  const TargetInfo& info = project_.options().target;
  Value target = Value::dict();
  target.as_dict().set("name", info.name);
  target.as_dict().set("type", info.type);
  target.as_dict().set("schema", info.schema);
  target.as_dict().set("database", info.database);
  target.as_dict().set("dbname", info.database);
  target.as_dict().set("threads", Value(info.threads));
  target.as_dict().set("profile_name", project_.name());
  context.set("target", target);
  context.set("env", target);
  context.set("database", info.database);
  context.set("schema", rendering.node ? rendering.node->relation.schema : info.schema);
  context.set("project_name", project_.name());
  context.set("dbt_version", "1.9.0");
  context.set("run_started_at", format_iso_timestamp(env_.now()));
  Value flags = Value::dict();
  flags.as_dict().set("FULL_REFRESH", Value(rendering.full_refresh));
  flags.as_dict().set("WHICH", "build");
  context.set("flags", flags);
  Env* env = &env_;
  context.set("env_var", jinja::make_function("env_var", [env](CallArguments& arguments) {
                std::string name = arguments.text(0, "name");
                if (std::optional<std::string> found = env->variable(name)) {
                  if (name.starts_with("DBT_ENV_SECRET")) register_secret(*found);
                  return Value(*found);
                }
                if (const Value* fallback = arguments.find(1, "default")) return *fallback;
                throw Error(ErrorCode::config_env_missing, fmt::format("The variable {} is not set", name),
                            "env_var");
              }));
  auto say = [env](CallArguments& arguments) {
    if (arguments.truth_or(1, "info", false)) {
      env->emit(
          {"dbt_message", EventLevel::info, {{"message", jinja::to_text(arguments.require(0, "msg"))}}});
    }
    return Value("");
  };
  context.set("log", jinja::make_function("log", say));
  context.set(
      "print", jinja::make_function("print", [env](CallArguments& arguments) {
        env->emit(
            {"dbt_message", EventLevel::info, {{"message", jinja::to_text(arguments.require(0, "msg"))}}});
        return Value("");
      }));
  context.set("tojson", jinja::make_function("tojson", [](CallArguments& arguments) {
                return Value(jinja::to_json(arguments.require(0, "value"), -1,
                                            arguments.truth_or(2, "sort_keys", false)));
              }));
  context.set("fromjson", jinja::make_function("fromjson", [](CallArguments& arguments) {
                return to_jinja(document::parse_json(arguments.text(0, "string"), "fromjson"));
              }));
  context.set("fromyaml", jinja::make_function("fromyaml", [](CallArguments& arguments) {
                return to_jinja(document::parse_yaml(arguments.text(0, "value"), "fromyaml"));
              }));
  context.set("local_md5", jinja::make_function("local_md5", [](CallArguments& arguments) {
                return Value(md5_hex(arguments.text(0, "value")));
              }));
  context.set("return", jinja::return_function());
  Value exceptions = Value::dict();
  Rendering* now = &rendering;
  exceptions.as_dict().set(
      "raise_compiler_error",
      jinja::make_function("raise_compiler_error", [now](CallArguments& arguments) -> Value {
        throw Error(ErrorCode::jinja_raised, jinja::to_text(arguments.require(0, "msg")),
                    now->node ? now->node->path : "");
      }));
  exceptions.as_dict().set(
      "warn", jinja::make_function("warn", [env](CallArguments& arguments) {
        env->emit(
            {"dbt_message", EventLevel::warning, {{"message", jinja::to_text(arguments.require(0, "msg"))}}});
        return Value("");
      }));
  context.set("exceptions", exceptions);
}

}  // namespace leat::dbt
