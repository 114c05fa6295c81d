// DuckQuery, DuckExplain: statements that are prepared on DuckDB.
//
// Guarantees: see engine.h.
// Threads: that of the session.
// Owns: the session holds their handles; they tell it when they go.
// Errors: see engine.h.
// Source: DuckDB C API
#pragma once
#include "server/pgwire/duck_session.h"

namespace leat::server::pgwire {

class DuckQuery : public Prepared {
 public:
  DuckQuery(DuckSession& session, std::string sql, std::vector<Oid> types)
      : session_(session), sql_(std::move(sql)), types_(std::move(types)) {}
  ~DuckQuery() override { session_.forget(this); }
  const std::vector<Oid>& parameters() const override { return types_; }
  const std::vector<Field>& fields() const override { return fields_; }
  std::unique_ptr<OpenRows> open(const std::vector<Parameter>& parameters) override;

  /// The type that DuckDB gives parameter `index`, and what it is cast to.
  void find_parameter(duckdb_prepared_statement handle, std::size_t index, Oid& type,
                      std::string& cast) const;
  /// Is another statement from now on.
  void become(std::string sql, std::vector<Oid> types);
  /// Finds the columns.
  void describe(Slot& slot);

 private:
  void bind(duckdb_prepared_statement handle, const std::vector<Parameter>& parameters) const;
  DuckSession& session_;
  std::string sql_;
  std::vector<Oid> types_;
  std::vector<Field> fields_;
};

class DuckExplain : public Prepared {
 public:
  DuckExplain(DuckSession& session, std::string sql) : session_(session), sql_(std::move(sql)) {}
  const std::vector<Oid>& parameters() const override { return none_; }
  const std::vector<Field>& fields() const override { return fields_; }
  std::unique_ptr<OpenRows> open(const std::vector<Parameter>& parameters) override;

 private:
  DuckSession& session_;
  std::string sql_;
  std::vector<Oid> none_;
  std::vector<Field> fields_ = {{"QUERY PLAN", kText}};
};

}  // namespace leat::server::pgwire
