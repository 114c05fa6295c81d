// Basics: the names that templates of every node see alike: target, flags, var-free functions, modules,
// exceptions.
//
// Guarantees: as documented by dbt. Log lines and warnings leave as events (dbt_message).
// Threads: the values may be used by any number of renderings at once.
// Owns: nothing; project and env outlive the context.
// Errors: the functions throw Error(jinja_…), Error(config_env_missing).
// Source: https://docs.getdbt.com/reference/dbt-jinja-functions
#pragma once
#include "base/env.h"
#include "dbt/project.h"
#include "jinja/environment.h"

namespace leat::dbt {

/// The version of dbt whose behaviour this is, as templates and artifacts tell it.
inline constexpr const char* kDbtVersion = "1.11.0";

/// While one lives, what templates of this thread log is not told: they will be rendered once more.
class Hush {
 public:
  Hush();
  ~Hush();
  Hush(const Hush&) = delete;
  Hush& operator=(const Hush&) = delete;
  static bool holds();
};

/// Adds the names to a context.
void add_basics(jinja::Context& context, const Project& project, Env& env);
/// `exceptions`: raise_compiler_error and its like.
jinja::Value make_exceptions(Env& env);
/// Reads an environment variable for a template; secrets are remembered as such.
jinja::Value env_variable(jinja::CallArguments& arguments, Env& env);

}  // namespace leat::dbt
