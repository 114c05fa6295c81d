// DeferredAdapter: an Adapter whose session is opened by the first call that needs one.
//
// Guarantees: what only asks for the dialect, or nothing at all, opens no session.
// Threads: as Adapter; cancel() before there is a session does nothing.
// Owns: the session.
// Errors: those of opening come from the call that opens.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sql/adapter.h"

namespace leat::sql {

class DeferredAdapter final : public Adapter {
 public:
  DeferredAdapter(const Dialect& dialect, std::function<std::unique_ptr<Adapter>()> open)
      : dialect_(dialect), open_(std::move(open)) {}
  const Dialect& dialect() const override { return dialect_; }
  std::string database() override { return there().database(); }
  std::int64_t execute(const std::string& sql) override { return there().execute(sql); }
  std::optional<Objection> try_execute(const std::string& sql) override { return there().try_execute(sql); }
  void commit(const Record& record) override { there().commit(record); }
  QueryResult query(const std::string& sql, std::int64_t rows_max) override {
    return there().query(sql, rows_max);
  }
  bool insert_texts(const std::string& relation, const std::vector<std::string>& types,
                    const batch::RecordBatch& rows) override {
    return there().insert_texts(relation, types, rows);
  }
  std::vector<std::string> list_schemas() override { return there().list_schemas(); }
  std::vector<Relation> list_relations(const std::string& schema) override {
    return there().list_relations(schema);
  }
  std::optional<Relation> find_relation(const Relation& wanted) override {
    return there().find_relation(wanted);
  }
  std::optional<std::vector<RelationColumn>> columns(const Relation& relation) override {
    return there().columns(relation);
  }
  void create_schema(const std::string& schema) override { there().create_schema(schema); }
  void drop(const Relation& relation) override { there().drop(relation); }
  void rename(const Relation& relation, const std::string& identifier) override {
    there().rename(relation, identifier);
  }
  void cancel() override;

 private:
  Adapter& there();

  const Dialect& dialect_;
  std::function<std::unique_ptr<Adapter>()> open_;
  std::mutex mutex_;  // guards session_
  std::unique_ptr<Adapter> session_;
};

}  // namespace leat::sql
