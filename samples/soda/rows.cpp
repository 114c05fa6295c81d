#include "rows.h"

#include <algorithm>
#include <cctype>
#include <deque>

namespace soda {
namespace {

constexpr std::size_t kCacheMax = 16;

/// Inclusive bounds of an index key.
struct Range {
  std::uint64_t low = 0, high = UINT64_MAX;
};

std::uint64_t key_of(const Value& value) {
  return value.kind == Value::Kind::code ? value.code
                                         : static_cast<std::uint64_t>(value.word) ^ (std::uint64_t{1} << 63);
}

bool is_bound(const Expression& side) {
  const Value::Kind kind = side.literal.kind;
  return side.op == Op::literal &&
         (kind == Value::Kind::instant || kind == Value::Kind::code || kind == Value::Kind::boolean);
}

Op mirrored(Op op) {
  switch (op) {
    case Op::less:
      return Op::greater;
    case Op::less_equal:
      return Op::greater_equal;
    case Op::greater:
      return Op::less;
    case Op::greater_equal:
      return Op::less_equal;
    default:
      return op;
  }
}

std::optional<Range> range_of_comparison(Op op, std::uint64_t key) {
  constexpr Range kNone{1, 0};
  switch (op) {
    case Op::equal:
      return Range{key, key};
    case Op::less:
      return key == 0 ? kNone : Range{0, key - 1};
    case Op::less_equal:
      return Range{0, key};
    case Op::greater:
      return key >= UINT64_MAX - 1 ? kNone : Range{key + 1, UINT64_MAX - 1};
    case Op::greater_equal:
      return Range{key, UINT64_MAX - 1};
    default:
      return std::nullopt;
  }
}

/// Bounds that every row within `where` has in `column`; nothing when there are none.
std::optional<Range> range_of(const Expression& where, std::size_t column) {
  const auto is_column = [&](const Expression& side) {
    return side.op == Op::column && side.column == column;
  };
  const auto& args = where.args;
  if (where.op == Op::logical_and || where.op == Op::logical_or) {
    const auto left = range_of(args[0], column), right = range_of(args[1], column);
    if (where.op == Op::logical_or) {
      if (!left || !right) return std::nullopt;
      return Range{std::min(left->low, right->low), std::max(left->high, right->high)};
    }
    if (!left || !right) return left ? left : right;
    return Range{std::max(left->low, right->low), std::min(left->high, right->high)};
  }
  if (where.op == Op::between) {
    if (!is_column(args[0]) || !is_bound(args[1]) || !is_bound(args[2])) return std::nullopt;
    return Range{key_of(args[1].literal), key_of(args[2].literal)};
  }
  if (args.size() != 2) return std::nullopt;
  if (is_column(args[0]) && is_bound(args[1])) return range_of_comparison(where.op, key_of(args[1].literal));
  if (is_column(args[1]) && is_bound(args[0]))
    return range_of_comparison(mirrored(where.op), key_of(args[0].literal));
  return std::nullopt;
}

/// Whether the bounds say all that `where` says.
bool is_exact(const Expression& where, std::size_t column) {
  if (where.op == Op::logical_and) return is_exact(where.args[0], column) && is_exact(where.args[1], column);
  return where.op != Op::logical_or && range_of(where, column).has_value();
}

bool contains_word(std::string_view text, const std::string& word) {
  const auto same = [](char a, char b) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(a))) == b;
  };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

bool has_word(const Table& table, std::size_t row, const std::string& word) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (column.type != Type::text || table.is_hidden(i) || column.slots[row] == Column::kNullSlot) continue;
    if (contains_word(column.text(row), word)) return true;
  }
  return false;
}

class Chooser {
 public:
  Chooser(const Table& table, const Filter& filter, const std::vector<Ordered>& order)
      : table_(table),
        filter_(filter),
        order_(order),
        evaluator_(table),
        updated_at_(table.find(":updated_at")) {
    narrow();
  }

  /// The slice of an index that holds every row that passes, if there is a bound on an indexed column.
  bool has_slice() const { return slice_.has_value(); }
  bool slice_is_all() const { return exact_ && filter_.words.empty() && !filter_.before; }
  bool orders_by_slice() const { return has_slice() && orders_by(slice_column_); }
  std::size_t slice_size() const { return end_ - begin_; }
  RowWindow slice() const { return {*slice_, begin_, end_ - begin_}; }

  /// Whether the first sort column is `column`.
  bool orders_by(std::size_t column) const {
    return !order_.empty() && order_[0].expression.op == Op::column && order_[0].expression.column == column;
  }
  /// Turns to the index of the first sort column, so that its order can be walked.
  bool slice_by_order() {
    if (order_.empty() || order_[0].expression.op != Op::column) return false;
    const std::size_t column = order_[0].expression.column;
    if (!table_.has_index(column)) return false;
    take_slice(column, filter_.where ? range_of(*filter_.where, column) : std::nullopt);
    return true;
  }

  bool passes(std::uint32_t row) {
    if (table_.is_deleted(row)) return false;
    if (filter_.before && updated_at_ && table_.columns[*updated_at_].words[row] > *filter_.before)
      return false;
    if (filter_.where && !evaluator_.holds(*filter_.where, row)) return false;
    return std::all_of(filter_.words.begin(), filter_.words.end(),
                       [&](const std::string& word) { return has_word(table_, row, word); });
  }

  std::vector<std::uint32_t> all_passing() {
    std::vector<std::uint32_t> rows;
    if (has_slice()) {
      for (std::size_t i = begin_; i < end_; ++i)
        if (slice_is_all() || passes((**slice_)[i])) rows.push_back((**slice_)[i]);
      if (order_.empty()) std::sort(rows.begin(), rows.end());
    } else {
      for (std::size_t row = 0; row < table_.row_count(); ++row)
        if (passes(static_cast<std::uint32_t>(row))) rows.push_back(static_cast<std::uint32_t>(row));
    }
    return rows;
  }

  /// Walks the slice in the order of its column and stops as soon as `wanted` rows stand firm.
  std::vector<std::uint32_t> first_in_order(std::size_t wanted) {
    std::vector<std::uint32_t> rows;
    const bool descending = order_[0].descending;
    std::size_t tie_start = 0;
    std::uint64_t last_key = 0;
    for (std::size_t i = 0; i < end_ - begin_; ++i) {
      const std::uint32_t row = (**slice_)[descending ? end_ - 1 - i : begin_ + i];
      const std::uint64_t key = table_.key(slice_column_, row);
      if (!rows.empty() && key != last_key) {
        settle_ties(rows, tie_start);
        if (rows.size() >= wanted) return rows;
        tie_start = rows.size();
      }
      if (!slice_is_all() && !passes(row)) continue;
      rows.push_back(row);
      last_key = key;
    }
    settle_ties(rows, tie_start);
    return rows;
  }

  void sort(std::vector<std::uint32_t>& rows) const { sort_from(rows, 0, 0); }

 private:
  void narrow() {
    if (!filter_.where) return;
    std::size_t best = SIZE_MAX;
    for (std::size_t column = 0; column < table_.columns.size(); ++column) {
      if (!table_.has_index(column)) continue;
      const auto range = range_of(*filter_.where, column);
      if (!range) continue;
      const auto previous = std::tuple(slice_, slice_column_, begin_, end_, exact_);
      take_slice(column, range);
      if (end_ - begin_ >= best)
        std::tie(slice_, slice_column_, begin_, end_, exact_) = previous;
      else
        best = end_ - begin_;
    }
  }

  void take_slice(std::size_t column, std::optional<Range> range) {
    slice_ = table_.index(column);
    slice_column_ = column;
    exact_ = !filter_.where || (range && is_exact(*filter_.where, column));
    const auto& rows = **slice_;
    const auto low = range ? range->low : 0, high = range ? range->high : UINT64_MAX;
    const auto key = [&](std::uint32_t row) { return table_.key(column, row); };
    const auto begin =
        std::partition_point(rows.begin(), rows.end(), [&](auto row) { return key(row) < low; });
    const auto end = std::partition_point(begin, rows.end(), [&](auto row) { return key(row) <= high; });
    begin_ = static_cast<std::size_t>(begin - rows.begin());
    end_ = low > high ? begin_ : static_cast<std::size_t>(end - rows.begin());
  }

  void settle_ties(std::vector<std::uint32_t>& rows, std::size_t start) const {
    if (rows.size() - start > 1 && (order_.size() > 1 || order_[0].descending)) sort_from(rows, start, 1);
  }

  /// Sorts rows[start …] by the sort expressions from `first` on, then by row number.
  void sort_from(std::vector<std::uint32_t>& rows, std::size_t start, std::size_t first) const {
    std::sort(rows.begin() + static_cast<std::ptrdiff_t>(start), rows.end());
    if (first >= order_.size()) return;
    const std::size_t count = rows.size() - start;
    if (order_.size() == first + 1 && order_[first].expression.op == Op::column &&
        table_.has_index(order_[first].expression.column) && !order_[first].descending) {
      std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed(count);
      for (std::size_t i = 0; i < count; ++i)
        keyed[i] = {table_.key(order_[first].expression.column, rows[start + i]), rows[start + i]};
      std::sort(keyed.begin(), keyed.end());
      for (std::size_t i = 0; i < count; ++i) rows[start + i] = keyed[i].second;
      return;
    }
    sort_by_values(rows, start, first);
  }

  void sort_by_values(std::vector<std::uint32_t>& rows, std::size_t start, std::size_t first) const {
    const std::size_t count = rows.size() - start, keys = order_.size() - first;
    std::vector<Value> values(count * keys);
    std::deque<std::string> texts;  // of computed values, whose own texts do not last
    Evaluator evaluator(table_);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < keys; ++k) {
        const Expression& expression = order_[first + k].expression;
        Value& value = values[i * keys + k] = evaluator(expression, rows[start + i]);
        if (value.kind == Value::Kind::text && expression.op != Op::column)
          value.text = texts.emplace_back(value.text);
      }
    }
    std::vector<std::uint32_t> places(count);
    for (std::size_t i = 0; i < count; ++i) places[i] = static_cast<std::uint32_t>(i);
    std::stable_sort(places.begin(), places.end(), [&](std::uint32_t a, std::uint32_t b) {
      for (std::size_t k = 0; k < keys; ++k) {
        const int order = compare(values[a * keys + k], values[b * keys + k]);
        if (order != 0) return order_[first + k].descending ? order > 0 : order < 0;
      }
      return false;
    });
    const std::vector<std::uint32_t> before(rows.begin() + static_cast<std::ptrdiff_t>(start), rows.end());
    for (std::size_t i = 0; i < count; ++i) rows[start + i] = before[places[i]];
  }

  const Table& table_;
  const Filter& filter_;
  const std::vector<Ordered>& order_;
  Evaluator evaluator_;
  std::optional<std::size_t> updated_at_;
  std::optional<Rows> slice_;
  std::size_t slice_column_ = 0, begin_ = 0, end_ = 0;
  bool exact_ = false;
};

RowWindow cut(const RowWindow& whole, std::size_t offset, std::size_t limit) {
  const std::size_t start = std::min(offset, whole.count);
  return {whole.list, whole.start + start, std::min(limit, whole.count - start)};
}

RowWindow window_of(Rows rows) {
  const std::size_t count = rows->size();
  return {std::move(rows), 0, count};
}

}  // namespace

Rows RowCache::find(const std::string& key) {
  std::lock_guard guard(lock_);
  for (auto entry = kept_.begin(); entry != kept_.end(); ++entry) {
    if (entry->first != key) continue;
    kept_.splice(kept_.begin(), kept_, entry);
    return kept_.front().second;
  }
  return nullptr;
}

void RowCache::keep(std::string key, Rows rows) {
  std::lock_guard guard(lock_);
  kept_.emplace_front(std::move(key), std::move(rows));
  if (kept_.size() > kCacheMax) kept_.pop_back();
}

RowWindow choose_rows(const Table& table, const Filter& filter, const std::vector<Ordered>& order,
                      std::size_t offset, std::size_t limit, RowCache* cache, const std::string& key) {
  if (filter.is_empty() && order.empty() && !table.has_deleted())
    return cut({nullptr, 0, table.row_count()}, offset, limit);
  if (cache)
    if (Rows kept = cache->find(key)) return cut(window_of(std::move(kept)), offset, limit);
  Chooser chooser(table, filter, order);
  const bool single_ascending = order.size() == 1 && !order[0].descending;
  // A narrow slice is sorted as a whole and kept for the next page; a wide one is walked in the order of its
  // index.
  const bool narrow = chooser.has_slice() && chooser.slice_size() * 2 < table.row_count();
  if (!narrow || chooser.orders_by_slice()) {
    if (chooser.slice_by_order()) {
      if (single_ascending && chooser.slice_is_all()) return cut(chooser.slice(), offset, limit);
      if (offset <= 2 * limit && limit < table.row_count()) {
        auto rows =
            std::make_shared<const std::vector<std::uint32_t>>(chooser.first_in_order(offset + limit));
        return cut(window_of(std::move(rows)), offset, limit);
      }
    }
  }
  std::vector<std::uint32_t> rows = chooser.all_passing();
  if (!order.empty()) chooser.sort(rows);
  auto shared = std::make_shared<const std::vector<std::uint32_t>>(std::move(rows));
  if (cache && !key.empty()) cache->keep(key, shared);
  return cut(window_of(std::move(shared)), offset, limit);
}

}  // namespace soda
