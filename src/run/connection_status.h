// ConnectionStatus: a connection as people look after it: its streams, what their last loads did, what
// changed in their schemas, where they will go on, how far behind they are.
//
// Guarantees: connection_statuses() reads the history only; warehouse_facts() asks the warehouse for the
//   rest.
// Threads: those of Store and Adapter.
// Errors: warehouse_facts() throws those of the adapter.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "run/project_file.h"
#include "run/store/store.h"
#include "sql/adapter.h"

namespace leat::run {

/// One load of a stream, as its end was told.
struct StreamLoad {
  std::string at, status, error;
  std::int64_t rows_read = 0, rows_inserted = 0, rows_updated = 0, rows_unchanged = 0, rows_rejected = 0;
  std::int64_t bytes = 0, took_ms = 0;
};

struct SchemaChange {
  std::string at, stream, change, column, detail;
};

struct StreamStatus {
  std::string name, table, mode, cursor;
  std::vector<std::string> primary_key;
  std::vector<StreamLoad> loads;  ///< newest first
};

/// How far a stream of changes is behind, when it was last told.
struct ChangesLag {
  std::string at;
  std::int64_t bytes = 0, seconds = 0, held_bytes = 0;
};

struct ConnectionStatus {
  std::string name, source, schema, destination;  ///< source: its type; destination: "" for the run's target
  std::vector<StreamStatus> streams;
  std::vector<SchemaChange> changes;  ///< newest first
  std::optional<ChangesLag> lag;
};

/// Every connection, each stream with at most `loads_max` loads.
std::vector<ConnectionStatus> connection_statuses(const ProjectFile& project, Store& store,
                                                  std::size_t loads_max);

/// What the warehouse keeps of a stream.
struct StreamFacts {
  std::string stream, state, state_at;  ///< state: JSON, as the source reads it
  std::int64_t dead_letters = 0;
};
std::vector<StreamFacts> warehouse_facts(sql::Adapter& adapter, const std::string& connection);

}  // namespace leat::run
