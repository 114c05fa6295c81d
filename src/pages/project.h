// Project: the pages of a folder, and building them into a site.
//
// Guarantees: a page is written beside and renamed, so that a reader never sees half of one. A built site is
// a static
//   folder that opens from disk: no server, no network.
// Threads: immutable after load(); build_page() may be called by several threads, each with its own Adapter.
// Errors: load() throws Error(page_syntax); build_page() Error(page_query, page_component, page_syntax,
// file_io).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "pages/page.h"
#include "sql/adapter.h"
#include "sql/tokenizer.h"

namespace leat::pages {

struct SiteOptions {
  std::string output;  ///< the folder of the site
  std::string title;
  std::int64_t rows_max = 100'000;  ///< of one query
};

struct PageResult {
  std::int64_t queries = 0, rows = 0, bytes = 0;
};

class Project {
 public:
  /// Reads every .md file below `folder`.
  static std::unique_ptr<Project> load(const std::string& folder);
  const std::vector<Page>& pages() const { return pages_; }
  /// The relations that a page's queries read.
  std::vector<sql::RelationName> relations(const Page& page) const;
  /// Changes when the page's text, the list of pages or Leat's own runtime changes.
  std::string fingerprint(const Page& page, const SiteOptions& options) const;
  /// Where a page is built.
  std::string output_file(const Page& page, const SiteOptions& options) const;
  PageResult build_page(const Page& page, sql::Adapter& adapter, Env& env, const SiteOptions& options) const;

 private:
  std::string folder_;
  std::vector<Page> pages_;
};

}  // namespace leat::pages
