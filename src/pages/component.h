// Component: a chart, table, value or layout that a page may use; registry.cpp lists them.
//
// Guarantees: properties are checked against the component's Spec before render() is called.
// Threads: immutable; render() may be called by several threads.
// Errors: Error(page_component) for an unknown component or property, with near names.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/spec.h"
#include "pages/expression.h"
#include "pages/page.h"

namespace leat::pages {

/// What a component gets: its checked properties, its children, and what it may ask for.
struct ComponentUse {
  const PageNode& node;
  const Scope& scope;
  std::string where;  ///< file:line
  int number;         ///< counts the components of the page from 1
  /// Renders children as Markdown.
  std::function<std::string(const std::vector<PageNode>&)> render_children;
  /// Reads a file of the pages' folder (GeoJSON).
  std::function<std::string(const std::string&)> read_file;
  /// Says that the page's data must hold this table, and under which element id.
  std::function<void(const TablePtr&)> needs_data;

  /// The property as text, `fallback` where it is not given. Expressions are evaluated.
  std::string text(std::string_view property, std::string_view fallback = "") const;
  bool flag(std::string_view property, bool fallback = false) const;
  double number_of(std::string_view property, double fallback) const;
  bool has(std::string_view property) const { return node.find(property) != nullptr; }
  /// The table of data={…}; Error when it is missing.
  TablePtr table() const;
  /// Names of columns: "a", "{['a','b']}" or "a,b"; each must exist in `table`.
  std::vector<std::string> column_names(std::string_view property, const Table& table) const;
};

struct Component {
  const Spec* spec;
  bool is_inline;  ///< stands inside a sentence
  std::string (*render)(const ComponentUse& use);
};

const std::vector<const Component*>& components();
/// Finds the component of a node and checks its properties.
const Component& find_component(const PageNode& node, const std::string& where);

}  // namespace leat::pages
