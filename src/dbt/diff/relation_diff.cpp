#include "dbt/diff/relation_diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "base/error.h"

namespace leat::dbt {
namespace {

using batch::TypeKind;

std::optional<std::size_t> find_column(const sql::QueryResult& side, const std::string& wanted) {
  const std::vector<batch::Column>& columns = side.schema->columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (sql::same_but_case(columns[i].name, wanted)) return i;
  }
  return std::nullopt;
}

bool is_number(TypeKind kind) {
  return kind == TypeKind::int16 || kind == TypeKind::int32 || kind == TypeKind::int64 ||
         kind == TypeKind::float32 || kind == TypeKind::float64 || kind == TypeKind::decimal;
}

bool is_fraction(TypeKind kind) {
  return kind == TypeKind::float32 || kind == TypeKind::float64;
}

std::string without_zeros(std::string text) {
  if (text.find('.') == std::string::npos || text.find_first_of("eE") != std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

// One row of one side.
struct Row {
  const batch::RecordBatch* batch;
  std::size_t at;
  bool is_null(std::size_t column) const { return batch->column(column).is_null(at); }
  std::string value(std::size_t column) const { return batch->column(column).print(at); }
  // As rows are told apart: null is a value of its own, numbers have one form.
  std::string form(std::size_t column) const {
    if (is_null(column)) return "\1";
    std::string text = value(column);
    return is_number(batch->column(column).type().kind) ? without_zeros(std::move(text)) : text;
  }
};

// Values of fractions from two engines may differ in their last digit.
bool same_value(const Row& left, std::size_t i, const Row& right, std::size_t j) {
  if (left.is_null(i) || right.is_null(j)) return left.is_null(i) && right.is_null(j);
  if (left.form(i) == right.form(j)) return true;
  TypeKind a = left.batch->column(i).type().kind, b = right.batch->column(j).type().kind;
  if (!is_number(a) || !is_number(b) || !(is_fraction(a) || is_fraction(b))) return false;
  std::string x = left.value(i), y = right.value(j);
  double p = 0, q = 0;
  std::from_chars(x.data(), x.data() + x.size(), p);
  std::from_chars(y.data(), y.data() + y.size(), q);
  constexpr double kTolerance = 1e-12;
  return std::abs(p - q) <= kTolerance * std::max(std::abs(p), std::abs(q));
}

using Rows = std::vector<Row>;

Rows rows_of(const sql::QueryResult& side) {
  Rows rows;
  for (const batch::RecordBatch& batch : side.batches) {
    for (std::size_t at = 0; at < batch.rows(); ++at) rows.push_back({&batch, at});
  }
  return rows;
}

std::vector<std::size_t> key_columns(const sql::QueryResult& side, const std::vector<std::string>& key) {
  std::vector<std::size_t> columns;
  for (const std::string& name : key) {
    std::optional<std::size_t> found = find_column(side, name);
    if (!found)
      throw Error(ErrorCode::config_invalid, fmt::format("The key `{}` is no column of both sides", name),
                  "--key");
    columns.push_back(*found);
  }
  return columns;
}

std::string joined(const Row& row, const std::vector<std::size_t>& columns, const char* between) {
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i) text += (i ? between : "") + row.form(columns[i]);
  return text;
}

// What is shown of a key.
std::string shown(const Row& row, const std::vector<std::size_t>& columns) {
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i)
    text += (i ? ", " : "") + (row.is_null(columns[i]) ? std::string("null") : row.value(columns[i]));
  return text;
}

// A column that both sides have.
struct Pair {
  std::size_t left, right, out;
};

std::vector<Pair> pair_columns(const sql::QueryResult& left, const sql::QueryResult& right,
                               const DiffOptions& options, RelationDiff& diff) {
  std::vector<Pair> pairs;
  const std::vector<batch::Column>& columns = left.schema->columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::optional<std::size_t> other = find_column(right, columns[i].name);
    diff.columns.push_back(
        {columns[i].name, left.native_types.at(i), other ? right.native_types.at(*other) : "", 0, {}});
    bool ignored = std::any_of(options.ignored.begin(), options.ignored.end(), [&](const std::string& each) {
      return sql::same_but_case(each, columns[i].name);
    });
    if (other && !ignored) pairs.push_back({i, *other, diff.columns.size() - 1});
  }
  for (std::size_t i = 0; i < right.schema->columns().size(); ++i) {
    const std::string& name = right.schema->columns()[i].name;
    if (!find_column(left, name)) diff.columns.push_back({name, "", right.native_types.at(i), 0, {}});
  }
  return pairs;
}

void note(std::vector<std::string>& samples, std::string text, std::size_t most) {
  if (samples.size() < most) samples.push_back(std::move(text));
}

// Without a key: each row of the left takes one equal row of the right.
void compare_bags(const Rows& left, const Rows& right, const std::vector<Pair>& pairs,
                  const DiffOptions& options, RelationDiff& diff) {
  std::vector<std::size_t> here, there;
  for (const Pair& pair : pairs) {
    here.push_back(pair.left);
    there.push_back(pair.right);
  }
  std::unordered_map<std::string, std::int64_t> counts;
  for (const Row& row : right) ++counts[joined(row, there, "\2")];
  for (const Row& row : left) {
    auto found = counts.find(joined(row, here, "\2"));
    if (found != counts.end() && found->second > 0) {
      --found->second;
      ++diff.same;
    } else {
      ++diff.only_left;
      note(diff.only_left_keys, shown(row, here), options.samples_max);
    }
  }
  for (const Row& row : right) {
    auto found = counts.find(joined(row, there, "\2"));
    if (found->second <= 0) continue;
    --found->second;
    ++diff.only_right;
    note(diff.only_right_keys, shown(row, there), options.samples_max);
  }
}

void compare_row(const Row& left, const Row& right, const std::vector<Pair>& pairs, const std::string& key,
                 const DiffOptions& options, RelationDiff& diff) {
  bool changed = false;
  for (const Pair& pair : pairs) {
    if (same_value(left, pair.left, right, pair.right)) continue;
    changed = true;
    ColumnDiff& column = diff.columns[pair.out];
    ++column.differing;
    if (column.samples.size() >= options.samples_max) continue;
    auto print = [](const Row& row, std::size_t at) {
      return row.is_null(at) ? std::string("null") : row.value(at);
    };
    column.samples.push_back({key, print(left, pair.left), print(right, pair.right)});
  }
  ++(changed ? diff.changed : diff.same);
}

}  // namespace

bool RelationDiff::equal() const {
  return only_left == 0 && only_right == 0 && changed == 0 &&
         std::all_of(columns.begin(), columns.end(), [](const ColumnDiff& each) {
           return !each.left_type.empty() && !each.right_type.empty();
         });
}

RelationDiff diff_rows(const sql::QueryResult& left, const sql::QueryResult& right,
                       const DiffOptions& options) {
  RelationDiff diff;
  Rows here = rows_of(left), there = rows_of(right);
  diff.left_rows = static_cast<std::int64_t>(here.size());
  diff.right_rows = static_cast<std::int64_t>(there.size());
  std::vector<Pair> pairs = pair_columns(left, right, options, diff);
  if (options.key.empty()) {
    compare_bags(here, there, pairs, options, diff);
    return diff;
  }
  std::vector<std::size_t> left_key = key_columns(left, options.key),
                           right_key = key_columns(right, options.key);
  std::unordered_map<std::string, const Row*> by_key;
  auto insert = [&](const Row& row) {
    if (!by_key.emplace(joined(row, right_key, "\2"), &row).second)
      throw Error(ErrorCode::config_invalid,
                  fmt::format("The key does not tell rows apart: {}", shown(row, right_key)), "--key")
          .fix("Name columns that are unique together, or leave the key out.");
  };
  for (const Row& row : there) insert(row);
  std::unordered_map<std::string, bool> met;
  for (const Row& row : here) {
    std::string key = joined(row, left_key, "\2");
    if (!met.emplace(key, true).second)
      throw Error(ErrorCode::config_invalid,
                  fmt::format("The key does not tell rows apart: {}", shown(row, left_key)), "--key")
          .fix("Name columns that are unique together, or leave the key out.");
    auto found = by_key.find(key);
    if (found == by_key.end()) {
      ++diff.only_left;
      note(diff.only_left_keys, shown(row, left_key), options.samples_max);
    } else {
      compare_row(row, *found->second, pairs, shown(row, left_key), options, diff);
    }
  }
  for (const Row& row : there) {
    if (met.count(joined(row, right_key, "\2"))) continue;
    ++diff.only_right;
    note(diff.only_right_keys, shown(row, right_key), options.samples_max);
  }
  return diff;
}

}  // namespace leat::dbt
