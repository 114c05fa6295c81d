// MacroTable: every macro of the project, its packages and Leat's own, found by name as dbt finds them.
//
// Guarantees: a bare name is looked for in the root project, then Leat's own ("dbt"), a dotted one in its
// package.
//   Dispatch tries `<adapter>__name`, then `default__name`, in the root project, the namespace, Leat's own.
// Threads: filled by one thread, then read by any.
// Errors: Error(jinja_syntax) of a macro file; look-ups return nullopt.
// Source: https://docs.getdbt.com/reference/dbt-jinja-functions/dispatch
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jinja/template.h"

namespace leat::dbt {

inline constexpr const char* kOwnPackage = "dbt";

class MacroTable {
 public:
  /// Parses a file and adds its macros, tests ("test_x") and materializations ("materialization_x_adapter").
  void add_file(const std::string& package, const std::string& name, const std::string& text);
  void set_root(std::string package) { root_ = std::move(package); }

  std::optional<jinja::Value> find(std::string_view name) const;
  std::optional<jinja::Value> find_in(std::string_view package, std::string_view name) const;
  /// The macro that adapter.dispatch(name, package) gives.
  std::optional<jinja::Value> dispatch(std::string_view name, std::string_view package,
                                       std::string_view adapter) const;
  /// The materialization of that name for the adapter, or its default.
  std::optional<jinja::Value> materialization(std::string_view name, std::string_view adapter) const;
  bool has_package(std::string_view package) const;
  /// Changes when any macro's text does.
  const std::string& checksum_text() const { return all_text_; }
  std::vector<std::string> names() const;

 private:
  struct Entry {
    std::shared_ptr<const jinja::Template> file;
    const jinja::MacroInfo* macro;
  };
  using Package = std::map<std::string, Entry, std::less<>>;
  std::map<std::string, Package, std::less<>> packages_;
  std::string root_;
  std::string all_text_;
};

}  // namespace leat::dbt
