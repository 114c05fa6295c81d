#include "mutate.h"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "generate.h"
#include "load.h"
#include "problem.h"

namespace soda {
namespace {

constexpr std::int64_t kDay = 86400000000;
constexpr std::size_t kReportedIds = 20;

[[noreturn]] void refuse(const std::string& why) {
  throw Problem(400, "soda.stand-in.bad-order", why);
}

class Mutation {
 public:
  Mutation(Table& table, const Orders& orders) : table_(table), orders_(orders) {
    now_ = table.rows_updated_at + kDay;
    if (const auto given = orders.text("now")) {
      const auto instant = parse_instant(*given);
      if (!instant) refuse(fmt::format("now is no instant: '{}'", *given));
      now_ = *instant;
    }
    seed_ = orders.number("seed", 1);
  }

  std::string run(const std::string& kind) {
    if (kind == "change") change();
    if (kind == "add") add();
    if (kind == "delete") remove();
    if (kind == "set") set();
    if (kind == "drop_column") {
      const std::size_t column = wanted_column();
      table_.hide(column);
    }
    table_.stale_before = table_.rows_updated_at;
    table_.rows_updated_at = std::max(table_.rows_updated_at, now_);
    ++table_.version;
    return report(kind);
  }

 private:
  std::size_t wanted_column() const {
    const std::string name = orders_.text("column", "");
    const auto column = table_.find(name);
    if (!column)
      throw Problem(404, "soda.stand-in.no-such-column", fmt::format("There is no column '{}'", name));
    return *column;
  }

  std::vector<std::uint32_t> pick(std::size_t count) const {
    if (count > table_.live_count())
      refuse(fmt::format("{} rows were asked for, but there are {}", count, table_.live_count()));
    std::set<std::uint32_t> picked;
    for (std::uint64_t i = 0; picked.size() < count; ++i) {
      const auto row = static_cast<std::uint32_t>(mix(seed_ * 1000003 + i) % table_.row_count());
      if (!table_.is_deleted(row)) picked.insert(row);
    }
    return {picked.begin(), picked.end()};
  }

  void store(std::size_t index, std::size_t row, const std::optional<std::string>& value) {
    Column& column = table_.columns[index];
    ++column.version;
    if (column.storage == Column::Storage::pair) refuse("a location made of two columns cannot be set");
    if (!value) {
      if (column.storage == Column::Storage::heap)
        column.slots[row] = Column::kNullSlot;
      else
        column.words[row] = Column::kNullWord;
    } else if (column.storage == Column::Storage::heap) {
      column.set_text(row, *value);
    } else if (column.type == Type::checkbox) {
      column.words[row] = *value == "true" ? 1 : 0;
    } else {
      const auto instant = is_timestamp(column.type) ? parse_instant(*value) : std::nullopt;
      if (!instant) refuse(fmt::format("'{}' does not fit column {}", *value, column.name));
      column.words[row] = *instant;
    }
  }

  void touch(std::size_t row) {
    const auto updated = table_.find(":updated_at"), version = table_.find(":version"),
               id = table_.find(":id");
    if (updated) {
      table_.columns[*updated].words[row] = now_;
      ++table_.columns[*updated].version;
    }
    if (version && table_.has_index(*version)) {
      table_.columns[*version].words[row] =
          static_cast<std::int64_t>(mix(seed_ + row + table_.version * 77) >> 1);
      ++table_.columns[*version].version;
    }
    if (id && ids_.size() < kReportedIds)
      ids_.push_back(print_value(table_.value(*id, row), Type::row_identifier));
    ++rows_;
  }

  void change() {
    const auto arrest = table_.find("arrest");
    for (std::uint32_t row : pick(orders_.number("rows", 1))) {
      if (orders_.text("column")) {
        store(wanted_column(), row, orders_.text("value"));
      } else if (arrest && table_.columns[*arrest].type == Type::text) {
        store(*arrest, row, table_.value(*arrest, row).text == "Y" ? "N" : "Y");
      }
      touch(row);
    }
  }

  void add() {
    const std::size_t count = orders_.number("rows", 1), first = table_.row_count();
    if (count > 1000000) refuse("at most 1,000,000 rows can be added at once");
    const bool generated = table_.find(":@computed_region_awaf_s7ux") == 21 && table_.columns.size() == 22;
    if (generated) {
      append_crimes(table_, count, seed_, now_ / kDay * kDay - 8 * kDay, now_);
    } else {
      const std::vector<std::uint32_t> patterns = pick(std::min(count, table_.live_count()));
      if (patterns.empty()) refuse("there is no row to take as a pattern");
      for (std::size_t i = 0; i < count; ++i) append_copy(patterns[i % patterns.size()]);
      table_.set_row_count(first + count);
    }
    for (std::size_t row = first; row < first + count; ++row) touch(row);
  }

  void append_copy(std::size_t pattern) {
    for (Column& column : table_.columns) {
      ++column.version;
      if (column.storage == Column::Storage::heap) {
        if (column.name == ":id")
          column.append_text(fmt::format("row-added-{}", column.slots.size()));
        else
          column.slots.push_back(column.slots[pattern]);
      } else if (column.storage == Column::Storage::words) {
        const std::size_t row = column.words.size();
        std::int64_t word = column.words[pattern];
        if (column.name == ":id") word = static_cast<std::int64_t>(mix(row + seed_ * 131) >> 1);
        if (column.name == ":created_at") word = now_;
        column.append_word(word);
      }
    }
  }

  void remove() {
    for (std::uint32_t row : pick(orders_.number("rows", 1))) {
      touch(row);
      table_.erase(row);
    }
  }

  void set() {
    const auto id = table_.find(":id");
    const std::string wanted = orders_.text("id", "");
    for (std::size_t row = 0; row < table_.row_count(); ++row) {
      if (table_.is_deleted(row)) continue;
      const bool meant = wanted.empty() ? row == orders_.number("row", 0)
                                        : print_value(table_.value(*id, row), Type::row_identifier) == wanted;
      if (!meant) continue;
      store(wanted_column(), row, orders_.text("value"));
      return touch(row);
    }
    throw Problem(404, "soda.stand-in.no-such-row", fmt::format("There is no row '{}'", wanted));
  }

  std::string report(const std::string& kind) const {
    std::string ids;
    for (const std::string& id : ids_) ids += (ids.empty() ? "" : ",") + json_string(id);
    return fmt::format(
        "{{\"dataset\":{},\"done\":{},\"rows\":{},\"row_count\":{},\"now\":{},\"ids\":[{}]}}\n",
        json_string(table_.id()), json_string(kind), rows_, table_.live_count(),
        json_string(print_value(Value::of_instant(now_), Type::fixed_timestamp)), ids);
  }

  Table& table_;
  const Orders& orders_;
  std::int64_t now_ = 0;
  std::uint64_t seed_ = 1;
  std::size_t rows_ = 0;
  std::vector<std::string> ids_;
};

}  // namespace

bool is_mutation(std::string_view kind) {
  constexpr std::string_view kKinds[] = {"change", "add", "delete", "set", "drop_column"};
  return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
}

std::string mutate(Table& table, const std::string& kind, const Orders& orders) {
  std::unique_lock guard(table.lock);
  return Mutation(table, orders).run(kind);
}

}  // namespace soda
