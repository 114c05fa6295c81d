// SelectMethod: one way to select ("tag:nightly"): whether an item fits.
//
// Guarantees: as dbt's methods of the same names; patterns are fnmatch's, but for `config.` and `access:`,
//   which compare whole values, and `path:`, where `*` stays within a folder and `**` is any number of them.
// Threads: pure functions.
// Owns: its pattern; the items have to outlive it.
// Errors: Error(dbt_selector) for a method that does not exist, a value that the method does not know, and
//   `state:` without a state to compare with.
// Source: https://docs.getdbt.com/reference/node-selection/methods
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dbt/selector.h"

namespace leat::dbt {

class SelectMethod {
 public:
  /// `method` is "" for a bare pattern: a path, a file, or a name.
  SelectMethod(std::string method, std::string pattern, const std::vector<Selectable>& items);
  bool fits(const Selectable& item) const;
  /// True when a term of the method that fits nothing is likely a slip of the pen (a name, a path).
  bool names_something() const;
  const std::string& pattern() const { return pattern_; }

 private:
  void check(const std::vector<Selectable>& items) const;
  void collect_paths(const std::vector<Selectable>& items);
  bool fits_path(const Selectable& item) const;

  std::string method_, pattern_;
  bool bare_ = false;
  std::set<std::string> paths_;  // path: files and folders of the project that fit
};

/// Python's fnmatch: `*`, `?`, `[abc]`, `[!abc]`.
bool glob(std::string_view pattern, std::string_view text);

}  // namespace leat::dbt
