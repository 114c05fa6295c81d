#include "dbt/selector.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/spec.h"
#include "dbt/selection_tree.h"

namespace leat::dbt {
namespace {

using Kind = SelectionTree::Kind;

// Words are united; what stands between the commas of a word is intersected.
SelectionTree parse_words(const std::vector<std::string>& arguments, IndirectSelection indirect,
                          bool is_told) {
  SelectionTree all;
  all.indirect = indirect;
  for (const std::string& argument : arguments) {
    for (std::size_t at = 0; at < argument.size();) {
      std::size_t space = std::min(argument.find_first_of(" \t\r\n", at), argument.size());
      std::string word = argument.substr(at, space - at);
      at = space + 1;
      if (word.empty()) continue;
      SelectionTree both;
      both.kind = Kind::all_of;
      both.indirect = indirect;
      both.is_word = is_told;
      both.text = word;
      for (std::size_t from = 0; from <= word.size();) {
        std::size_t comma = std::min(word.find(',', from), word.size());
        SelectionTree& part = both.parts.emplace_back();
        part.kind = Kind::term;
        part.term = parse_selection_term(std::string_view(word).substr(from, comma - from), indirect);
        from = comma + 1;
      }
      all.parts.push_back(std::move(both));
    }
  }
  return all;
}

[[noreturn]] void refuse(const std::vector<Selectable>& items, const SelectionTerm& term) {
  std::vector<std::string> names;
  for (const Selectable& item : items) names.push_back(item.name);
  std::string near = nearest(term.pattern, names);
  throw Error(ErrorCode::cli_selection,
              fmt::format("`{}` selects nothing{}", term.text,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              "selection");
}

}  // namespace

std::vector<bool> select(const std::vector<Selectable>& items, const Selection& selection) {
  SelectionGraph graph(items);
  NothingSelected told = [&](const std::string& word, const SelectionTerm* term) {
    if (selection.when_nothing) {
      selection.when_nothing(word);
    } else if (term) {
      refuse(items, *term);
    }
  };
  if (selection.include.empty() && selection.exclude.empty()) return std::vector<bool>(items.size(), true);
  SelectionTree tree;
  tree.kind = Kind::without;
  tree.parts.push_back(parse_words(selection.include, selection.indirect, true));
  if (selection.include.empty()) {
    // Everything: nothing of it has to come along.
    std::vector<bool> chosen(items.size(), true);
    std::vector<bool> left_out =
        graph.select(parse_words(selection.exclude, selection.indirect, false), told);
    for (std::size_t i = 0; i < items.size(); ++i) chosen[i] = !left_out[i];
    return chosen;
  }
  tree.parts.push_back(parse_words(selection.exclude, selection.indirect, bool(selection.when_nothing)));
  return graph.select(tree, told);
}

std::vector<bool> select(const std::vector<Selectable>& items, const std::vector<std::string>& include,
                         const std::vector<std::string>& exclude) {
  Selection selection;
  selection.include = include;
  selection.exclude = exclude;
  return select(items, selection);
}

}  // namespace leat::dbt
