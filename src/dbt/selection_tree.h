// SelectionTree: what a selection means, and its evaluation over a graph.
//
// Guarantees: each part of a tree gives two sets: what it selects, and the tests that would come
//   along if more of what they read were selected; unions, intersections and differences are
//   taken of both, and tests whose inputs are together then join (cautious and buildable
//   selection).
// Threads: one; functions are pure.
// Owns: nothing of the items, which have to outlive a SelectionGraph.
// Errors: those of SelectMethod; Error(dbt_selector) for a malformed term.
// Source: https://docs.getdbt.com/reference/node-selection/test-selection-examples
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dbt/selector.h"

namespace leat::dbt {

/// One term: [@][n][+]method:pattern[+][n]
struct SelectionTerm {
  std::string text;  ///< as it was written
  std::string method, pattern;
  bool at = false, up = false, down = false;
  std::optional<int> up_depth, down_depth;  ///< unset: the whole graph
  IndirectSelection indirect = IndirectSelection::eager;
};

/// Reads a term; an empty pattern selects nothing.
SelectionTerm parse_selection_term(std::string_view text, IndirectSelection indirect);

struct SelectionTree {
  enum class Kind { term, all_of, any_of, without };
  Kind kind = Kind::any_of;
  SelectionTerm term;                ///< of Kind::term
  std::vector<SelectionTree> parts;  ///< Kind::without: the first part without the others
  IndirectSelection indirect = IndirectSelection::eager;
  bool is_word = false;  ///< a word of a command line: what selects nothing is told
  std::string text;      ///< of a word
};

/// Is told of a word, and of the term in it that selects nothing and names something (or nullptr).
using NothingSelected = std::function<void(const std::string& word, const SelectionTerm* term)>;

/// The graph of the items.
class SelectionGraph {
 public:
  explicit SelectionGraph(const std::vector<Selectable>& items) : items_(items) {}
  std::vector<bool> select(const SelectionTree& tree, const NothingSelected& when_nothing) const;

 private:
  using Set = std::vector<bool>;
  struct Edges {
    std::vector<std::vector<std::size_t>> up, down;
    std::vector<bool> reads_others;  // of something that is not among the items
  };
  struct Sets {
    Set direct, more;  // `more`: tests that may join
  };
  Sets evaluate(const SelectionTree& tree, const NothingSelected& when_nothing) const;
  Sets evaluate_term(const SelectionTerm& term, const SelectionTerm** nothing) const;
  Sets combine(const SelectionTree& tree, const std::vector<Sets>& parts) const;
  Sets with_tests(Set selected, IndirectSelection how) const;
  void join_tests(Set& direct, const Set& more, IndirectSelection how) const;
  Set reached(const Set& from, std::optional<int> depth, bool upward) const;
  bool reads_only(std::size_t item, const Set& of) const;
  void add_readers(const Set& selected, Set& tests) const;
  const Edges& edges() const;

  const std::vector<Selectable>& items_;
  mutable std::optional<Edges> edges_;  // found when a term asks for them
};

}  // namespace leat::dbt
