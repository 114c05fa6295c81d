// Choosing rows: which rows of a table pass a filter, in which order, from where to where.
//
// Guarantees: a condition that bounds an indexed column (timestamps, row identifiers) looks only at the
//   rows within its bounds; pages of one query share their sorted rows. Ties keep the order of row
//   numbers.
// Threads: the table's shared lock is held by the caller; RowCache locks itself.
// Owns: RowCache keeps the last few sorted lists.
// Errors: none.
#pragma once
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "soql.h"
#include "table.h"

namespace soda {

/// A run of rows: `list[start … start + count)`, or, without a list, these row numbers themselves.
struct RowWindow {
  Rows list;
  std::size_t start = 0, count = 0;
  std::uint32_t operator[](std::size_t i) const {
    return list ? (*list)[start + i] : static_cast<std::uint32_t>(start + i);
  }
};

/// What a row must meet: a bound condition, words that occur in its texts, and what a lagging replica has
/// seen.
struct Filter {
  std::optional<Expression> where;
  std::vector<std::string> words;      ///< in lower case
  std::optional<std::int64_t> before;  ///< :updated_at at most this
  bool is_empty() const { return !where && words.empty() && !before; }
};

class RowCache {
 public:
  Rows find(const std::string& key);
  void keep(std::string key, Rows rows);

 private:
  std::mutex lock_;
  std::list<std::pair<std::string, Rows>> kept_;  // newest first
};

/// `key`: names filter and order, for the cache; without one nothing is kept.
RowWindow choose_rows(const Table& table, const Filter& filter, const std::vector<Ordered>& order,
                      std::size_t offset, std::size_t limit, RowCache* cache, const std::string& key);

}  // namespace soda
