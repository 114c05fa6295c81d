// RelationDiff: how two relations differ: columns and types, counts, keys that only one has, values.
//
// Guarantees: values are compared as they are printed, numbers as numbers, whatever engine they come
//   from. Without a key, rows are compared as a bag.
// Threads: pure function.
// Owns: its texts; at most `samples_max` keys and values of a kind.
// Errors: Error(config_invalid) when the key is no column of both sides, or does not tell rows
//   apart.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sql/adapter.h"

namespace leat::dbt {

struct ColumnDiff {
  std::string name;
  std::string left_type, right_type;  ///< "" where the side has no such column
  std::int64_t differing = 0;         ///< rows of both sides whose values differ
  struct Sample {
    std::string key, left, right;
  };
  std::vector<Sample> samples;
};

struct RelationDiff {
  std::vector<ColumnDiff> columns;  ///< the left's in their order, then those that only the right has
  std::int64_t left_rows = 0, right_rows = 0;
  std::int64_t only_left = 0, only_right = 0, changed = 0, same = 0;  ///< rows, by key
  std::vector<std::string> only_left_keys, only_right_keys;
  bool equal() const;
};

struct DiffOptions {
  std::vector<std::string> key;      ///< columns; empty: whole rows are compared
  std::vector<std::string> ignored;  ///< columns that may differ
  std::size_t samples_max = 5;
};

RelationDiff diff_rows(const sql::QueryResult& left, const sql::QueryResult& right,
                       const DiffOptions& options);

}  // namespace leat::dbt
