// Project: the pages of a folder, and building them into a site.
//
// Guarantees: a page is written beside and renamed, so that a reader never sees half of one.
//   A built site is a static folder that opens from disk: no server, no network. A page that
//   can't be read stops only itself.
// Threads: begin_run() by one thread; then build_page() by several, each with its own
//   Adapter.
// Errors: build_page() throws Error(page_query, page_component, page_syntax, file_io) once
//   what can be built is written; what failed says so where it stands on the page.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "pages/format.h"
#include "pages/navigation.h"
#include "pages/page.h"
#include "pages/render.h"
#include "pages/site_look.h"
#include "sql/adapter.h"
#include "sql/tokenizer.h"

namespace leat::pages {

struct SiteOptions {
  std::string output;  ///< the folder of the site
  std::string title;
  std::int64_t rows_max = 1'500'000;    ///< of one query
  std::int64_t values_max = 5'000'000;  ///< of one query: rows times columns
  bool draws = true;                    ///< charts are drawn into the pages, where this machine can
};

struct PageResult {
  std::int64_t files = 0, queries = 0, rows = 0, bytes = 0;
  std::vector<Problem> warnings;
  std::vector<std::string> breached;  ///< what thresholds of the page say
};

class Project {
 public:
  /// Reads every .md file below `folder` (and partials/, queries/, sources/ beside it).
  static std::unique_ptr<Project> load(const std::string& folder);
  /// True where a folder is an Evidence project: pages with sources or a configuration beside them.
  static bool is_evidence(const std::string& root);
  /// The folder of the pages of an Evidence project.
  static std::string evidence_pages(const std::string& root);

  const std::vector<Page>& pages() const { return pages_; }
  /// Forgets what the run before asked, so that the next one asks anew.
  void begin_run();
  /// Takes over what another reading of the same project has asked and prepared: only new queries are asked.
  void take_answers(Project& before);
  /// The relations that a page's queries read.
  std::vector<sql::RelationName> relations(const Page& page) const;
  /// Changes when the page's text, the list of pages or Leat's own runtime changes.
  std::string fingerprint(const Page& page, const SiteOptions& options) const;
  /// A file that is there once the page is built.
  std::string output_file(const Page& page, const SiteOptions& options) const;
  /// True for a .html of the site's folder that no page of the project, and no file of static/, is any more.
  bool is_left_over(const std::string& name, const SiteOptions& options) const;
  /// Builds a page; a templated one in every form that links of other pages ask for.
  PageResult build_page(const Page& page, sql::Adapter& adapter, Env& env, const SiteOptions& options) const;
  /// A page by its address ("index", "customers/ada") as one document for mail; Error(config_invalid) where
  /// there is none. `address` is that of the published site, "" for none.
  std::string still_page(const std::string& id, const std::string& address, sql::Adapter& adapter, Env& env,
                         const SiteOptions& options) const;

 private:
  using Params = std::map<std::string, std::string>;
  struct Built {
    Rendered body;
    std::int64_t queries = 0, rows = 0;
  };

  Built render(const Page& page, const Params& params, sql::Adapter& adapter, Env& env,
               const SiteOptions& options) const;
  TablePtr ask(const std::string& name, const std::string& sql, const std::string& where,
               sql::Adapter& adapter, const SiteOptions& options) const;
  std::string read_file(const std::string& path) const;
  std::shared_ptr<const Page> own_component(const std::string& name) const;
  /// The links of every page that has fewer parameters than `page`.
  std::set<std::string> links_to(const Page& page, sql::Adapter& adapter, Env& env,
                                 const SiteOptions& options) const;
  std::vector<Params> forms_of(const Page& page, const std::set<std::string>& links) const;
  void draw(const Page& page, Built& built) const;
  /// Tells what thresholds came to, each as an event.
  void tell_thresholds(const std::string& id, const Built& built, Env& env, PageResult& result) const;
  void write(const Page& page, const std::string& id, const Built& built, Env& env,
             const SiteOptions& options, PageResult& result) const;
  SiteLook look(const SiteOptions& options) const;
  void prepare(sql::Adapter& adapter, const Env& env, const SiteOptions& options) const;

  std::string folder_, root_;
  bool is_evidence_ = false;
  std::vector<Page> pages_;
  std::unique_ptr<const Navigation> navigation_;  // of them
  CustomFormats formats_;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::map<std::string, TablePtr> asked_;
  mutable std::map<std::string, std::set<std::string>> links_;  // of pages that are rendered
  mutable std::vector<Problem> source_problems_;
  mutable std::map<std::string, std::shared_ptr<const Page>> own_components_;
  mutable std::mutex prepare_mutex_;  // held while that is done; guards is_prepared_
  mutable bool is_prepared_ = false;
};

}  // namespace leat::pages
