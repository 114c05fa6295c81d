// DuckDestination and DuckLoad: exactly-once loading into DuckDB.
//
// Guarantees: see stream/destination.h. All of a load happens in one transaction that is open from its first
//   batch: rows go straight into the final table where nothing can clash (append; a table that is new or
//   empty), else into a staging table that never outlives the transaction. A process that dies leaves
//   nothing: the WAL is not committed. Threads, Owns, Errors: see stream/destination.h.
#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "duck/batch_stream.h"
#include "stream/destination.h"
#include "warehouses/apply.h"

namespace leat::warehouses::duckdb {

/// What DuckDB may hold while changes of a stream are applied, and otherwise; both empty where it stays.
struct MemoryLimits {
  std::string for_changes, otherwise;
};

class DuckDestination : public stream::Destination, private Session {
 public:
  DuckDestination(std::shared_ptr<duck::Database> database, Env& env, MemoryLimits limits = {});
  ~DuckDestination() override;
  std::unique_ptr<stream::Load> begin(const stream::Target& target) override;
  std::vector<batch::Column> columns(const stream::Target& target) override;
  stream::Naming naming() const override { return {255, true}; }
  std::vector<stream::Misfit> misfits(const batch::RecordBatch& batch) const override;
  std::vector<batch::Column> last_columns(const std::string& connection, const std::string& stream) override;
  bool begin_together(const std::string& schema) override;
  std::vector<stream::LoadResult> commit_together() override;
  void abandon_together() override;
  stream::State read_state(const std::string& connection, const std::string& stream) override;
  void write_state(const std::string& connection, const std::string& stream,
                   const stream::State& state) override;

 private:
  friend class DuckLoad;
  void prepare();
  void try_to(const std::string& sql);
  void limit_memory(const std::string& limit);
  /// See write_out_new_tables(), where there are any. Requires: no transaction is open.
  void write_out();
  std::int64_t change(const std::string& sql) override { return connection_.execute(sql); }
  std::int64_t number(const std::string& sql) override;
  std::vector<std::vector<std::string>> rows(const std::string& sql) override;
  std::vector<batch::Column> columns_of(const sql::Relation& table) override { return table_columns(table); }
  std::optional<std::pair<std::int64_t, std::int64_t>> upsert(const sql::MergePlan& plan) override;
  /// The first value of a query as text, "" where there is no row.
  std::string text(const std::string& sql);
  /// The columns of a table, as the transaction sees them; empty when there is none.
  std::vector<batch::Column> table_columns(const sql::Relation& table);

  duck::Connection connection_;
  Env& env_;
  duck::BatchStream batches_;
  const MemoryLimits limits_;
  const int threads_;
  bool is_limited_ = false;   // for changes
  bool made_tables_ = false;  // that stay, since the last look at what new ones hold
  bool prepared_ = false;
  bool together_ = false;  // a transaction is open that is not a load's
};

class DuckLoad : public stream::Load {
 public:
  DuckLoad(DuckDestination& destination, const stream::Target& target);
  ~DuckLoad() override;
  void write(batch::RecordBatch&& batch) override;
  stream::LoadResult commit(const stream::Commit& commit) override;

 private:
  /// Where batches go until the commit.
  enum class Way {
    append,   ///< straight into the table
    fresh,    ///< straight into a table that was new or empty; repeated keys are taken out at the end
    replace,  ///< into a table beside, which takes the old one's place
    merge,    ///< into a staging table that is merged
  };
  void choose_way();
  void create_table(const sql::Relation& table, const std::vector<batch::Column>& columns, bool is_final,
                    const std::set<std::string>& various = {});
  void make_table(const batch::RecordBatch* first);
  /// Makes what the table will have fit `schema`. Requires: the table is not made yet.
  void take_columns(const batch::Schema& schema);
  void fit_columns(const batch::Schema& schema);
  void begin_insert(const batch::SchemaPtr& schema);
  void finish_insert();
  std::vector<std::string> metadata_columns() const;
  std::string metadata_values() const;
  bool dedups() const;
  sql::MergePlan plan(const sql::Relation& stage, const sql::Relation& table) const;
  stream::Target settled_target() const;
  bool is_same_as_before();
  void replace(stream::LoadResult& result);
  void record(const stream::Commit& commit, const stream::LoadResult& result);

  DuckDestination& destination_;
  duck::Connection& db_;
  stream::Target target_;
  sql::Relation table_, into_;  // into_: where batches go
  Way way_ = Way::append;
  std::vector<batch::Column> columns_;  // of into_, without metadata
  batch::SchemaPtr inserting_;          // of the batches that the open statement reads
  std::int64_t staged_ = 0;
  std::string extracted_at_;
  bool table_is_empty_ = false;
  std::set<std::string> keeps_;  // columns of the stage that are only for loading
  bool open_ = false;
  bool is_made_ = true;  // of into_, else it is made when its first rows are seen
};

}  // namespace leat::warehouses::duckdb
