// `config` of dbt's templates: called, it notes settings while parsing; asked, it answers from the node's
// configuration while building.
#include <fmt/core.h>

#include "base/error.h"
#include "dbt/scope.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

namespace {

// Dates are kept as the text that the manifest tells.
void settle(jinja::Dict& settings) {
  for (jinja::Dict::Entry& entry : settings.entries()) {
    Value& value = entry.value;
    if (!value.is_object() || !value.as_object().type_name().starts_with("datetime.date")) continue;
    CallArguments none;
    if (std::optional<Value> text = value.as_object().method("isoformat", none)) value = *text;
  }
}

class ConfigObject final : public jinja::Object {
 public:
  explicit ConfigObject(Rendering& rendering) : rendering_(rendering) {}
  std::string_view type_name() const override { return "config"; }
  bool is_callable() const override { return true; }

  Value call(CallArguments& arguments) override {
    if (rendering_.execute()) return Value("");
    Value more = Value::dict();
    for (const Value& given : arguments.positional) {
      if (given.is_dict()) refuse_two_names(given.as_dict());
      if (given.is_dict()) merge_config(more.as_dict(), given.as_dict());
    }
    for (const jinja::NamedValue& named : arguments.named) more.as_dict().set(named.name, named.value);
    settle(more.as_dict());
    merge_config(rendering_.config.as_dict(), more.as_dict());
    return Value("");
  }

  std::optional<Value> method(std::string_view name, CallArguments& arguments) override {
    if (name == "persist_relation_docs") return Value(persists("relation"));
    if (name == "persist_column_docs") return Value(persists("columns"));
    if (name == "set") {
      const Value& value = arguments.require(1, "value");
      rendering_.config.as_dict().set(arguments.text(0, "name"), value);
      settle(rendering_.config.as_dict());
      return Value("");
    }
    bool meta = name == "meta_get" || name == "meta_require";
    if (name != "get" && name != "require" && !meta) return std::nullopt;
    if (!rendering_.execute()) return Value("");
    std::string key = arguments.text(0, "name");
    const Value* found = find(key, meta);
    if (found && !found->is_none()) return *found;
    if (name == "require" || name == "meta_require") {
      throw Error(ErrorCode::dbt_project, fmt::format("The setting `{}` is required", key));
    }
    return arguments.get(1, "default");
  }

  std::optional<Value> attribute(std::string_view name) override {
    const Value* found = rendering_.execute() ? find(name, false) : nullptr;
    return found ? std::optional<Value>(*found) : std::nullopt;
  }

 private:
  static void refuse_two_names(const jinja::Dict& given) {
    for (const char* name : {"pre", "post"}) {
      std::string one = fmt::format("{}_hook", name), other = fmt::format("{}-hook", name);
      if (given.find(one) && given.find(other))
        throw Error(ErrorCode::dbt_project,
                    fmt::format("config() has both `{}` and `{}`, which are one setting", one, other))
            .fix("Give all hooks in one of them, as a list.");
    }
  }

  const Value* find(std::string_view key, bool meta) const {
    if (const Value* set = rendering_.config.as_dict().find(key); set && !meta) return set;
    if (!rendering_.node) return nullptr;
    if (!meta) {
      if (const Value* found = rendering_.node->setting(key)) return found;
    }
    const Value* below = rendering_.node->setting("meta");
    return below && below->is_dict() ? below->as_dict().find(key) : nullptr;
  }

  bool persists(const char* what) const {
    const Value* given = rendering_.node ? rendering_.node->setting("persist_docs") : nullptr;
    const Value* found = given && given->is_dict() ? given->as_dict().find(what) : nullptr;
    return found && jinja::truth(*found);
  }

  Rendering& rendering_;
};

// A hook is text, a dict with sql and transaction, or that dict as JSON (dbt's before_begin()).
Value hook_value(const Value& given) {
  Value hook = Value::dict();
  hook.as_dict().set("sql", "");
  hook.as_dict().set("transaction", Value(true));
  Value read = given;
  if (given.is_string() && given.as_string().starts_with("{\"")) {
    read = to_jinja(document::parse_json(given.as_string(), "hook"));
  }
  if (read.is_dict()) {
    read.as_dict().each([&](const Value& key, const Value& value) { hook.as_dict().set(key, value); });
  } else {
    hook.as_dict().set("sql", jinja::to_text(read));
  }
  return hook;
}

}  // namespace

Value make_config_object(Rendering& rendering) {
  return Value(jinja::make_ref<ConfigObject>(rendering));
}

Value hooks_of(const Node& node, std::string_view key) {
  std::vector<Value> hooks;
  if (const Value* given = node.setting(key)) {
    if (given->is_list() || given->is_tuple()) {
      for (const Value& each : given->items()) hooks.push_back(hook_value(each));
    } else {
      hooks.push_back(hook_value(*given));
    }
  }
  return Value::list(std::move(hooks));
}

}  // namespace leat::dbt
