// Navigation: the list of a site's pages, which stands on each of them.
//
// Guarantees: its tree is made once, its text once for each depth of folders, so that a page costs no more
// than the copy
//   of its text.
// Threads: any. Owns: what it needs of the pages. Errors: none.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "pages/page.h"

namespace leat::pages {

/// A page's title, or one made of its name.
std::string title_for(const Page& page);

class Navigation {
 public:
  explicit Navigation(const std::vector<Page>& pages);
  ~Navigation();
  /// The list as <nav>, with `current` marked; "" where there is only one page.
  std::string html(const std::string& current, const std::string& root) const;

 private:
  struct Branch;
  struct Text {
    std::string html;
    std::unordered_map<std::string, std::size_t> marks;  // where a page's link takes the mark
  };
  static void write(const Branch& branch, const std::string& root, Text& out);

  std::unique_ptr<Branch> tree_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const Text>> texts_;  // by root
};

}  // namespace leat::pages
