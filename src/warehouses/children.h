// Children: tables of the elements of nested lists, each with the key of its row: orders.items ->
// orders__items.
//
// Guarantees: after a load a child table holds an element for each element of its column in the parent table,
//   no more and no less: for the keys that the load touched it is made again, in the load's transaction.
//   Columns: the parent's key, `_index` (from 0), one for each member of the elements, `value` for elements
//   that are no objects. A member's type is bigint, double, boolean or text, nested ones stay JSON; it widens
//   to text.
// Threads: the caller's.
// Errors: as the session's; Error(config_invalid) for a warehouse that can't.
#pragma once
#include <string>
#include <vector>

#include "stream/destination.h"
#include "warehouses/apply.h"

namespace leat::warehouses {

class Children {
 public:
  Children(Session& session, const sql::Dialect& dialect, const stream::Target& target);
  /// Remembers which keys the stage touches. Call before it is merged.
  void note_keys(const sql::Relation& stage);
  /// Makes the child tables again: for the noted keys, or for every row where none were noted.
  void make(const std::vector<stream::ChildTable>& children);

 private:
  struct Field {
    std::string name;  // of the member; "" is the element itself
    batch::Type type;
  };
  void make_one(const stream::ChildTable& child);
  std::string elements(const stream::ChildTable& child) const;
  std::vector<Field> fields(const stream::ChildTable& child);
  void fit_table(const sql::Relation& table, const stream::ChildTable& child, std::vector<Field>& fields);
  std::string extract(const Field& field) const;
  std::string keys(std::string_view prefix) const;
  std::string keys_match(std::string_view a, std::string_view b) const;

  Session& session_;
  const sql::Dialect& dialect_;
  const stream::Target& target_;
  const bool is_duckdb_;
  bool has_keys_ = false;
};

}  // namespace leat::warehouses
