// MacroUses: which macros, variables and environment variables a template uses, directly and through macros;
// read from the text, not by rendering.
//
// Guarantees: literal calls are found, `adapter.dispatch('x')` counts as every macro it may give. A name that
//   is made while rendering is not found.
// Threads: one.
// Owns: what it found, by macro.
// Errors: none.
#pragma once
#include <map>
#include <set>
#include <string>

#include "dbt/macro_table.h"

namespace leat::dbt {

class MacroUses {
 public:
  struct Direct {
    std::set<const MacroEntry*> macros;
    std::set<std::string> vars, env_vars;
    bool any_var = false, any_env_var = false;  ///< a name that is no literal: it may be any
  };
  MacroUses(const MacroTable& macros, std::string adapter) : macros_(macros), adapter_(std::move(adapter)) {}

  Direct of(const jinja::Template& parsed, const std::string& package) const;
  /// Adds what the macros use in turn.
  Direct closure(Direct direct);
  /// The macro of a generic test ("unique", "dbt_utils.at_least_one"), or nullptr.
  const MacroEntry* find_test(const std::string& name, const std::string& package) const;

 private:
  const MacroTable& macros_;
  std::string adapter_;
  std::map<const MacroEntry*, Direct> known_;
};

}  // namespace leat::dbt
