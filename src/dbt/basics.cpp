#include "dbt/basics.h"

#include <fmt/core.h>

#include <thread>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "dbt/digest.h"
#include "dbt/values.h"
#include "jinja/datetime.h"
#include "jinja/operations.h"
#include "jinja/regex.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

namespace {

thread_local int hushes = 0;

}  // namespace

Hush::Hush() {
  ++hushes;
}
Hush::~Hush() {
  --hushes;
}
bool Hush::holds() {
  return hushes > 0;
}

namespace {

void add(jinja::Context& context, const char* name, jinja::Function function) {
  context.set(name, jinja::make_function(name, std::move(function)));
}

Value target_value(const Project& project) {
  const TargetInfo& info = project.options().target;
  Value target = Value::dict();
  jinja::Dict& dict = target.as_dict();
  for (const auto& [key, value] : info.settings.members()) dict.set(key, to_jinja(value));
  dict.set("name", info.name);
  dict.set("target_name", info.name);
  dict.set("type", info.type);
  dict.set("schema", info.schema);
  dict.set("database", info.database);
  dict.set("dbname", info.database);
  dict.set("threads", Value(info.threads));
  dict.set("profile_name", info.profile.empty() ? project.name() : info.profile);
  return target;
}

Value flags_value(const ProjectOptions& options) {
  Value flags = Value::dict();
  flags.as_dict().set("FULL_REFRESH", Value(options.full_refresh));
  flags.as_dict().set("STORE_FAILURES", Value(options.store_failures));
  flags.as_dict().set("WHICH", options.command);
  flags.as_dict().set("EMPTY", Value(options.empty));
  flags.as_dict().set("INTROSPECT", Value(true));
  return flags;
}

Value modules_value(Env& env) {
  Value modules = Value::dict();
  modules.as_dict().set("datetime", jinja::datetime_module([&env] { return env.now(); }));
  modules.as_dict().set("pytz", jinja::pytz_module());
  modules.as_dict().set("re", jinja::regex_module());
  return modules;
}

void add_messages(jinja::Context& context, Env& env) {
  add(context, "log", [&env](CallArguments& arguments) {
    if (Hush::holds()) return Value("");
    bool shown = arguments.truth_or(1, "info", false);
    env.emit({"dbt_message",
              shown ? EventLevel::info : EventLevel::debug,
              {{"message", jinja::to_text(arguments.require(0, "msg"))}}});
    return Value("");
  });
  add(context, "print", [&env](CallArguments& arguments) {
    if (Hush::holds()) return Value("");
    std::string text;
    for (const Value& each : arguments.positional) text += (text.empty() ? "" : " ") + jinja::to_text(each);
    env.emit({"dbt_message", EventLevel::info, {{"message", text}, {"printed", true}}});
    return Value("");
  });
  add(context, "debug", [](CallArguments&) { return Value(""); });
}

void add_documents(jinja::Context& context) {
  add(context, "tojson", [](CallArguments& arguments) {
    return Value(
        jinja::to_json(arguments.require(0, "value"), -1, arguments.truth_or(2, "sort_keys", false)));
  });
  add(context, "fromjson", [](CallArguments& arguments) {
    return to_jinja(document::parse_json(arguments.text(0, "string"), "fromjson"));
  });
  add(context, "fromyaml", [](CallArguments& arguments) {
    return to_jinja(document::parse_yaml(arguments.text(0, "value"), "fromyaml"));
  });
  add(context, "toyaml", [](CallArguments& arguments) {
    return Value(to_yaml(arguments.require(0, "value"), arguments.truth_or(2, "sort_keys", false)));
  });
  add(context, "local_md5",
      [](CallArguments& arguments) { return Value(md5_hex(arguments.text(0, "value"))); });
}

// Items of the arguments side by side, as long as the shortest.
Value zipped(CallArguments& arguments) {
  std::vector<std::vector<Value>> columns;
  for (const Value& each : arguments.positional) columns.push_back(jinja::collect(each));
  std::size_t rows = columns.empty() ? 0 : columns.front().size();
  for (const auto& column : columns) rows = std::min(rows, column.size());
  std::vector<Value> out;
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<Value> items;
    for (const auto& column : columns) items.push_back(column[row]);
    out.push_back(Value::tuple(std::move(items)));
  }
  return Value::list(std::move(out));
}

Value set_of(CallArguments& arguments) {
  auto set = jinja::make_ref<jinja::Set>();
  for (Value& each : jinja::collect(arguments.require(0, "value"))) set->members.set(each, Value::none());
  return Value(set);
}

// Keys whose values are not the same in both dicts, with both values.
Value differences(CallArguments& arguments) {
  const Value& a = arguments.require(0, "dict_a");
  const Value& b = arguments.require(1, "dict_b");
  Value out = Value::dict();
  if (!a.is_dict() || !b.is_dict()) return out;
  a.as_dict().each([&](const Value& key, const Value& value) {
    const Value* other = b.as_dict().find(key);
    if (!other || !jinja::equals(value, *other)) out.as_dict().set(key, value);
  });
  return out;
}

void add_collections(jinja::Context& context) {
  for (const char* name : {"zip", "zip_strict"}) add(context, name, zipped);
  for (const char* name : {"set", "set_strict"}) add(context, name, set_of);
  add(context, "diff_of_two_dicts", differences);
}

}  // namespace

Value env_variable(CallArguments& arguments, Env& env) {
  std::string name = arguments.text(0, "var");
  if (std::optional<std::string> found = env.variable(name)) {
    if (name.starts_with("DBT_ENV_SECRET")) register_secret(*found);
    return Value(*found);
  }
  if (const Value* fallback = arguments.find(1, "default")) return *fallback;
  throw Error(ErrorCode::config_env_missing, fmt::format("The environment variable {} is not set", name))
      .fix("Set it, or write env_var('NAME', default).");
}

void add_basics(jinja::Context& context, const Project& project, Env& env) {
  Value target = target_value(project);
  context.set("target", target);
  context.set("env", target);
  context.set("project_name", project.name());
  context.set("dbt_version", kDbtVersion);
  context.set("invocation_id", project.options().invocation_id);
  context.set("run_started_at", jinja::make_utc_datetime(env.now()));
  context.set("flags", flags_value(project.options()));
  context.set("modules", modules_value(env));
  context.set("exceptions", make_exceptions(env));
  context.set("selected_resources", Value::list());
  context.set("invocation_args_dict", Value::dict());
  context.set("dbt_metadata_envs", Value::dict());
  context.set("defer_relation", Value::none());
  add(context, "doc", [](CallArguments&) { return Value(""); });
  add(context, "try_or_compiler_error", [](CallArguments& arguments) {
    CallArguments rest;
    for (std::size_t i = 2; i < arguments.positional.size(); ++i)
      rest.positional.push_back(arguments.positional[i]);
    rest.named = arguments.named;
    return jinja::call_value(*arguments.session, arguments.require(1, "func"), rest);
  });
  add_messages(context, env);
  add_documents(context);
  add_collections(context);
}

}  // namespace leat::dbt
