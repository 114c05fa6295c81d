// ShadowAdapter: what templates see as the warehouse while they are compiled ahead of a run:
// relations as they will be, from the bench, and as they are where the project does not make
// them.
//
// Guarantees: nothing is executed. Columns and names of relations are answered; whoever asks for
//   rows, or wants to change something, gets an Error, and was_asked() says so.
// Threads: one at a time.
// Owns: nothing; bench and warehouse outlive it.
// Errors: Error(warehouse_sql) for what it does not answer.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dbt/check/bench.h"

namespace leat::dbt {

class ShadowAdapter : public sql::Adapter {
 public:
  ShadowAdapter(Bench& bench, sql::Adapter& warehouse) : bench_(bench), warehouse_(warehouse) {}

  const sql::Dialect& dialect() const override { return warehouse_.dialect(); }
  std::string database() override { return warehouse_.database(); }
  std::int64_t execute(const std::string& sql) override;
  sql::QueryResult query(const std::string& sql, std::int64_t rows_max) override;
  std::vector<std::string> list_schemas() override { return warehouse_.list_schemas(); }
  std::vector<sql::Relation> list_relations(const std::string& schema) override;
  std::optional<std::vector<sql::RelationColumn>> columns(const sql::Relation& relation) override;
  void create_schema(const std::string& schema) override;
  void drop(const sql::Relation& relation) override;
  void rename(const sql::Relation& relation, const std::string& identifier) override;
  void cancel() override {}

  /// Notes that a relation will be there, of its kind.
  void expect(const sql::Relation& relation);
  /// The warehouse's relation of that name, where it is there now.
  std::optional<sql::Relation> find_held(const sql::Relation& relation);
  /// True when a template asked for more than names and columns since this was last asked.
  bool was_asked() { return std::exchange(was_asked_, false); }

 private:
  const std::vector<sql::Relation>& held(const std::string& schema);
  bool reads_nothing(const std::string& sql) const;
  [[noreturn]] void refuse();

  Bench& bench_;
  sql::Adapter& warehouse_;
  std::map<std::string, std::vector<sql::Relation>> expected_, held_;  // by schema
  bool was_asked_ = false;
};

}  // namespace leat::dbt
