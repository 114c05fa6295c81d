// Packages: puts the packages that a dbt project names into its dbt_packages folder, as `dbt deps`
// does.
//
// Guarantees: what packages.yml (or dependencies.yml) and package-lock.yml agree on is installed as it
//   is locked; else the newest versions that all packages allow are looked up and the lock is written
//   anew. A package that packages need is installed as well, once. Each is made beside and renamed, so
//   a failed installation leaves what was there.
// Threads: one.
// Owns: nothing.
// Errors: Error(dbt_project) for an entry that is none or versions that exclude each other,
//   Error(http_…), Error(dbt_unresolved) for a package that the hub does not know, Error(file_io).
// Source: https://docs.getdbt.com/docs/build/packages
#pragma once
#include <string>
#include <vector>

#include "base/env.h"

namespace leat::run {

struct PackageOptions {
  std::string project_folder;
  bool upgrade = false;    ///< looks versions up anew, whatever is locked
  bool lock_only = false;  ///< writes the lock and installs nothing
};

struct InstalledPackage {
  std::string name;     ///< of its dbt_project.yml, its folder's name
  std::string source;   ///< "dbt-labs/dbt_utils", a URL or a path
  std::string version;  ///< of the hub, or a revision of git; "" where there is none
};

std::vector<InstalledPackage> install_packages(const PackageOptions& options, Env& env);

}  // namespace leat::run
