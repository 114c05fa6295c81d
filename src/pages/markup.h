// Markup: Markdown as HTML, with marks that hold the place of values and components while it is made.
//
// Guarantees: a mark that stands inside a tag is filled with escaped text, at the start of an address with a
// safe one. Threads: one thread a Markup. Errors: none. Source: md4c 0.4.8
#pragma once
#include <set>
#include <string>
#include <vector>

namespace leat::pages {

struct Part {
  std::string html;
  std::string plain;  ///< what stands for it inside a tag
  bool is_block = false;
};

class Markup {
 public:
  /// Keeps a part; the text that is returned stands for it in Markdown.
  std::string mark(Part part);
  /// Markdown as HTML, with the parts in their places.
  std::string html(const std::string& markdown) const;
  /// HTML with the parts in their places.
  std::string fill(const std::string& html) const;

 private:
  const Part* mark_at(const std::string& html, std::size_t at, std::size_t& size) const;

  std::vector<Part> parts_;
};

/// The addresses of the site in href, as they are written.
void collect_links(const std::string& html, std::set<std::string>& links);
/// Every address of the site ("/shop", href and src) as the file that it is in: `root` leads to the site's
/// folder.
std::string with_site_links(const std::string& html, const std::string& root);
/// One such address; others come back as they are.
std::string site_link(const std::string& url, const std::string& root);

}  // namespace leat::pages
