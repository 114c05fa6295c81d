// PgAdapter: one PostgreSQL session as a sql::Adapter.
//
// Guarantees, Threads, Owns, Errors: see sql/adapter.h.
#pragma once
#include <map>
#include <string>

#include "sql/adapter.h"
#include "warehouses/postgres/client.h"

namespace leat::warehouses::postgres {

class PgAdapter : public sql::Adapter {
 public:
  PgAdapter(const std::string& conninfo, std::string place) : connection_(conninfo, std::move(place)) {}

  const sql::Dialect& dialect() const override;
  std::string database() override;
  std::int64_t execute(const std::string& sql) override { return connection_.execute(sql); }
  std::optional<sql::Objection> try_execute(const std::string& sql) override {
    return connection_.attempt(sql);
  }
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
  void cancel() override { connection_.cancel(); }

 private:
  /// The server's name of a type that has no fixed object id, asked for once.
  const std::string& type_name_of(Oid oid);
  /// The relations of a schema in order of their names; `condition` narrows them, " and ..." on `c.relname`.
  std::vector<sql::Relation> relations_where(const std::string& schema, const std::string& condition);
  PgConnection connection_;
  std::map<Oid, std::string> type_names_;
};

/// Creates a schema where it is absent, taking turns with other sessions: two at once would fail on the
/// catalog's key.
void ensure_schema(PgConnection& connection, const std::string& schema);

}  // namespace leat::warehouses::postgres
