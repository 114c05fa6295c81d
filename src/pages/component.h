// Component: a chart, table, value or layout that a page may use; registry.cpp lists them.
//
// Guarantees: a component sees only properties that its Spec declares, of the declared kind and choice.
// Threads: immutable; render() may be called by several threads.
// Errors: Error(page_component) with file:line for an unknown component, property or column, with near names.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/spec.h"
#include "pages/expression.h"
#include "pages/html.h"
#include "pages/page.h"
#include "pages/session.h"

namespace leat::pages {

/// What the page gives its components.
class PageContext {
 public:
  virtual ~PageContext() = default;
  /// Renders nodes as Markdown.
  virtual std::string markdown(const std::vector<PageNode>& nodes, const Scope& scope) = 0;
  /// Reads a file of the pages' folder (GeoJSON).
  virtual std::string read_file(const std::string& path) = 0;
  /// Puts columns of a table into the page's data; returns the id by which the runtime finds them.
  virtual std::string needs_data(const TablePtr& table, const std::vector<std::size_t>& columns) = 0;
  /// Counts from 1, for ids within the page.
  virtual int next_number() = 0;
  /// Where a page's address leads: "/shop" as the file that it is in, seen from this page.
  virtual std::string link(const std::string& url) = 0;
  virtual Session& session() = 0;
  /// What the site is built with: its outlines of states and countries are copied where they are used.
  virtual void needs_file(std::string_view name) = 0;
  /// When the page is built, in ISO 8601.
  virtual const std::string& now() const = 0;
  /// Evidence takes any property, so that what is unknown there is only told.
  virtual bool is_evidence() const = 0;
  /// Keeps a complaint that does not stop the page.
  virtual void warn(const std::string& what, const std::string& where) = 0;
};

struct Component;

/// A use of a component on a page: its properties, evaluated.
class ComponentUse {
 public:
  /// Finds the node's component and checks the names of its properties.
  ComponentUse(const PageNode& node, const Scope& scope, PageContext& page);

  const Component& component() const { return component_; }
  const std::string& name() const { return node_.text; }
  const std::string& where() const { return node_.where; }
  const PageNode& node() const { return node_; }
  const Scope& scope() const { return scope_; }
  PageContext& page() const { return page_; }

  bool has(std::string_view property) const { return node_.find(property) != nullptr; }
  std::string text(std::string_view property, std::string_view fallback = "") const;
  bool flag(std::string_view property, bool fallback = false) const;
  double number(std::string_view property, double fallback) const;
  /// Lists and objects; a null cell when absent.
  Value value(std::string_view property) const;
  /// The property as JSON, by the kind that the Spec declares; nullopt when absent.
  std::optional<std::string> json(const SpecField& field) const;
  /// Every given property that the Spec declares, as members of a JSON object, without those named in `but`.
  void add_json(JsonObject& object, const std::vector<std::string_view>& but) const;
  /// The property as a CSS color; "" when absent.
  std::string color(std::string_view property) const;
  /// title and subtitle as a <figcaption>; "" without them.
  std::string caption() const;
  /// What stands for a query without rows, by emptySet and emptyMessage.
  std::string empty() const;

  /// The table of data={…}; Error when it is missing.
  TablePtr table() const;
  /// Columns: "a", "a,b" or {['a', 'b']}; each must exist.
  std::vector<std::size_t> columns(std::string_view property, const Table& table) const;
  std::optional<std::size_t> column(std::string_view property, const Table& table) const;
  std::size_t required_column(std::string_view property, const Table& table) const;
  /// The code for a column: the property `format`, else what the column's name or values say.
  std::string code(std::string_view format, const Table& table, std::size_t column,
                   std::string_view fallback = "") const;

  /// What stands inside the component, as HTML.
  std::string children() const { return page_.markdown(node_.children, scope_); }
  bool has_children() const { return !node_.children.empty(); }
  /// The components inside, with {#each} and {#if} unrolled; Error for one that is not among `names`.
  void each_child(const std::vector<std::string_view>& names,
                  const std::function<void(const ComponentUse&)>& take) const;
  [[noreturn]] void fail(const std::string& what) const;

 private:
  const SpecField& field(std::string_view property) const;
  void walk(const std::vector<PageNode>& nodes, const Scope& scope,
            const std::vector<std::string_view>& names,
            const std::function<void(const ComponentUse&)>& take) const;

  void check_names() const;

  PageNode own_;  // with the members of {...object}
  const PageNode& node_;
  const Scope& scope_;
  PageContext& page_;
  const Component& component_;
};

struct Component {
  const Spec* spec;
  /// block stands alone; word stands inside a sentence; part only inside another component; box holds others.
  enum class Place { block, word, part, box } place;
  std::string (*render)(const ComponentUse& use);         ///< null for a part
  Choices (*choices)(const ComponentUse& use) = nullptr;  ///< of an input
};

const std::vector<const Component*>& components();
/// The component of that name, or null.
const Component* component_named(std::string_view name);
/// Finds a component by its name. Error(page_component) with near names.
const Component& find_component(const std::string& name, const std::string& where);
/// A figure with a chart that the runtime draws: `options` is its JSON, `inside` stands below it.
std::string chart_figure(const ComponentUse& use, const std::string& options, double height,
                         const std::string& label, const std::string& inside);

}  // namespace leat::pages
