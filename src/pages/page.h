// Page: a Markdown report as parsed: front matter, queries, and a tree of text, values and components.
//
// Guarantees: immutable after parsing. Lines count from 1 in the file.
// Threads: share freely.
// Source: Evidence's classic page syntax, docs/guide/pages.md
#pragma once
#include <map>
#include <string>
#include <vector>

#include "document/value.h"

namespace leat::pages {

struct Query {
  std::string name, sql;
  int line = 0;
};

/// A property of a component: a literal (x=day, title="…") or an expression (data={q}).
struct Property {
  std::string text;
  bool is_expression = false;
  int line = 0;
};

struct PageNode {
  enum class Kind { text, expression, component, each, condition };
  Kind kind = Kind::text;
  std::string text;  ///< Markdown; the expression; the component's name; what #each walks; the condition
  std::string name;  ///< each: the name of a row
  std::vector<std::pair<std::string, Property>> properties;
  std::vector<PageNode> children;   ///< of components, each, condition
  std::vector<PageNode> otherwise;  ///< {:else}
  int line = 0;

  const Property* find(std::string_view property) const;
};

struct Page {
  std::string id;    ///< "index", "districts/eleven"
  std::string path;  ///< of the file, relative to the pages' folder
  std::string title;
  std::string text;  ///< as read, for fingerprints
  document::Value front_matter;
  std::vector<Query> queries;
  std::vector<PageNode> body;
};

/// Parses a page; Error(page_syntax) with file:line.
Page parse_page(std::string id, std::string path, std::string text);

}  // namespace leat::pages
