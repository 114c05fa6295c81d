// PgDestination and PgLoad: exactly-once loading into PostgreSQL.
//
// Guarantees: see stream/destination.h. Rows are copied into a temporary table; the final table, the
//   bookkeeping and the state change in one transaction. A table that is replaced keeps its identity, so that
//   views on it live on. Threads, Owns, Errors: see stream/destination.h.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "stream/destination.h"
#include "warehouses/apply.h"
#include "warehouses/postgres/client.h"
#include "warehouses/postgres/copy_binary.h"

namespace leat::warehouses::postgres {

class PgDestination : public stream::Destination, private Session {
 public:
  PgDestination(const std::string& conninfo, std::string place, Env& env)
      : connection_(conninfo, std::move(place)), env_(env) {}
  std::unique_ptr<stream::Load> begin(const stream::Target& target) override;
  std::vector<batch::Column> columns(const stream::Target& target) override;
  stream::Naming naming() const override;
  std::vector<stream::Misfit> misfits(const batch::RecordBatch& batch) const override;
  std::vector<batch::Column> last_columns(const std::string& connection, const std::string& stream) override;
  bool begin_together(const std::string& schema) override;
  std::vector<stream::LoadResult> commit_together() override;
  void abandon_together() override;
  stream::State read_state(const std::string& connection, const std::string& stream) override;
  void write_state(const std::string& connection, const std::string& stream,
                   const stream::State& state) override;

 private:
  friend class PgLoad;
  void prepare();
  std::int64_t change(const std::string& sql) override { return connection_.execute(sql); }
  std::int64_t number(const std::string& sql) override;
  std::vector<std::vector<std::string>> rows(const std::string& sql) override;
  std::vector<batch::Column> columns_of(const sql::Relation& table) override { return table_columns(table); }
  std::optional<std::pair<std::int64_t, std::int64_t>> upsert(const sql::MergePlan& plan) override;
  std::vector<batch::Column> table_columns(const sql::Relation& table);

  PgConnection connection_;
  Env& env_;
  bool prepared_ = false;
  bool together_ = false;  // a transaction is open that is not a load's
};

class PgLoad : public stream::Load {
 public:
  PgLoad(PgDestination& destination, const stream::Target& target);
  ~PgLoad() override;
  void write(batch::RecordBatch&& batch) override;
  stream::LoadResult commit(const stream::Commit& commit) override;

 private:
  bool dedups() const;
  bool replaces() const;
  void choose_way();
  void create_stage(const std::vector<batch::Column>& columns);
  void create_table();
  void fit_columns(const sql::Relation& table, std::vector<batch::Column>& columns,
                   const batch::Schema& schema);
  void fit_table();
  void end_copy();
  batch::RecordBatch fitted(batch::RecordBatch&& batch) const;
  std::vector<std::string> metadata_columns() const;
  sql::MergePlan plan(const sql::Relation& stage) const;
  void replace(stream::LoadResult& result);
  void index_keys();

  PgDestination& destination_;
  PgConnection& db_;
  stream::Target target_;
  sql::Relation table_, into_;           // into_: where COPY goes, the table itself or a stage
  std::vector<batch::Column> existing_;  // of the table, without Leat's own; empty where it is new
  std::vector<batch::Column> columns_;   // of into_, without Leat's own
  Timestamp extracted_at_;
  std::unique_ptr<CopyMetadata> metadata_;
  batch::SchemaPtr copying_;  // what the open COPY takes
  CopyBinary copy_;
  std::int64_t staged_ = 0;
  std::set<std::string> keeps_;  // columns of the stage that are only for loading
  bool is_direct_ = false, open_ = false;
};

}  // namespace leat::warehouses::postgres
