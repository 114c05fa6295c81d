// SnowAdapter: one Snowflake session as a sql::Adapter.
//
// Guarantees: see sql/adapter.h. DDL ends a transaction in Snowflake; where one was begun here, the next
//   statement begins another, so that what follows the DDL still commits together. `commit` and `rollback`
//   without a transaction do nothing. Threads, Owns, Errors: see sql/adapter.h.
#pragma once
#include <string>
#include <vector>

#include "sql/adapter.h"
#include "warehouses/snowflake/session.h"

namespace leat::warehouses::snowflake {

class SnowAdapter : public sql::Adapter {
 public:
  SnowAdapter(const Account& account, Env& env) : session_(account, env) {}

  const sql::Dialect& dialect() const override;
  std::string database() override { return session_.account().database; }
  std::int64_t execute(const std::string& sql) override;
  sql::QueryResult query(const std::string& sql, std::int64_t rows_max) override;
  std::vector<std::string> list_schemas() override;
  std::vector<sql::Relation> list_relations(const std::string& schema) override;
  std::optional<std::vector<sql::RelationColumn>> columns(const sql::Relation& relation) override;
  void create_schema(const std::string& schema) override;
  void drop(const sql::Relation& relation) override;
  void rename(const sql::Relation& relation, const std::string& identifier) override;
  void cancel() override { session_.cancel(); }

 private:
  /// Sends one statement, around which transactions are kept.
  document::Value run(const std::string& sql);

  Session session_;
  bool wants_transaction_ = false;  // `begin` was asked for
  bool has_transaction_ = false;    // and sent, and no DDL came since
  bool has_temporary_ = false;      // temporary objects: this session can't be replaced
};

}  // namespace leat::warehouses::snowflake
