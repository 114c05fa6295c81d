// PgDestination and PgLoad: exactly-once loading into PostgreSQL.
//
// Guarantees: see stream/destination.h. Rows are copied into a temporary table; the final table, the
// bookkeeping and the
//   state change in one transaction. A table that is replaced keeps its identity, so that views on it live
//   on.
// Threads, Owns, Errors: see stream/destination.h.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "sql/merge.h"
#include "stream/destination.h"
#include "warehouses/postgres/client.h"

namespace leat::warehouses::postgres {

class PgDestination : public stream::Destination {
 public:
  PgDestination(const std::string& conninfo, std::string place, Env& env)
      : connection_(conninfo, std::move(place)), env_(env) {}
  std::unique_ptr<stream::Load> begin(const stream::Target& target) override;
  stream::State read_state(const std::string& connection, const std::string& stream) override;
  void write_state(const std::string& connection, const std::string& stream,
                   const stream::State& state) override;

 private:
  friend class PgLoad;
  void prepare();
  std::int64_t count(const std::string& sql);
  std::vector<batch::Column> table_columns(const sql::Relation& table);

  PgConnection connection_;
  Env& env_;
  bool prepared_ = false;
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
  void create_stage();
  void fit_columns(const batch::Schema& schema);
  void fit_table();
  std::vector<std::string> metadata_columns() const;
  sql::MergePlan plan() const;
  void merge(stream::LoadResult& result);
  void replace(stream::LoadResult& result);
  void record(const stream::Commit& commit, const stream::LoadResult& result);

  PgDestination& destination_;
  PgConnection& db_;
  stream::Target target_;
  sql::Relation table_, stage_;
  std::vector<batch::Column> columns_;  // of the stage, without metadata
  std::int64_t staged_ = 0;
  bool table_is_new_ = false;
  bool open_ = false;
};

}  // namespace leat::warehouses::postgres
