// Render: a parsed page with its query results as HTML.
//
// Guarantees: every value of the data is escaped. Markdown is CommonMark with GitHub's tables; indented text
//   is no code, so that components may be indented.
// Threads: pure functions.
// Errors: Error(page_syntax, page_component) with file:line.
// Source: md4c 0.4.8
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "pages/cell.h"
#include "pages/page.h"
#include "pages/session.h"

namespace leat::pages {

struct Heading {
  int level;
  std::string id, html;
};

/// What the runtime needs of a table.
struct PageData {
  TablePtr table;
  std::set<std::size_t> columns;
};

/// A part of a page that depends on inputs, in each of their states.
struct Region {
  std::vector<std::string> inputs;
  std::map<std::string, std::size_t> variants;  ///< by the inputs' keys, joined by U+001E; which of `html`
  std::vector<std::string> html;
  bool is_whole = true;  ///< false: there are states that are not here
};

struct Problem {
  std::string what, where;
  ErrorCode code;
  bool is_warning = false;
};

struct Rendered {
  std::string html;  ///< of the body
  std::vector<Heading> headings;
  std::map<std::string, PageData> data;       ///< by id
  std::vector<Region> regions;                ///< number i is the element with data-region="i"
  std::map<std::string, std::string> inputs;  ///< what each holds as the page opens
  std::vector<Problem> problems;
  std::vector<ThresholdState> thresholds;
  std::set<std::string, std::less<>> files;  ///< outlines that the page's maps need
  bool is_drawn = false;                     ///< every chart of it has a drawing: drawing.h
  std::set<std::string> links;               ///< addresses of the site that the page leads to: "/shop/berlin"
};

struct RenderOptions {
  std::function<std::string(const std::string& path)> read_file;  ///< of the project's folder
  std::string root;  ///< from the page's file to the site's folder: "" or "../"
  /// A component of the project's folder components/; null where there is none.
  std::function<std::shared_ptr<const Page>(const std::string& name)> own_component;
  bool is_evidence = false;         ///< a project of Evidence: what it would let pass is a warning
  std::size_t variants_max = 1500;  ///< of all regions of a page
  std::size_t variant_bytes_max = 16u << 20;
};

Rendered render_body(const Page& page, Session& session, const std::string& now,
                     const RenderOptions& options);

/// The data as columnar JSON, safe inside a <script>:
/// {"rows":n,"columns":{"x":{"kind":"text","values":[…]}}}. Texts that repeat are written once:
/// {"kind":"text","words":[…],"values":[0,1,0]}.
std::string to_json(const PageData& data);

}  // namespace leat::pages
