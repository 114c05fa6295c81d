#include "dbt/selector.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/error.h"
#include "base/spec.h"

namespace leat::dbt {
namespace {

constexpr int kWholeGraph = 1 << 20;

bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// One term: [@][n][+]method:pattern[+][n]
struct Term {
  std::string method, pattern;
  int up = 0, down = 0;
  bool at = false;
};

Term parse_term(std::string_view text) {
  Term term;
  std::string_view whole = text;
  if (text.starts_with('@')) {
    term.at = true;
    text.remove_prefix(1);
  }
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (digits < text.size() && text[digits] == '+') {
    term.up = kWholeGraph;
    if (digits > 0) std::from_chars(text.data(), text.data() + digits, term.up);
    text.remove_prefix(digits + 1);
  }
  std::size_t end = text.size();
  while (end > 0 && text[end - 1] >= '0' && text[end - 1] <= '9') --end;
  if (end > 0 && text[end - 1] == '+') {
    term.down = kWholeGraph;
    if (end < text.size()) std::from_chars(text.data() + end, text.data() + text.size(), term.down);
    text = text.substr(0, end - 1);
  }
  if (std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    term.method = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  term.pattern = text;
  if (term.pattern.empty())
    throw Error(ErrorCode::dbt_selector, fmt::format("`{}` selects by nothing", whole), "selection");
  return term;
}

bool in_folder(const std::string& pattern, const std::string& path) {
  std::string folder = pattern;
  while (!folder.empty() && folder.back() == '/') folder.pop_back();
  return glob(pattern, path) || path == folder || path.starts_with(folder + "/");
}

// fqn matching: the last part alone, or the dotted parts from the front (a folder selects what is below it).
bool matches_fqn(const std::string& pattern, const Selectable& item) {
  if (item.fqn.empty()) return false;
  if (glob(pattern, item.fqn.back())) return true;
  std::string dotted;
  for (const std::string& part : item.fqn) {
    dotted += (dotted.empty() ? "" : ".") + part;
    if (glob(pattern, dotted)) return true;
  }
  // Without the package in front as well.
  dotted.clear();
  for (std::size_t i = 1; i < item.fqn.size(); ++i) {
    dotted += (dotted.empty() ? "" : ".") + item.fqn[i];
    if (glob(pattern, dotted)) return true;
  }
  return false;
}

bool matches(const Term& term, const Selectable& item) {
  const std::string& pattern = term.pattern;
  if (term.method == "tag")
    return std::any_of(item.tags.begin(), item.tags.end(),
                       [&](const std::string& tag) { return glob(pattern, tag); });
  if (term.method == "path") return in_folder(pattern, item.path);
  if (term.method == "file") {
    std::size_t slash = item.path.rfind('/');
    std::string file = slash == std::string::npos ? item.path : item.path.substr(slash + 1);
    return glob(pattern, file) || glob(pattern, file.substr(0, file.rfind('.')));
  }
  if (term.method == "resource_type") return item.kind == pattern;
  if (term.method == "package") return glob(pattern, item.package);
  if (term.method == "config.materialized") return glob(pattern, item.materialized);
  if (term.method == "test_name" || term.method == "stream" || term.method == "page" ||
      term.method == "model" || term.method == "seed") {
    return (term.method == "test_name" ? item.kind == "test" : item.kind == term.method) &&
           (glob(pattern, item.name) || glob(pattern, item.id));
  }
  if (term.method == "source") return item.kind == "source" && matches_fqn(pattern, item);
  if (term.method == "fqn") return matches_fqn(pattern, item);
  if (!term.method.empty()) {
    throw Error(ErrorCode::dbt_selector, fmt::format("`{}:` is no way to select", term.method), "selection")
        .fix(
            "There are tag:, path:, file:, source:, resource_type:, fqn:, package:, config.materialized:, "
            "stream:, page:.");
  }
  if (pattern.find('/') != std::string::npos) return in_folder(pattern, item.path);
  return glob(pattern, item.name) || glob(pattern, item.id) || matches_fqn(pattern, item);
}

class Graph {
 public:
  explicit Graph(const std::vector<Selectable>& items)
      : items_(items), up_(items.size()), down_(items.size()) {
    std::map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < items.size(); ++i) index[items[i].id] = i;
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (const std::string& id : items[i].upstream) {
        auto found = index.find(id);
        if (found == index.end()) continue;
        up_[i].push_back(found->second);
        down_[found->second].push_back(i);
      }
    }
  }
  void spread(std::vector<bool>& chosen, int steps, bool upward) const {
    std::vector<std::size_t> edge;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (chosen[i]) edge.push_back(i);
    }
    for (int step = 0; step < steps && !edge.empty(); ++step) {
      std::vector<std::size_t> next;
      for (std::size_t i : edge) {
        for (std::size_t other : upward ? up_[i] : down_[i]) {
          if (!chosen[other]) {
            chosen[other] = true;
            next.push_back(other);
          }
        }
      }
      edge = std::move(next);
    }
  }
  // Tests come along when everything they test is chosen, or (eagerly) anything of it.
  void add_tests(std::vector<bool>& chosen) const {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].kind != "test" || chosen[i]) continue;
      chosen[i] = std::any_of(up_[i].begin(), up_[i].end(), [&](std::size_t parent) {
        return bool(chosen[parent]) && items_[parent].kind != "test";
      });
    }
  }

 private:
  const std::vector<Selectable>& items_;
  std::vector<std::vector<std::size_t>> up_, down_;
};

std::vector<bool> select_term(const std::vector<Selectable>& items, const Graph& graph,
                              const std::string& text) {
  Term term = parse_term(text);
  std::vector<bool> chosen(items.size());
  bool any = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    chosen[i] = matches(term, items[i]);
    any = any || chosen[i];
  }
  if (!any) {
    std::vector<std::string> names;
    for (const Selectable& item : items) names.push_back(item.name);
    std::string near = nearest(term.pattern, names);
    throw Error(ErrorCode::cli_selection,
                fmt::format("`{}` selects nothing{}", text,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                "selection");
  }
  std::vector<bool> below = chosen;
  if (term.at) {
    graph.spread(below, kWholeGraph, false);
    graph.spread(below, kWholeGraph, true);
    return below;
  }
  graph.spread(below, term.down, false);
  graph.spread(chosen, term.up, true);
  for (std::size_t i = 0; i < items.size(); ++i) chosen[i] = chosen[i] || below[i];
  return chosen;
}

// A union of arguments, each an intersection of terms.
std::vector<bool> select_all(const std::vector<Selectable>& items, const Graph& graph,
                             const std::vector<std::string>& arguments) {
  std::vector<bool> total(items.size());
  for (const std::string& argument : arguments) {
    std::size_t at = 0;
    while (at < argument.size()) {
      std::size_t space = std::min(argument.find(' ', at), argument.size());
      std::string_view word = std::string_view(argument).substr(at, space - at);
      at = space + 1;
      if (word.empty()) continue;
      std::optional<std::vector<bool>> both;
      while (!word.empty()) {
        std::size_t comma = std::min(word.find(','), word.size());
        std::vector<bool> one = select_term(items, graph, std::string(word.substr(0, comma)));
        word.remove_prefix(std::min(word.size(), comma + 1));
        if (both) {
          for (std::size_t i = 0; i < items.size(); ++i) one[i] = one[i] && (*both)[i];
        }
        both = std::move(one);
      }
      for (std::size_t i = 0; i < items.size(); ++i) total[i] = total[i] || (*both)[i];
    }
  }
  graph.add_tests(total);
  return total;
}

}  // namespace

std::vector<bool> select(const std::vector<Selectable>& items, const std::vector<std::string>& include,
                         const std::vector<std::string>& exclude) {
  Graph graph(items);
  std::vector<bool> chosen =
      include.empty() ? std::vector<bool>(items.size(), true) : select_all(items, graph, include);
  if (!exclude.empty()) {
    std::vector<bool> left_out = select_all(items, graph, exclude);
    for (std::size_t i = 0; i < items.size(); ++i) chosen[i] = chosen[i] && !left_out[i];
  }
  return chosen;
}

}  // namespace leat::dbt
