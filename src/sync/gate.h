// Gate: what a batch passes before it is written: the contract with the table, keys that are null, values
// that the destination can't store.
//
// Guarantees: what passes fits the table, or widens it where the contract lets it; each row that does not
//   pass is told with the record and the reason. Work is by batch and column; single rows are looked at only
//   where something is wrong.
// Threads: one at a time.
// Owns: what it knows of the table.
// Errors: Error(sync_contract) where the contract is frozen.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "batch/record_batch.h"
#include "stream/destination.h"
#include "sync/connection.h"

namespace leat::sync {

/// How a stream's columns differ from what its last load brought, or from what its table takes.
struct SchemaChange {
  enum class Kind { added, widened, missing, renamed, discarded };
  Kind kind = Kind::added;
  std::string column;
  std::string detail;  ///< "int64 to text", "arrives as `x_1a2b3c4d`"
};
/// "added", "widened" and so on.
std::string_view name(SchemaChange::Kind kind);

/// What a batch left behind at the gate.
struct Refused {
  std::vector<stream::RejectedRecord> rejected;   ///< at fault themselves
  std::vector<stream::RejectedRecord> discarded;  ///< by the contract
  std::int64_t values_discarded = 0;
};

class Gate {
 public:
  /// `table` are the columns as they stand, empty where there is none. `key` are columns that may not be
  /// null. `destination` and `settings` must outlive the gate.
  Gate(const StreamSettings& settings, const stream::Destination& destination,
       std::vector<batch::Column> table, std::vector<std::string> key);
  /// Names a column of the batch as its record does, for the dead letter.
  using SourceName = std::function<const std::string&(std::size_t column)>;
  /// Lets a batch through.
  batch::RecordBatch pass(batch::RecordBatch&& batch, const SourceName& source_name, Refused& refused);
  /// What was found since the last call.
  std::vector<SchemaChange> take_changes() { return std::move(changes_); }
  /// False where the contract lets no table be made: no row passes.
  bool is_open() const { return open_; }

 private:
  enum class Action { keep, drop, drop_rows, convert };
  struct Step {
    Action action = Action::keep;
    batch::Type type;  // of convert
  };
  struct BadRow {
    std::size_t row, column;
    std::string reason;
    bool by_contract;
  };
  void arrange(const batch::Schema& schema);
  Step step_for(const batch::Column& column);
  void apply_steps(batch::RecordBatch& batch, std::vector<BadRow>& bad, Refused& refused);
  void find_null_keys(const batch::RecordBatch& batch, std::vector<BadRow>& bad) const;
  batch::RecordBatch kept_columns(batch::RecordBatch&& batch) const;
  [[noreturn]] void refuse(const batch::Column& column, const std::string& what) const;
  void note(SchemaChange::Kind kind, const std::string& column, std::string detail);

  const StreamSettings& settings_;
  const stream::Destination& destination_;
  std::vector<batch::Column> table_;
  const std::vector<std::string> key_;
  const bool table_is_new_;
  bool open_ = true;
  batch::SchemaPtr schema_, passed_;  // of the last batch, before and after
  std::vector<Step> steps_;
  std::vector<SchemaChange> changes_;
};

/// Row `row` as JSON text; `name` names its columns.
std::string record_json(const batch::RecordBatch& batch, std::size_t row,
                        const std::function<const std::string&(std::size_t)>& name);

}  // namespace leat::sync
