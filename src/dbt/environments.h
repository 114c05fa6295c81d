// Environments: the template environments of dbt's files: Jinja2 with dbt's own filters and return().
//
// Guarantees: as documented by dbt: in SQL the as_… filters change nothing, in YAML they do what their names
//   say.
// Threads: made by one thread; then as jinja/environment.h.
// Owns: nothing; `env` outlives the environment.
// Errors: of the filters, Error(jinja_type).
// Source: https://docs.getdbt.com/reference/dbt-jinja-functions
#pragma once
#include <memory>

#include "base/env.h"
#include "jinja/environment.h"

namespace leat::dbt {

std::unique_ptr<jinja::Environment> make_environment(jinja::UndefinedPolicy policy, Env& env);
/// The as_… filters as YAML files have them.
void add_native_filters(jinja::Environment& environment);

}  // namespace leat::dbt
