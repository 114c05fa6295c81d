// Render: a parsed page with its query results as HTML.
//
// Guarantees: every value of the data is escaped. Markdown is CommonMark with GitHub's tables.
// Threads: pure functions.
// Errors: Error(page_syntax, page_component) with file:line.
// Source: md4c 0.4.8
#pragma once
#include <functional>
#include <map>
#include <string>

#include "pages/cell.h"
#include "pages/page.h"

namespace leat::pages {

struct Rendered {
  std::string html;                        ///< of the body
  std::map<std::string, TablePtr> tables;  ///< what charts need in the page, by name
};

Rendered render_body(const Page& page, const std::map<std::string, TablePtr>& tables,
                     const std::function<std::string(const std::string&)>& read_file);

}  // namespace leat::pages
