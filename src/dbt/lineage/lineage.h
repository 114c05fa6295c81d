// Lineage: which columns are made of which: from the fields of a stream over sources and models to the
// queries of pages.
//
// Guarantees: an edge goes from a column to one that is made of it; columns that only filter, join or
//   order have none. Owners are the unique ids of nodes, "stream.CONNECTION.NAME", and
//   "page.ID.QUERY".
// Threads: one at a time while it is filled, then any.
// Owns: its texts.
// Errors: none.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dbt/lineage/plan.h"

namespace leat::dbt {

struct OwnedColumn {
  std::string owner, column;
  auto operator<=>(const OwnedColumn&) const = default;
};

struct LineageEdge {
  OwnedColumn from, to;
  bool itself = false;  ///< passed on as it is; else something is made of it
  int distance = 1;     ///< from the column that was asked for
};

class Lineage {
 public:
  /// Tells of an owner and its columns, in their order.
  void add_owner(const std::string& owner, std::vector<std::string> columns);
  void add_edge(const OwnedColumn& from, const OwnedColumn& to, bool itself);
  /// Tells that an owner's columns could not be followed.
  void add_gap(const std::string& owner, std::string why) { gaps_[owner] = std::move(why); }

  const std::map<std::string, std::vector<std::string>>& owners() const { return owners_; }
  const std::map<std::string, std::string>& gaps() const { return gaps_; }
  /// Every edge, by the column it goes to.
  std::vector<LineageEdge> edges() const;
  /// What a column is made of, near edges first.
  std::vector<LineageEdge> above(const OwnedColumn& column) const;
  /// What is made of a column, near edges first.
  std::vector<LineageEdge> below(const OwnedColumn& column) const;
  /// The columns that a text may mean: "amount", "orders.amount", "model.shop.orders.amount"; case is
  /// ignored.
  std::vector<OwnedColumn> find(std::string_view text) const;

 private:
  using Links = std::map<OwnedColumn, std::map<OwnedColumn, bool>>;
  static std::vector<LineageEdge> walk(const Links& links, const OwnedColumn& from, bool upward);

  std::map<std::string, std::vector<std::string>> owners_;
  std::map<std::string, std::string> gaps_;
  Links above_, below_;
};

/// The lineage as JSON: owners with their columns, edges, gaps.
std::string lineage_json(const Lineage& lineage);

}  // namespace leat::dbt
