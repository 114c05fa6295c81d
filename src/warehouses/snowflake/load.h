// SnowDestination and SnowLoad: exactly-once loading into Snowflake.
//
// Guarantees: see stream/destination.h. While rows come they are only put as Parquet files into a
//   temporary stage. At the commit the files are copied into a temporary table and checked one by one;
//   then one transaction changes the final table, the bookkeeping and the state. DDL ends a transaction
//   in Snowflake, so everything that creates or widens comes before BEGIN, each a step that may be
//   repeated; a table that is replaced is emptied and filled by DELETE and INSERT within the
//   transaction, without a swap: readers see the old rows until the commit. Loads that share a
//   transaction only stage their rows at their commit(); commit_together() begins the transaction,
//   applies them in their order and moves the state on, but only from the one that this destination read
//   or wrote last: where another process went on meanwhile, nothing is committed. A column that can't be
//   widened in place is widened by CREATE OR REPLACE TABLE … AS SELECT, which is atomic. JSON columns
//   are VARIANT. Threads, Owns, Errors: see stream/destination.h. Error(sync_column) where two columns
//   fold to one name.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/env.h"
#include "stream/destination.h"
#include "warehouses/apply.h"
#include "warehouses/snowflake/parquet_writer.h"
#include "warehouses/snowflake/session.h"
#include "warehouses/snowflake/staged_load.h"

namespace leat::warehouses::snowflake {

class SnowDestination : public stream::Destination, private warehouses::Session {
 public:
  SnowDestination(const Account& account, Env& env) : session_(account, env), env_(env) {}
  std::unique_ptr<stream::Load> begin(const stream::Target& target) override;
  std::vector<batch::Column> columns(const stream::Target& target) override;
  std::vector<batch::Column> last_columns(const std::string& connection, const std::string& stream) override;
  stream::Naming naming() const override;
  std::vector<stream::Misfit> misfits(const batch::RecordBatch& batch) const override;
  bool begin_together(const std::string& schema) override;
  std::vector<stream::LoadResult> commit_together() override;
  void abandon_together() override;
  stream::State read_state(const std::string& connection, const std::string& stream) override;
  void write_state(const std::string& connection, const std::string& stream,
                   const stream::State& state) override;

 private:
  friend class SnowLoad;
  void prepare();
  std::int64_t change(const std::string& sql) override { return session_.execute(sql); }
  std::int64_t number(const std::string& sql) override;
  std::optional<std::pair<std::int64_t, std::int64_t>> upsert(const sql::MergePlan& plan) override;
  using StateKey = std::pair<std::string, std::string>;  // connection and stream
  void move_state(const StateKey& key, const stream::State& state);
  void end_together();

  snowflake::Session session_;
  Env& env_;
  bool prepared_ = false;
  bool together_ = false;  // loads wait for commit_together()
  bool is_in_transaction_ = false;
  std::vector<StagedLoad> waiting_;
  std::map<StateKey, stream::State> states_, next_states_;  // as they stand, and as they wait
};

class SnowLoad : public stream::Load {
 public:
  SnowLoad(SnowDestination& destination, const stream::Target& target);
  ~SnowLoad() override;
  void write(batch::RecordBatch&& batch) override;
  stream::LoadResult commit(const stream::Commit& commit) override;

 private:
  void note_columns(const batch::Schema& schema);
  void put(const std::vector<ParquetFile>& files);
  batch::RecordBatch fitted(batch::RecordBatch&& batch) const;
  void fit_table();
  void create_stage_table();
  std::string landed_columns() const;
  StagedLoad staged(const stream::Commit& commit);
  void drop_temporary();

  SnowDestination& destination_;
  snowflake::Session& db_;
  stream::Target target_;
  sql::Relation table_, landing_, stage_table_;
  // Of the table and of what came, with the widest types; without Leat's own.
  std::vector<batch::Column> columns_;
  std::vector<batch::Column> loading_columns_;  // that reach the stage only
  Timestamp extracted_at_;
  ParquetWriter writer_;
  std::optional<Stage> stage_;
  std::int64_t staged_ = 0;
  bool table_is_new_ = false;
  bool is_in_transaction_ = false;
  bool is_given_away_ = false;  // what is temporary is the destination's by now
};

}  // namespace leat::warehouses::snowflake
