#include "dbt/selector.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/spec.h"
#include "dbt/select_method.h"

namespace leat::dbt {
namespace {

constexpr int kWholeGraph = 1 << 20;

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

class Graph {
 public:
  explicit Graph(const std::vector<Selectable>& items)
      : items_(items), up_(items.size()), down_(items.size()) {
    std::unordered_map<std::string_view, std::size_t> index;
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
          if (chosen[other]) continue;
          chosen[other] = true;
          next.push_back(other);
        }
      }
      edge = std::move(next);
    }
  }

  // Tests come along with what they test.
  void add_tests(std::vector<bool>& chosen, IndirectSelection how) const {
    if (how == IndirectSelection::empty) return;
    std::vector<bool> near = chosen;
    if (how == IndirectSelection::buildable) spread(near, kWholeGraph, true);
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (!items_[i].kind.ends_with("test") || chosen[i] || up_[i].empty()) continue;
      auto is_chosen = [&](std::size_t parent) {
        return bool(chosen[parent]) && !items_[parent].kind.ends_with("test");
      };
      auto is_near = [&](std::size_t parent) { return bool(near[parent]); };
      bool any = std::any_of(up_[i].begin(), up_[i].end(), is_chosen);
      chosen[i] =
          how == IndirectSelection::eager ? any : any && std::all_of(up_[i].begin(), up_[i].end(), is_near);
    }
  }

 private:
  const std::vector<Selectable>& items_;
  std::vector<std::vector<std::size_t>> up_, down_;
};

class Choice {
 public:
  Choice(const std::vector<Selectable>& items, IndirectSelection indirect)
      : items_(items), graph_(items), indirect_(indirect) {}

  // A union of arguments, each an intersection of terms. `strict`: a name that selects nothing is an error.
  std::vector<bool> all(const std::vector<std::string>& arguments, bool strict) const {
    std::vector<bool> total(items_.size());
    for (const std::string& argument : arguments) {
      std::size_t at = 0;
      while (at < argument.size()) {
        std::size_t space = std::min(argument.find(' ', at), argument.size());
        std::string_view word = std::string_view(argument).substr(at, space - at);
        at = space + 1;
        if (word.empty()) continue;
        std::vector<bool> both = intersection(word, strict);
        for (std::size_t i = 0; i < items_.size(); ++i) total[i] = total[i] || both[i];
      }
    }
    graph_.add_tests(total, indirect_);
    return total;
  }

 private:
  std::vector<bool> intersection(std::string_view word, bool strict) const {
    std::optional<std::vector<bool>> both;
    bool several = word.find(',') != std::string_view::npos;
    while (!word.empty()) {
      std::size_t comma = std::min(word.find(','), word.size());
      std::vector<bool> one = term(std::string(word.substr(0, comma)), strict);
      // Each part of an intersection brings its tests.
      if (several) graph_.add_tests(one, indirect_);
      word.remove_prefix(std::min(word.size(), comma + 1));
      if (both) {
        for (std::size_t i = 0; i < items_.size(); ++i) one[i] = one[i] && (*both)[i];
      }
      both = std::move(one);
    }
    return both ? *both : std::vector<bool>(items_.size());
  }

  std::vector<bool> term(const std::string& text, bool strict) const {
    Term term = parse_term(text);
    std::vector<bool> chosen(items_.size());
    bool any = false;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      chosen[i] = matches(term.method, term.pattern, items_[i]);
      any = any || chosen[i];
    }
    if (!any && strict && names_something(term.method)) refuse(text, term);
    std::vector<bool> below = chosen;
    if (term.at) {
      graph_.spread(below, kWholeGraph, false);
      graph_.spread(below, kWholeGraph, true);
      return below;
    }
    graph_.spread(below, term.down, false);
    graph_.spread(chosen, term.up, true);
    for (std::size_t i = 0; i < items_.size(); ++i) chosen[i] = chosen[i] || below[i];
    return chosen;
  }

  [[noreturn]] void refuse(const std::string& text, const Term& term) const {
    std::vector<std::string> names;
    for (const Selectable& item : items_) names.push_back(item.name);
    std::string near = nearest(term.pattern, names);
    throw Error(ErrorCode::cli_selection,
                fmt::format("`{}` selects nothing{}", text,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                "selection");
  }

  const std::vector<Selectable>& items_;
  Graph graph_;
  IndirectSelection indirect_;
};

}  // namespace

std::vector<bool> select(const std::vector<Selectable>& items, const Selection& selection) {
  if (selection.include.empty() && selection.exclude.empty()) return std::vector<bool>(items.size(), true);
  Choice choice(items, selection.indirect);
  std::vector<bool> chosen =
      selection.include.empty() ? std::vector<bool>(items.size(), true) : choice.all(selection.include, true);
  std::vector<bool> left_out = choice.all(selection.exclude, false);
  for (std::size_t i = 0; i < items.size(); ++i) chosen[i] = chosen[i] && !left_out[i];
  return chosen;
}

std::vector<bool> select(const std::vector<Selectable>& items, const std::vector<std::string>& include,
                         const std::vector<std::string>& exclude) {
  Selection selection;
  selection.include = include;
  selection.exclude = exclude;
  return select(items, selection);
}

}  // namespace leat::dbt
