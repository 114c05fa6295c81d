// Site: the frame around a page's body, the runtime beside it, and writing both.
//
// Guarantees: files are written beside and renamed; nothing in them asks another host.
// Threads: any; two threads may write the same runtime.
// Errors: Error(file_io).
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pages/navigation.h"
#include "pages/page.h"
#include "pages/render.h"
#include "pages/site_look.h"

namespace leat::pages {

/// The pages of a site, and the list of them.
struct SitePages {
  const std::vector<Page>& pages;
  const Navigation& navigation;
};

/// A whole page; `id` is its own ("customers/ada" of customers/[customer]).
std::string page_html(const Page& page, const std::string& id, const Rendered& body, const SitePages& site,
                      const SiteLook& look, const std::string& built_at);
/// The design tokens of the light theme, as CSS.
std::string light_theme(const SiteLook& look);
/// How wide a chart of the page is in a window on a desk.
double chart_width(const Page& page, const Rendered& body, const SiteLook& look);
/// What stands in place of a page that can't be read.
std::string broken_html(const Page& page, const SitePages& site, const SiteLook& look);
/// All that a page's look and behaviour depend on beside itself.
std::string runtime_text();
void write_site_file(const std::string& path, std::string_view text);
/// Writes the runtime that all pages have.
void write_runtime(const std::string& output);
/// Writes the outlines of maps that a page needs.
void write_outlines(const std::string& output, const std::set<std::string, std::less<>>& files);
/// The way from a page to the site's folder: "../" for each folder that it is in.
std::string root_of(const std::string& id);
/// Copies the project's folder static/.
void copy_static(const std::string& root, const std::string& output);

}  // namespace leat::pages
