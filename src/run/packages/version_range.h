// VersionRange: the versions of a package that may be taken: ">=1.0.0", "<2.0.0", "1.1.1".
//
// Guarantees: versions compare as semantic versions do; a prerelease comes before its release.
// Threads: values.
// Owns: its limits.
// Errors: Error(dbt_project) for a version that is none.
// Source: https://semver.org/#spec-item-11,
//   https://docs.getdbt.com/docs/build/packages#hub-packages-recommended
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace leat::run {

/// Below 0, 0, above 0: as `left` is older than, the same as or newer than `right`.
int compare_versions(std::string_view left, std::string_view right);
/// True for "1.0.0-rc1".
bool is_prerelease(std::string_view version);

class VersionRange {
 public:
  /// Adds a condition: an operator (>=, >, <=, <, =, or none) and a version; several may be joined by commas.
  void add(std::string_view condition);
  bool holds(std::string_view version) const;
  /// The newest of the versions that fit, prereleases only where one is asked for by name or by
  /// `prereleases`;
  /// "" when none fits.
  std::string newest(const std::vector<std::string>& versions, bool prereleases) const;
  std::string text() const;

 private:
  struct Condition {
    std::string relation, version;
  };
  std::vector<Condition> conditions_;
};

}  // namespace leat::run
