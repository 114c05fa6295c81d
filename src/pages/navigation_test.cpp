#include "pages/navigation.h"

#include <doctest/doctest.h>

using namespace leat::pages;

namespace {

Page page(const std::string& id, const std::string& title, const std::string& front_matter = "{}") {
  Page made;
  made.id = id;
  made.title = title;
  made.front_matter = leat::document::parse_yaml(front_matter, id);
  return made;
}

}  // namespace

TEST_CASE("the list of pages marks the page that it stands on, and leads up as many folders as that is in") {
  std::vector<Page> pages = {
      page("index", "Start"),           page("sales/index_of_all", "All"),
      page("sales/north", "North"),     page("hidden", "Hidden", "{sidebar_link: false}"),
      page("customers/[customer]", ""), page("about-us", "", "{sidebar_position: 1}")};
  Navigation list(pages);
  CHECK(list.html("sales/north", "../") ==
        "<nav class=\"side\" aria-label=\"Pages\"><ul><li><a href=\"../index.html\">Start</a></li>"
        "<li><a href=\"../about-us.html\">About Us</a></li><li><span>Sales</span><ul>"
        "<li><a href=\"../sales/index_of_all.html\">All</a></li>"
        "<li><a href=\"../sales/north.html\" aria-current=\"page\">North</a></li></ul></li></ul></nav>\n");
  // The same text, another mark; none for a page that is not in the list.
  std::string other = list.html("sales/index_of_all", "../");
  CHECK(other.find("all.html\" aria-current=\"page\">All") != std::string::npos);
  CHECK(other.find("north.html\">North") != std::string::npos);
  CHECK(list.html("hidden", "").find("aria-current") == std::string::npos);
  CHECK(list.html("index", "").find("href=\"index.html\" aria-current") != std::string::npos);
}

TEST_CASE("a site of one page has no list") {
  std::vector<Page> pages = {page("index", "Start")};
  CHECK(Navigation(pages).html("index", "") == "");
}
