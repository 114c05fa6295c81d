// Bench: a place in an engine where statements are understood without being run on
// anything: empty relations of the known columns, made by the SQL of the nodes
// themselves.
//
// Guarantees: nothing that people have is changed or locked against readers. On DuckDB
//   the session is an empty database in memory, where everything has its own name; on
//   PostgreSQL a transaction on the target that makes temporary views and is rolled back.
// Threads: one at a time.
// Owns: what it made, until it ends; the session outlives it.
// Errors: Error(warehouse_connect) when the session is lost. What an engine has against a
//   statement is returned.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dbt/node.h"
#include "sql/adapter.h"

namespace leat::dbt {

class Bench {
 public:
  /// `database`: of the target, whose place the session takes.
  Bench(sql::Adapter& session, const std::string& database);
  ~Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  /// Where statements of this bench read a relation; equal to it on DuckDB.
  sql::Relation place_of(const sql::Relation& relation);
  /// Makes an empty relation with these columns; false when the engine has no such types.
  bool declare(const sql::Relation& relation, const std::vector<sql::RelationColumn>& columns);
  /// The same in place of what was made of a query.
  bool redeclare(const sql::Relation& relation, const std::vector<sql::RelationColumn>& columns);
  /// Makes the relation of what a query gives; an objection's offset counts from the begin of `sql`.
  std::optional<sql::Objection> make(const sql::Relation& relation, const std::string& sql);
  /// Understands a query, and keeps nothing.
  std::optional<sql::Objection> probe(const std::string& sql);
  /// DuckDB's bound plan of a query that it has understood, as JSON; nullopt where it can't print it.
  std::optional<std::string> plan(const std::string& sql);
  /// The columns of what was made; nullopt for what was not.
  std::optional<std::vector<sql::RelationColumn>> columns(const sql::Relation& relation);
  bool holds(const sql::Relation& relation) const { return made_.count(key_of(relation)) > 0; }
  /// True when it has made as much as one transaction should hold.
  bool is_full() const;
  sql::Adapter& session() { return session_; }

 private:
  std::string key_of(const sql::Relation& relation) const;
  void prepare_schema(const sql::Relation& relation);
  std::optional<sql::Objection> attempt(const std::string& head, const std::string& sql,
                                        const std::string& tail);

  sql::Adapter& session_;
  bool postgres_;
  std::string database_;
  std::set<std::string> prepared_;               // databases and schemas that are there
  std::map<std::string, sql::Relation> places_;  // by key
  std::set<std::string> taken_, made_;           // temporary names; keys
};

}  // namespace leat::dbt
