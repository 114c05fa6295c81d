#include "dbt/selection_tree.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "dbt/select_method.h"

namespace leat::dbt {
namespace {

using Set = std::vector<bool>;

bool is_empty(const Set& set) {
  return std::find(set.begin(), set.end(), true) == set.end();
}

void add(Set& all, const Set& more) {
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = all[i] || more[i];
}

// Depths beyond any graph are the whole graph.
std::optional<int> depth_of(std::string_view digits) {
  int depth = 0;
  auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), depth);
  if (digits.empty() || problem != std::errc()) return std::nullopt;
  return depth;
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

}  // namespace

SelectionTerm parse_selection_term(std::string_view text, IndirectSelection indirect) {
  SelectionTerm term;
  term.text = text;
  term.indirect = indirect;
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.starts_with('@')) {
    term.at = true;
    text.remove_prefix(1);
  }
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits < text.size() && text[digits] == '+') {
    term.up = true;
    term.up_depth = depth_of(text.substr(0, digits));
    text.remove_prefix(digits + 1);
  }
  std::size_t end = text.size();
  while (end > 0 && is_digit(text[end - 1])) --end;
  if (end > 0 && text[end - 1] == '+') {
    term.down = true;
    term.down_depth = depth_of(text.substr(end));
    text = text.substr(0, end - 1);
  }
  std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && colon > 0 &&
      std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), is_word_character)) {
    term.method = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  term.pattern = text;
  if (term.at && term.down)
    throw Error(ErrorCode::dbt_selector, fmt::format("`{}` has both `@` and a `+` at its end", term.text),
                "selection")
        .fix("`@` takes all that is below along already: leave the `+` out.");
  return term;
}

// Most selections name nodes and ask for no edge.
const SelectionGraph::Edges& SelectionGraph::edges() const {
  if (edges_) return *edges_;
  std::size_t count = items_.size();
  Edges& found =
      edges_.emplace(Edges{std::vector<std::vector<std::size_t>>(count),
                           std::vector<std::vector<std::size_t>>(count), std::vector<bool>(count)});
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < count; ++i) index[items_[i].id] = i;
  for (std::size_t i = 0; i < count; ++i) {
    for (const std::string& id : items_[i].upstream) {
      auto above = index.find(id);
      if (above == index.end()) {
        found.reads_others[i] = true;
        continue;
      }
      found.up[i].push_back(above->second);
      found.down[above->second].push_back(i);
    }
  }
  return found;
}

std::vector<bool> SelectionGraph::select(const SelectionTree& tree,
                                         const NothingSelected& when_nothing) const {
  return evaluate(tree, when_nothing).direct;
}

// What is reached by steps; where it began counts only when it is reached from another start.
Set SelectionGraph::reached(const Set& from, std::optional<int> depth, bool upward) const {
  Set found(items_.size());
  std::vector<std::size_t> edge;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i]) edge.push_back(i);
  }
  for (int step = 0; !edge.empty() && (!depth || step < *depth); ++step) {
    std::vector<std::size_t> next;
    for (std::size_t i : edge) {
      for (std::size_t other : upward ? edges().up[i] : edges().down[i]) {
        if (found[other]) continue;
        found[other] = true;
        next.push_back(other);
      }
    }
    edge = std::move(next);
  }
  return found;
}

bool SelectionGraph::reads_only(std::size_t item, const Set& of) const {
  const std::vector<std::size_t>& up = edges().up[item];
  return !edges().reads_others[item] &&
         std::all_of(up.begin(), up.end(), [&](std::size_t parent) { return bool(of[parent]); });
}

// Tests that read anything of what is selected.
void SelectionGraph::add_readers(const Set& selected, Set& tests) const {
  std::unordered_set<std::string_view> ids;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (selected[i]) ids.insert(items_[i].id);
  }
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Selectable& item = items_[i];
    if (!tests[i] && item.kind.ends_with("test"))
      tests[i] = std::any_of(item.upstream.begin(), item.upstream.end(),
                             [&](const std::string& id) { return ids.contains(id); });
  }
}

SelectionGraph::Sets SelectionGraph::with_tests(Set selected, IndirectSelection how) const {
  Sets sets{selected, Set(items_.size())};
  if (how == IndirectSelection::empty) return sets;
  if (how == IndirectSelection::eager) {
    add_readers(selected, sets.direct);
    return sets;
  }
  Set near;
  if (how == IndirectSelection::buildable) {
    near = reached(selected, std::nullopt, true);
    for (std::size_t i = 0; i < items_.size(); ++i)
      near[i] = near[i] || selected[i] || items_[i].kind == "source";
  }
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (!selected[i]) continue;
    for (std::size_t test : edges().down[i]) {
      if (!items_[test].kind.ends_with("test")) continue;
      bool joins =
          reads_only(test, selected) || (how == IndirectSelection::buildable && reads_only(test, near));
      (joins ? sets.direct : sets.more)[test] = true;
    }
  }
  return sets;
}

void SelectionGraph::join_tests(Set& direct, const Set& more, IndirectSelection how) const {
  if (how != IndirectSelection::cautious && how != IndirectSelection::buildable) return;
  Set near = direct;
  if (how == IndirectSelection::buildable) add(near, reached(direct, std::nullopt, true));
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (more[i] && !direct[i] && items_[i].kind == "test" && reads_only(i, near)) direct[i] = true;
  }
}

SelectionGraph::Sets SelectionGraph::evaluate_term(const SelectionTerm& term,
                                                   const SelectionTerm** nothing) const {
  Set chosen(items_.size());
  if (term.pattern.empty()) return {chosen, chosen};
  SelectMethod method(term.method, term.pattern, items_);
  for (std::size_t i = 0; i < items_.size(); ++i) chosen[i] = method.fits(items_[i]);
  if (nothing && !*nothing && method.names_something() && is_empty(chosen)) *nothing = &term;
  Set selected = chosen;
  if (term.at) {
    add(selected, reached(chosen, std::nullopt, false));
    add(selected, reached(selected, std::nullopt, true));
  }
  if (term.up) add(selected, reached(chosen, term.up_depth, true));
  if (term.down) add(selected, reached(chosen, term.down_depth, false));
  return with_tests(std::move(selected), term.indirect);
}

SelectionGraph::Sets SelectionGraph::combine(const SelectionTree& tree,
                                             const std::vector<Sets>& parts) const {
  Sets total{Set(items_.size()), Set(items_.size())};
  for (std::size_t i = 0; i < items_.size(); ++i) {
    for (std::size_t part = 0; part < parts.size(); ++part) {
      bool direct = parts[part].direct[i], more = direct || parts[part].more[i];
      if (part == 0) {
        total.direct[i] = direct;
        total.more[i] = more;
      } else if (tree.kind == SelectionTree::Kind::all_of) {
        total.direct[i] = total.direct[i] && direct;
        total.more[i] = total.more[i] && more;
      } else if (tree.kind == SelectionTree::Kind::any_of) {
        total.direct[i] = total.direct[i] || direct;
        total.more[i] = total.more[i] || more;
      } else {
        total.direct[i] = total.direct[i] && !direct;
        total.more[i] = total.more[i] && !more;
      }
    }
  }
  join_tests(total.direct, total.more, tree.indirect);
  return total;
}

SelectionGraph::Sets SelectionGraph::evaluate(const SelectionTree& tree,
                                              const NothingSelected& when_nothing) const {
  if (tree.kind == SelectionTree::Kind::term) return evaluate_term(tree.term, nullptr);
  const SelectionTerm* nothing = nullptr;
  std::vector<Sets> parts;
  for (const SelectionTree& part : tree.parts) {
    parts.push_back(part.kind == SelectionTree::Kind::term ? evaluate_term(part.term, &nothing)
                                                           : evaluate(part, when_nothing));
  }
  Sets total = combine(tree, parts);
  if (tree.is_word && when_nothing && (nothing || is_empty(total.direct))) when_nothing(tree.text, nothing);
  return total;
}

}  // namespace leat::dbt
