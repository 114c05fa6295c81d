// DuckAdapter: one DuckDB session as a sql::Adapter.
//
// Guarantees, Threads, Owns, Errors: see sql/adapter.h.
#pragma once
#include "duck/client.h"
#include "sql/adapter.h"

namespace leat::warehouses::duckdb {

class DuckAdapter : public sql::Adapter {
 public:
  explicit DuckAdapter(std::shared_ptr<duck::Database> database) : connection_(std::move(database)) {}

  const sql::Dialect& dialect() const override;
  std::string database() override;
  std::int64_t execute(const std::string& sql) override;
  void commit(const sql::Record& record) override;
  std::optional<sql::Objection> try_execute(const std::string& sql) override;
  sql::QueryResult query(const std::string& sql, std::int64_t rows_max) override;
  bool insert_texts(const std::string& relation, const std::vector<std::string>& types,
                    const batch::RecordBatch& rows) override;
  std::vector<std::string> list_schemas() override;
  std::vector<sql::Relation> list_relations(const std::string& schema) override;
  std::optional<sql::Relation> find_relation(const sql::Relation& wanted) override;
  std::optional<std::vector<sql::RelationColumn>> columns(const sql::Relation& relation) override;
  void create_schema(const std::string& schema) override;
  void drop(const sql::Relation& relation) override;
  void rename(const sql::Relation& relation, const std::string& identifier) override;
  void cancel() override { connection_.interrupt(); }

 private:
  duck::Connection connection_;
  unsigned commits_ = 0;
};

}  // namespace leat::warehouses::duckdb
