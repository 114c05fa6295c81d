// Adapter: one session of a SQL engine: execute, query, introspect, cancel.
//
// Guarantees: an Adapter is one session: temporary tables and BEGIN … COMMIT hold across calls.
// Threads: one thread at a time, except cancel(), which any thread may call at any time (ADBC's rule).
// Owns: its session; a QueryResult is independent of it.
// Errors: Error(warehouse_sql) with the engine's message and, where it tells, the line of the statement;
//   Error(warehouse_cancelled) after cancel().
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "batch/record_batch.h"
#include "sql/relation.h"

namespace leat::sql {

/// The rows of a query, in columns. `native_types[i]` is the engine's name of column i's type.
struct QueryResult {
  batch::SchemaPtr schema;
  std::vector<std::string> native_types;
  std::vector<batch::RecordBatch> batches;
  std::int64_t rows() const {
    std::int64_t total = 0;
    for (const auto& batch : batches) total += static_cast<std::int64_t>(batch.rows());
    return total;
  }
};

struct RelationColumn {
  std::string name;
  std::string native_type;  ///< "VARCHAR", "numeric(10,2)"
  std::optional<batch::Type> type;
};

/// What an engine has against a statement.
struct Objection {
  std::string code;  ///< the engine's own: "42703", "Binder/COLUMN_NOT_FOUND"
  std::string text;
  std::string hint;                     ///< the engine's advice, "" for none
  std::string name;                     ///< of what is missing, "" where the engine does not say
  std::vector<std::string> candidates;  ///< near names that there are
  std::optional<std::size_t> offset;    ///< in bytes from the statement's begin
};

/// A row of texts that tells of a transaction's work and is committed with it.
struct Record {
  Relation table;
  /// One a column, in the table's order, each cast to the column's type. None: no row is added.
  std::vector<std::string> values;
  std::string before;  ///< statements to run first (they take an earlier row away), "" for none
};

class Adapter {
 public:
  virtual ~Adapter() = default;
  virtual const Dialect& dialect() const = 0;
  /// The database that the session is connected to.
  virtual std::string database() = 0;

  /// Runs one or more statements; returns the rows that the last one changed (0 for DDL, -1 where unknown).
  virtual std::int64_t execute(const std::string& sql) = 0;
  /// As execute(), and returns what the engine has against the statement instead of throwing it. A session
  /// that is lost is thrown all the same.
  virtual std::optional<Objection> try_execute(const std::string& sql);
  /// Adds the record and commits the transaction that is open, as cheaply as the engine can.
  virtual void commit(const Record& record);
  /// Runs one statement and returns its rows. Error(warehouse_sql) when there are more than `rows_max`.
  virtual QueryResult query(const std::string& sql, std::int64_t rows_max = 10'000'000) = 0;

  /// Inserts rows of texts into a relation as SQL names it, each cast to its column's type, faster than
  /// statements do. False where the engine has no such way; nothing is done then.
  virtual bool insert_texts(const std::string& relation, const std::vector<std::string>& types,
                            const batch::RecordBatch& rows);

  /// Every schema of the database.
  virtual std::vector<std::string> list_schemas() = 0;
  /// Every table and view of a schema (no error when the schema does not exist).
  virtual std::vector<Relation> list_relations(const std::string& schema) = 0;
  /// The relation of that schema and name as it is there, nullopt when it is not. Names are compared as the
  /// engine does.
  virtual std::optional<Relation> find_relation(const Relation& wanted);
  /// The columns of a relation in order; nullopt when there is no such relation.
  virtual std::optional<std::vector<RelationColumn>> columns(const Relation& relation) = 0;
  virtual void create_schema(const std::string& schema) = 0;
  /// Drops a relation of its kind, with what depends on it; no error when it is not there.
  virtual void drop(const Relation& relation) = 0;
  /// Renames within the schema.
  virtual void rename(const Relation& relation, const std::string& identifier) = 0;

  /// Stops the statement that runs now, if any.
  virtual void cancel() = 0;
};

}  // namespace leat::sql
