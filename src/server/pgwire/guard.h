// Guard: which queries reach the warehouse: those that read its tables and views, and compute.
//
// Guarantees: DuckDB's own parser is asked what a statement is, so nothing hides in its spelling. Only SELECT
//   in all its forms passes; its tables must not be names of files, and its table functions must be of a
//   short list or the project's own macros.
// Threads: admits() by one at a time.
// Owns: what it has let pass, up to a limit.
// Errors: refusal(State::read_only), refusal(State::not_permitted); Error(warehouse_sql) for what DuckDB
//   cannot parse.
// Source: DuckDB, json_serialize_sql
#pragma once
#include <string>
#include <string_view>
#include <unordered_set>

#include "document/value.h"

namespace leat::server::pgwire {

class Guard {
 public:
  /// Whether the statement passed before.
  bool knows(const std::string& sql) const { return passed_.count(sql) > 0; }
  /// Checks `tree`, what json_serialize_sql says of `sql`; throws where it may not run.
  void check(const std::string& sql, std::string_view tree);
  /// Lets queries read from a function that is not DuckDB's own: a macro.
  void admit(std::string function) { others_.insert(std::move(function)); }
  /// Whether queries may read from that function of DuckDB's.
  static bool admits_function(std::string_view name);

 private:
  void walk(const document::Value& value);
  std::unordered_set<std::string> passed_, others_;
};

}  // namespace leat::server::pgwire
