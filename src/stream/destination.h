// Destination: takes rows exactly once. Load: one unit of rows that becomes visible together with its State.
//
// Guarantees: commit() makes rows, state, bookkeeping and dead letters durable in one transaction; a Load
//   destroyed without commit (or a process that dies) leaves the target and the state as they were.
//   Bookkeeping lives in the schema `_leat` of the destination: state, loads, dead_letters (columns:
//   docs/formats/bookkeeping.md).
// Threads: one thread at a time for a Destination and its Loads; several Destinations may be open side by
//   side.
// Owns: after write() the Load owns the batch. A Load must not outlive its Destination.
// Errors: Error(warehouse_…); an error in write or commit leaves nothing behind.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "batch/record_batch.h"
#include "stream/stream.h"

namespace leat::stream {

/// How staged rows meet the table's rows of the same key, in append_dedup.
enum class MergeStrategy {
  merge,          ///< the newer row by cursor replaces the older; equal rows are left alone
  delete_insert,  ///< rows with a staged merge key go, then all staged rows come
  insert_only,    ///< a key that is there already keeps its row
};
/// "merge", "delete_insert" or "insert_only"; nullopt for none of them.
std::optional<MergeStrategy> parse_merge_strategy(std::string_view name);

/// A table of the elements of a nested column of lists.
struct ChildTable {
  std::string column, table;
};

/// Where a Load goes.
struct Target {
  std::string connection, stream;        ///< the key of the state
  std::string schema, table;             ///< the final relation; both are created when absent
  batch::SchemaPtr columns;              ///< what is known now; batches may bring more (the table is widened)
  std::vector<std::string> primary_key;  ///< needed by the dedup modes and scd2
  std::string cursor_field;              ///< orders rows of one key; "" means by arrival
  WriteMode mode = WriteMode::append;
  MergeStrategy strategy = MergeStrategy::merge;
  std::vector<std::string> merge_key;  ///< of delete_insert; empty means the primary key
  /// A row whose value here is neither null nor false says that its key was deleted; "" where there is none.
  std::string delete_column;
  bool deletes_hard = false;  ///< such rows leave the table; else they stay, marked
  bool is_newest = false;     ///< the load holds one row a key, newer than the table's
  bool clears = false;        ///< all rows of the table are deleted (or marked) before those of the load come
  /// The load's rows without key: those that tell a deletion take away one equal row of the table each.
  bool is_bag = false;
  bool has_children = false;  ///< Commit::children may name some; needs a primary key
  bool is_complete = false;  ///< the load holds every row of the source: scd2 closes the keys that are absent
  std::string metadata_prefix =
      "_airbyte_";  ///< of raw_id, extracted_at, meta, generation_id; "" leaves them out
  std::int64_t generation = 0;
};

/// What commit() records beside the rows.
struct Commit {
  State state;            ///< unchanged when empty (a windowed backfill)
  std::string partition;  ///< the slice that was read, "" where there is none
  std::string load_id;
  std::string run_id;
  Timestamp started_at, committed_at;
  std::int64_t bytes_read = 0;
  std::vector<RejectedRecord> rejected;
  std::vector<batch::Column> columns;        ///< what arrived, for _leat.schema_versions
  std::vector<ChildTable> children;          ///< made again for the keys that the rows touch
  std::vector<std::string> letters_retried;  ///< ids of dead letters that these rows stand for; they go
};

/// How a destination names columns.
struct Naming {
  std::size_t bytes_max = 255;  ///< longer names are cut and end with a hash
  bool folds_case = false;      ///< "Id" and "ID" are one column
};

/// A value that a destination can't store.
struct Misfit {
  std::size_t row, column;
  std::string reason;  ///< a sentence without its end
};

/// The columns that scd2 adds: from when to when a version held; valid_to is null for the one that holds.
inline constexpr std::string_view kValidFrom = "valid_from", kValidTo = "valid_to";

/// A column of a batch that reaches no table: the columns (",a,b,") whose stored values the row keeps, null
/// for none. Beside it stand the key's columns as the table has them, by this prefix.
inline constexpr std::string_view kKeptColumn = "_leat_kept", kStoredKeyPrefix = "_leat_was_";
/// True for the names of such columns.
inline bool is_for_loading(std::string_view column) {
  return column == kKeptColumn || column.starts_with(kStoredKeyPrefix);
}

struct LoadResult {
  std::int64_t rows_staged = 0;     ///< rows given to write()
  std::int64_t rows_inserted = 0;   ///< keys that were new
  std::int64_t rows_updated = 0;    ///< keys whose row changed
  std::int64_t rows_unchanged = 0;  ///< repeated or identical rows that were left alone
  std::int64_t rows_deleted = 0;    ///< rows that a replaced table held, keys that a deletion took away
  bool is_pending = false;          ///< all but rows_staged come with commit_together()
  std::int64_t rows_changed() const { return rows_inserted + rows_updated + rows_deleted; }
};

class Load {
 public:
  virtual ~Load() = default;
  /// Stages a batch; nothing is visible yet.
  virtual void write(batch::RecordBatch&& batch) = 0;
  /// Merges the staged rows by the target's mode and commits them with the state. Requires: called at most
  /// once, last.
  virtual LoadResult commit(const Commit& commit) = 0;
};

class Destination {
 public:
  virtual ~Destination() = default;
  /// Opens a load. Requires: no other load of this Destination is open.
  virtual std::unique_ptr<Load> begin(const Target& target) = 0;
  /// The columns of a table as it stands, Leat's own left out; empty when there is none.
  virtual std::vector<batch::Column> columns(const Target& target) = 0;
  /// The columns that the last load of a stream brought; empty before the first.
  virtual std::vector<batch::Column> last_columns(const std::string& connection,
                                                  const std::string& stream) = 0;
  virtual Naming naming() const { return {}; }
  /// Opens a transaction that the loads (into `schema`, which is made before) and states until
  /// commit_together() share; false where they can't.
  virtual bool begin_together(const std::string& /*schema*/) { return false; }
  /// Commits it; the results of the loads whose commit() left them pending, in their order.
  virtual std::vector<LoadResult> commit_together() { return {}; }
  /// Gives up what happened since begin_together().
  virtual void abandon_together() {}
  /// The values of a batch that can't be stored; their rows must not be written.
  virtual std::vector<Misfit> misfits(const batch::RecordBatch& /*batch*/) const { return {}; }
  /// The committed state of a stream, empty before its first commit.
  virtual State read_state(const std::string& connection, const std::string& stream) = 0;
  /// Replaces (or with an empty state: forgets) a stream's state.
  virtual void write_state(const std::string& connection, const std::string& stream, const State& state) = 0;
};

}  // namespace leat::stream
