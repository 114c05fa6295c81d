// AssetGraph: the assets of a project and what is above each, without what it takes to run
// them.
//
// Guarantees: as leat.yml and the dbt project stood when it was loaded; nothing is fetched but
//   what a connection without listed streams has to discover.
// Threads: immutable.
// Errors: those of opening the project.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/env.h"
#include "run/project_file.h"

namespace leat::run {

struct GraphAsset {
  std::string id, kind, name;
  std::vector<std::size_t> above;  ///< what it reads; tests have nothing below them
};

class AssetGraph {
 public:
  static AssetGraph load(const ProjectFile& project, const std::string& target, Env& env,
                         const std::vector<FreshnessPolicy>& policies);
  const std::vector<GraphAsset>& assets() const { return assets_; }
  /// The assets that a policy chooses, in the order of the policies.
  const std::vector<std::vector<std::size_t>>& chosen() const { return chosen_; }
  /// Every asset behind all that is above it.
  const std::vector<std::size_t>& order() const { return order_; }

 private:
  std::vector<GraphAsset> assets_;
  std::vector<std::size_t> order_;
  std::vector<std::vector<std::size_t>> chosen_;
};

}  // namespace leat::run
