// ChangeTables: the tables of a stream of changes: how they are now, how the warehouse knows them, and which
// have to be read whole again because a change of their definition tells nothing of their rows.
//
// Guarantees: changes of a table that is stale, or that its last whole read has in it, are not wanted.
// Threads: one.
// Owns: the changes under way.
// Errors: as the session's.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sources/postgres/change_state.h"
#include "sources/postgres/table_changes.h"
#include "stream/source.h"

namespace leat::sources::postgres {

/// The streams that a table's changes make: the table, and the log of its changes where it is asked for.
std::vector<stream::Stream> change_streams(const Table& table, const Options& options);

/// A table that is read: where its rows go, and what is known of it.
struct ChangeTable {
  Table table;
  std::vector<ColumnPlan> plans;
  std::size_t index = 0;
  std::optional<std::size_t> log;
  std::unique_ptr<TableChanges> changes;
  std::string stale;                     ///< why it has to be read whole; "" where it has not
  Lsn from = 0;                          ///< changes that were committed before are in it already
  std::optional<Unfinished> unfinished;  ///< stale: how far it was read
};

class ChangeTables {
 public:
  /// What is flushed goes to `sink`; `state` is kept up to date. All outlive the tables.
  ChangeTables(const Options& options, ChangeState& state, stream::Sink& sink)
      : options_(options), state_(state), sink_(sink) {}
  /// Takes the tables as they are now, for the selections' streams.
  void adopt(std::vector<Table>&& tables, std::span<const stream::Selection> selections);
  /// Looks how the tables differ from what the state knows: they grow, or are stale.
  void compare(std::vector<Table>&& now);
  void compare();
  /// Marks all as stale.
  void forget(const std::string& why);

  /// Takes a relation message of the transaction that commits at `lsn`.
  void learn(const Message& message, Lsn lsn, Session& session);
  /// The table whose change of that transaction is wanted, or nullptr; `columns`: its columns as they are
  /// sent.
  ChangeTable* wanted(std::uint32_t relation, Lsn lsn, const std::vector<int>** columns = nullptr);
  /// Says how far a stale table is read: the next state tells it.
  void read_so_far(ChangeTable& table, const Unfinished& unfinished);
  /// Says that the table was read whole, with the changes that were committed before `from`.
  void refreshed(ChangeTable& table, Lsn from);
  /// Hands over the changes under way.
  void flush();

  const std::vector<std::unique_ptr<ChangeTable>>& all() const { return tables_; }
  bool has(const std::string& stream) const;
  bool any_stale() const;
  bool all_stale() const;
  bool any_unfinished() const;
  /// True where every value can be sent in its binary form.
  bool are_binary() const;

 private:
  // A relation of the stream, by the number that its messages have.
  struct Relation {
    ChangeTable* to = nullptr;
    std::vector<RelationColumn> sent;
    std::vector<int> columns;
  };
  ChangeTable* find(std::string_view schema, std::string_view name);
  ChangeTable* find(const Message& message, Session& session);
  void look_at(ChangeTable& table, Table&& now);
  void replace(ChangeTable& table, Table&& now);
  void map_columns(Relation& relation) const;
  void mark(ChangeTable& table, std::string why);

  const Options& options_;
  ChangeState& state_;
  stream::Sink& sink_;
  std::vector<std::unique_ptr<ChangeTable>> tables_;
  std::map<std::uint32_t, Relation> relations_;
  std::uint32_t last_number_ = 0;  // of the relation that was wanted last
  Relation* last_ = nullptr;
};

}  // namespace leat::sources::postgres
