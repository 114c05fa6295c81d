// MacroTable: every macro of the project, its packages and Leat's own, found by name as dbt finds them.
//
// Guarantees: a bare name is looked for in the node's package, the root project, Leat's own ("dbt"); a
//   dotted one in its package. dispatch() tries `<adapter>__name`, then `default__name`, in each package of
//   the search order. Each block of a file is a template of its own: what stands between blocks is not
//   looked at.
// Threads: filled by one thread, then read by any.
// Owns: the templates of the macros.
// Errors: Error(jinja_syntax) of a macro file; look-ups return nullptr.
// Source: https://docs.getdbt.com/reference/dbt-jinja-functions/dispatch
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "document/value.h"
#include "jinja/template.h"

namespace leat::dbt {

inline constexpr const char* kOwnPackage = "dbt";

struct MacroEntry {
  std::string unique_id;  ///< "macro.package.name"
  std::string package, name;
  std::string path;                ///< relative to the project
  std::string text;                ///< the whole block
  std::string description, patch;  ///< of the properties file that describes it
  document::Value properties;      ///< its entry there
  std::shared_ptr<const jinja::Template> parsed;
  const jinja::MacroInfo* info = nullptr;
  jinja::Value value;  ///< to be called
};

class MacroTable {
 public:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  template <class T>
  using NameMap = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  /// Parses a file and adds its macros, tests ("test_x") and materializations ("materialization_x_adapter").
  void add_file(const std::string& package, const std::string& path, const std::string& text);
  void set_root(std::string package) { root_ = std::move(package); }
  /// Sets the packages that dispatch searches for a namespace (`dispatch:` of dbt_project.yml).
  void set_search_order(const std::string& name_space, std::vector<std::string> packages);

  /// The macro that a bare name means in a template of `package`.
  const MacroEntry* find(std::string_view name, std::string_view package = {}) const;
  const MacroEntry* find_in(std::string_view package, std::string_view name) const;
  /// The macro that adapter.dispatch(name, name_space) gives in a template of `package`.
  const MacroEntry* dispatch(std::string_view name, std::string_view name_space, std::string_view package,
                             std::string_view adapter) const;
  /// The materialization of that name: for the adapter before default, the project's before a package's.
  const MacroEntry* materialization(std::string_view name, std::string_view package,
                                    std::string_view adapter) const;
  /// The macro of a package, to be described; nullptr for none.
  MacroEntry* find_own(std::string_view package, std::string_view name);
  bool has_package(std::string_view package) const;
  const std::vector<std::unique_ptr<MacroEntry>>& all() const { return all_; }

 private:
  std::map<std::string, NameMap<const MacroEntry*>, std::less<>> packages_;
  std::map<std::string, std::vector<std::string>, std::less<>> search_orders_;
  std::vector<std::unique_ptr<MacroEntry>> all_;
  std::string root_;
};

}  // namespace leat::dbt
