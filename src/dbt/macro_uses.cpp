#include "dbt/macro_uses.h"

namespace leat::dbt {
namespace {

// The literal text of an argument, by position or name.
const std::string* literal(const jinja::CallSite& call, std::size_t index, std::string_view name) {
  if (index < call.positional.size()) {
    const auto& given = call.positional[index];
    return given && given->is_string() ? &given->as_string() : nullptr;
  }
  for (const auto& [key, value] : call.named) {
    if (key == name && value && value->is_string()) return &value->as_string();
  }
  return nullptr;
}

void note_variable(const jinja::CallSite& call, std::set<std::string>& names, bool& any) {
  if (const std::string* name = literal(call, 0, "name")) {
    names.insert(*name);
  } else {
    any = true;
  }
}

}  // namespace

MacroUses::Direct MacroUses::of(const jinja::Template& parsed, const std::string& package) const {
  Direct direct;
  jinja::for_each_call(parsed, [&](const jinja::CallSite& call) {
    std::string_view callee = call.callee;
    if (callee == "var") return note_variable(call, direct.vars, direct.any_var);
    if (callee == "env_var") return note_variable(call, direct.env_vars, direct.any_env_var);
    if (callee == "adapter.dispatch") {
      const std::string* name = literal(call, 0, "macro_name");
      if (!name) return;
      const std::string* space = literal(call, 1, "macro_namespace");
      if (const MacroEntry* found = macros_.dispatch(*name, space ? *space : "", package, adapter_))
        direct.macros.insert(found);
      return;
    }
    std::size_t dot = callee.find('.');
    const MacroEntry* found = dot == std::string_view::npos
                                  ? macros_.find(callee, package)
                                  : macros_.find_in(callee.substr(0, dot), callee.substr(dot + 1));
    if (found) direct.macros.insert(found);
  });
  return direct;
}

MacroUses::Direct MacroUses::closure(Direct direct) {
  std::vector<const MacroEntry*> waiting(direct.macros.begin(), direct.macros.end());
  while (!waiting.empty()) {
    const MacroEntry* macro = waiting.back();
    waiting.pop_back();
    auto [known, fresh] = known_.try_emplace(macro);
    if (fresh) known->second = of(*macro->parsed, macro->package);
    const Direct& inner = known->second;
    direct.vars.insert(inner.vars.begin(), inner.vars.end());
    direct.env_vars.insert(inner.env_vars.begin(), inner.env_vars.end());
    direct.any_var = direct.any_var || inner.any_var;
    direct.any_env_var = direct.any_env_var || inner.any_env_var;
    for (const MacroEntry* each : inner.macros) {
      if (direct.macros.insert(each).second) waiting.push_back(each);
    }
  }
  return direct;
}

const MacroEntry* MacroUses::find_test(const std::string& name, const std::string& package) const {
  std::size_t dot = name.find('.');
  if (dot != std::string::npos) return macros_.find_in(name.substr(0, dot), "test_" + name.substr(dot + 1));
  return macros_.find("test_" + name, package);
}

}  // namespace leat::dbt
