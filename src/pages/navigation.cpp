#include "pages/navigation.h"

#include <fmt/core.h>

#include <algorithm>

#include "pages/format.h"
#include "pages/html.h"
#include "pages/markup.h"

namespace leat::pages {

struct Navigation::Branch {
  std::string title, page;  // page: its id, "" for a folder without one
  double position = 1e9;
  std::vector<Branch> children;
  std::unordered_map<std::string, std::size_t> by_name;

  Branch& child(const std::string& wanted) {
    auto [found, is_new] = by_name.try_emplace(wanted, children.size());
    if (is_new) {
      children.emplace_back();
      children.back().title = title_of(wanted);
    }
    return children[found->second];
  }

  void sort() {
    by_name.clear();  // places change
    std::stable_sort(children.begin(), children.end(), [](const Branch& a, const Branch& b) {
      return a.position != b.position ? a.position < b.position : a.title < b.title;
    });
    for (Branch& each : children) each.sort();
  }
};

std::string title_for(const Page& page) {
  if (!page.title.empty()) return page.title;
  std::size_t slash = page.id.rfind('/');
  std::string last = page.id.substr(slash == std::string::npos ? 0 : slash + 1);
  std::replace(last.begin(), last.end(), '-', '_');
  return page.id == "index" ? "Home" : title_of(last);
}

Navigation::Navigation(const std::vector<Page>& pages) : tree_(std::make_unique<Branch>()) {
  for (const Page& page : pages) {
    bool hidden =
        page.front_matter["sidebar_link"].raw() == "false" || page.id.find('[') != std::string::npos;
    if (hidden) continue;
    Branch* at = tree_.get();
    std::string rest = page.id;
    for (std::size_t slash = rest.find('/'); slash != std::string::npos; slash = rest.find('/')) {
      at = &at->child(rest.substr(0, slash));
      rest = rest.substr(slash + 1);
    }
    at = &at->child(rest);
    at->page = page.id;
    at->title = title_for(page);
    std::string position = page.front_matter["sidebar_position"].raw();
    if (page.id == "index") at->position = -1;
    if (Cell number = parse_number(position); number.kind == Cell::Kind::number) at->position = number.number;
  }
  tree_->sort();
}

Navigation::~Navigation() = default;

void Navigation::write(const Branch& branch, const std::string& root, Text& out) {
  out.html += "<ul>";
  for (const Branch& each : branch.children) {
    std::string name = escape(each.title);
    if (each.page.empty()) {
      out.html += "<li><span>" + name + "</span>";
    } else {
      std::string link = site_link("/" + (each.page == "index" ? "" : each.page), root);
      out.html += fmt::format("<li><a href=\"{}\"", escape(link));
      out.marks.emplace(each.page, out.html.size());
      out.html += ">" + name + "</a>";
    }
    if (!each.children.empty()) write(each, root, out);
    out.html += "</li>";
  }
  out.html += "</ul>";
}

std::string Navigation::html(const std::string& current, const std::string& root) const {
  if (tree_->children.size() < 2 && (tree_->children.empty() || tree_->children[0].children.empty()))
    return "";
  std::shared_ptr<const Text> text;
  {
    std::lock_guard lock(mutex_);
    std::shared_ptr<const Text>& known = texts_[root];
    if (!known) {
      auto made = std::make_shared<Text>();
      write(*tree_, root, *made);
      known = std::move(made);
    }
    text = known;
  }
  std::string out = "<nav class=\"side\" aria-label=\"Pages\">";
  auto mark = text->marks.find(current);
  std::size_t at = mark == text->marks.end() ? text->html.size() : mark->second;
  out.append(text->html, 0, at);
  if (mark != text->marks.end()) out += " aria-current=\"page\"";
  out.append(text->html, at);
  return out + "</nav>\n";
}

}  // namespace leat::pages
