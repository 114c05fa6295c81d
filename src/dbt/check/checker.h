// Checker: understands the SQL of a project's nodes before anything runs: each is compiled and
// bound over empty relations of the known types, in the order of the graph.
//
// Guarantees: no statement of a node reaches the warehouse: it is asked only for names and
//   types of columns. A node that can't be judged without rows (its SQL asks the warehouse, it
//   reads relations or calls functions of unknown shape) is left out with the reason, never
//   refused.
// Threads: one at a time, before any build; blocks its caller.
// Owns: nothing.
// Errors: those of the warehouse's session; what is wrong with the SQL is in the report.
#pragma once
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dbt/build.h"
#include "dbt/check/mistake.h"

namespace leat::dbt {

struct CheckReport {
  std::vector<Mistake> mistakes;  ///< in the order of the graph
  struct Unchecked {
    const Node* node = nullptr;
    std::string why;
  };
  std::vector<Unchecked> unchecked;
  std::size_t checked = 0;
};

class Bench;

/// Who is told what the bench has understood, while it stands.
class BenchListener {
 public:
  virtual ~BenchListener() = default;
  /// A seed, source or node is on the bench; `sql` is "" for those without code.
  virtual void on_bound(const Node& node, const std::string& sql, Bench& bench) = 0;
  /// All nodes were looked at.
  virtual void on_finished(Bench& bench) = 0;
};

struct CheckInputs {
  sql::Adapter* warehouse = nullptr;
  /// DuckDB: an empty database in memory; PostgreSQL: another session of the target. An empty DuckDB for
  /// another engine's project follows its SQL as far as DuckDB understands it, and names no mistakes.
  sql::Adapter* session = nullptr;
  /// The columns of a source's table that a stream will make in this run; nullopt where none does. May be
  /// null.
  std::function<std::optional<std::vector<sql::RelationColumn>>(const Node&)> landing;
  BenchListener* listener = nullptr;
};

/// Checks the chosen nodes (by unique id) over what stands above them.
CheckReport check(const Project& project, const NodeBuilder& builder, const CheckInputs& inputs,
                  const std::set<std::string>& chosen);

}  // namespace leat::dbt
