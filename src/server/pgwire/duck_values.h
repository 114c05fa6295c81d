// DuckValues: DuckDB's vectors as PostgreSQL's values, in text and in binary.
//
// Guarantees: texts are those that PostgreSQL prints (DateStyle ISO, bytea as hex, the shortest digits of a
// float);
//   lists are arrays, structs and maps are JSON.
// Threads: a DuckColumn by one thread at a time.
// Owns: what it knows of the type; the vector is looked at only.
// Errors: refusal(State::unsupported) for a binary form that is not there.
// Source: PostgreSQL's output and send functions; DuckDB C API, vectors
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "duck/library.h"
#include "server/pgwire/engine.h"

namespace leat::server::pgwire {

/// Reads the values of one column of that type.
class DuckColumn {
 public:
  /// Takes nothing of `type` over.
  explicit DuckColumn(duckdb_logical_type type);
  /// PostgreSQL's type of it.
  Oid oid() const { return oid_; }
  std::int32_t modifier() const { return modifier_; }
  /// Makes a list a vector of numbers, as PostgreSQL's catalogue has them: "1 2".
  void become_vector() { oid_ = kInt2Vector; }
  /// Whether its values have to be cast to text by DuckDB first.
  bool is_foreign() const;
  /// Points at the vector of the next rows.
  void look_at(duckdb_vector vector);
  bool is_null(std::uint64_t row) const;
  void append_text(std::uint64_t row, std::string& out) const;
  void append_binary(std::uint64_t row, std::string& out) const;

 private:
  template <class T>
  T at(std::uint64_t row) const {
    return static_cast<const T*>(data_)[row];
  }
  std::string_view view(std::uint64_t row) const;
  void read_nested(duckdb_logical_type type);
  void append_list(std::uint64_t row, std::string& out) const;
  void append_json(std::uint64_t row, std::string& out) const;
  void append_json_object(std::uint64_t row, std::string& out) const;
  void append_binary_list(std::uint64_t row, std::string& out) const;
  void append_decimal(std::uint64_t row, std::string& out) const;
  std::pair<std::uint64_t, std::uint64_t> range(std::uint64_t row) const;

  duckdb_type id_, stored_;  // stored_: of decimals and enums, what the vector holds
  Oid oid_ = kText;
  std::int32_t modifier_ = -1;
  int scale_ = 0;
  std::string alias_;
  std::vector<std::string> labels_;   // of an enum
  std::vector<std::string> names_;    // of a struct
  std::vector<DuckColumn> children_;  // of a list (one), a struct
  std::uint64_t array_size_ = 0;
  const void* data_ = nullptr;
  const std::uint64_t* validity_ = nullptr;
};

}  // namespace leat::server::pgwire
