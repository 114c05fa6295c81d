// Profile: the target of a profiles.yml: where a dbt project is built, as Leat's own
// settings.
//
// Guarantees: only the chosen target is rendered, so that others need no variables. Secrets
//   of its passwords are registered where the warehouse is opened.
// Threads: a value.
// Errors: Error(dbt_project) with the places that were looked at, the profiles or targets
//   there are, and for an adapter or a setting that is not known here;
//   Error(config_env_missing).
// Source: https://docs.getdbt.com/docs/core/connect-data-platform/profiles.yml
#pragma once
#include <string>

#include "base/env.h"
#include "document/value.h"

namespace leat::dbt {

struct ProfileOptions {
  std::string project_folder;
  std::string profiles_folder;  ///< of --profiles-dir; "" looks where dbt looks
  std::string profile;          ///< of --profile; "" takes the project's
  std::string target;           ///< of --target; "" takes the profile's
  document::Value vars;
};

struct Profile {
  std::string name, target;
  document::Value settings;  ///< as a target of leat.yml
  int threads = 1;
};

Profile read_profile(const ProfileOptions& options, Env& env);
/// The folder at or above `start` with a dbt_project.yml; "" when there is none.
std::string find_dbt_project(const std::string& start);

}  // namespace leat::dbt
