// Page: a Markdown report as parsed: front matter, queries, and a tree of text, values and components.
//
// Guarantees: immutable after parsing. Lines count from 1 in the file; expressions are parsed with the page.
// Threads: share freely.
// Errors: Error(page_syntax) with file:line.
// Source: Evidence's classic page syntax, docs/guide/pages.md
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "document/value.h"
#include "pages/expression.h"
#include "pages/threshold.h"

namespace leat::pages {

struct Query {
  std::string name, sql;
  std::string where;  ///< file:line of the fence, or the SQL file
};

/// A property of a component: a literal (x=day, title="…") or an expression (data={q}).
struct Property {
  std::string text;
  ExpressionPtr expression;  ///< null for a literal
};

struct PageNode {
  enum class Kind { text, expression, html, constant, component, each, condition };
  Kind kind = Kind::text;
  std::string text;          ///< Markdown; the component's name
  ExpressionPtr expression;  ///< what is shown, named (@const), walked (#each) or asked (#if)
  std::string name, index;  ///< each: a row's name, or {a, b} for its parts, and its number's; constant: name
  std::vector<std::pair<std::string, Property>> properties;
  std::vector<PageNode> children;   ///< of components, each, condition
  std::vector<PageNode> otherwise;  ///< {:else}
  std::string where;                ///< file:line

  const Property* find(std::string_view property) const;
};

struct Declaration;  // expression_tree.h

/// What a page holds that does not stop it, and is not done.
struct PageNote {
  std::string what, where;
};

struct Page {
  std::string id;    ///< "index", "districts/eleven", "customers/[customer]"
  std::string path;  ///< of the file, as errors name it
  std::string title;
  std::string text;  ///< as read, with what it includes, for fingerprints
  document::Value front_matter;
  std::vector<Query> queries;
  std::vector<PageNode> body;
  std::vector<std::shared_ptr<const Declaration>> script;
  std::vector<PageNote> notes;
  std::vector<Threshold> thresholds;
  std::vector<std::string> params;      ///< "customer" of customers/[customer]
  std::shared_ptr<const Error> broken;  ///< why the page could not be read; then there is nothing else of it
};

/// Calls `visit` with a scope for each item that an #each node walks; false when there is none.
bool for_each_item(const PageNode& each, const Scope& scope, const std::function<void(const Scope&)>& visit);

/// Reads what a page includes: partials ("partials/x.md") and SQL files ("queries/x.sql").
using FileReader = std::function<std::string(const std::string& path)>;

/// Reads a script's declarations; what else it does becomes a note.
std::vector<std::shared_ptr<const Declaration>> parse_script(std::string_view text, const std::string& path,
                                                             int first_line, std::vector<PageNote>& notes);

/// Parses a component of the project's own, `components/Name.svelte`: its script and what it shows.
Page parse_component(const std::string& name, const std::string& path, std::string text,
                     const FileReader& read_file);

/// Parses a page.
Page parse_page(std::string id, std::string path, std::string text, const FileReader& read_file);

}  // namespace leat::pages
