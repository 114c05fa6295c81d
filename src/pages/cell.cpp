#include "pages/cell.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/time.h"
#include "pages/format.h"

namespace leat::pages {

using batch::TypeKind;

Cell Cell::of(double value) {
  Cell cell;
  if (!std::isfinite(value)) return cell;  // what divides by zero has no value
  cell.kind = Kind::number;
  cell.number = value;
  cell.text = value == std::floor(value) && std::fabs(value) < 1e15
                  ? fmt::format("{}", static_cast<std::int64_t>(value))
                  : fmt::format("{}", value);
  return cell;
}

Cell Cell::of(bool value) {
  Cell cell;
  cell.kind = Kind::boolean;
  cell.number = value;
  cell.text = value ? "true" : "false";
  return cell;
}

Cell Cell::of(std::string value) {
  Cell cell;
  cell.kind = Kind::text;
  cell.text = std::move(value);
  return cell;
}

bool Cell::truth() const {
  switch (kind) {
    case Kind::null:
      return false;
    case Kind::boolean:
    case Kind::number:
      return number != 0;
    case Kind::text:
    case Kind::date:
      return !text.empty();
  }
  return false;
}

Cell parse_number(const std::string& text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value) ? Cell::of(value)
                                                                                          : Cell();
}

Cell date_of(std::string text) {
  Cell cell = Cell::of(std::move(text));
  cell.kind = Cell::Kind::date;
  return cell;
}

double number_of(const Cell& cell) {
  if (cell.kind == Cell::Kind::text) {
    if (cell.text.find_first_not_of(" \t\n") == std::string::npos) return 0;
    Cell spelt = parse_number(cell.text);
    return spelt.kind == Cell::Kind::null ? NAN : spelt.number;
  }
  if (cell.kind != Cell::Kind::date) return cell.number;
  std::optional<Timestamp> time = parse_iso_timestamp(cell.text);
  if (!time) return NAN;
  return static_cast<double>(
      std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count());
}

namespace {

Cell::Kind kind_of(TypeKind type) {
  switch (type) {
    case TypeKind::boolean:
      return Cell::Kind::boolean;
    case TypeKind::int16:
    case TypeKind::int32:
    case TypeKind::int64:
    case TypeKind::float32:
    case TypeKind::float64:
    case TypeKind::decimal:
      return Cell::Kind::number;
    case TypeKind::date:
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return Cell::Kind::date;
    default:
      return Cell::Kind::text;
  }
}

Cell cell_of(const batch::ColumnData& column, std::size_t row, Cell::Kind kind) {
  Cell cell;
  if (column.is_null(row)) return cell;
  cell.kind = kind;
  cell.text = column.print(row);
  if (kind == Cell::Kind::boolean) cell.number = cell.text == "true";
  if (kind == Cell::Kind::number)
    std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), cell.number);
  if (kind == Cell::Kind::number && !std::isfinite(cell.number)) cell = Cell();
  return cell;
}

}  // namespace

std::optional<std::size_t> Table::find(std::string_view column) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == column) return i;
  }
  return std::nullopt;
}

void ColumnSummary::add(const Cell& cell) {
  if (cell.kind == Cell::Kind::date && cell.text.size() > 10 && cell.text.substr(11, 8) != "00:00:00")
    has_time = true;
  if (cell.kind != Cell::Kind::number) return;
  seen_.push_back(cell.number);
  Decimal decimal = Decimal::of(cell.text);
  decimals_max = std::max(decimals_max, static_cast<int>(decimal.digits.size()) - decimal.point);
}

void ColumnSummary::finish() {
  numbers = seen_.size();
  if (seen_.empty()) return;
  auto [least, most] = std::minmax_element(seen_.begin(), seen_.end());
  min = *least;
  max = *most;
  auto middle = seen_.begin() + static_cast<std::ptrdiff_t>(seen_.size() / 2);
  std::nth_element(seen_.begin(), middle, seen_.end());
  median = *middle;
  seen_ = {};
}

ColumnSummary summarize(const Table& table, std::size_t column) {
  ColumnSummary summary;
  for (const auto& row : table.rows) summary.add(row[column]);
  summary.finish();
  return summary;
}

TablePtr make_table(std::string name, const sql::QueryResult& result) {
  auto table = std::make_shared<Table>();
  table->name = std::move(name);
  for (const batch::Column& column : result.schema->columns()) {
    table->columns.push_back(column.name);
    table->kinds.push_back(kind_of(column.type.kind));
  }
  for (const batch::RecordBatch& batch : result.batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::vector<Cell> cells;
      cells.reserve(table->columns.size());
      for (std::size_t i = 0; i < table->columns.size(); ++i)
        cells.push_back(cell_of(batch.column(i), row, table->kinds[i]));
      table->rows.push_back(std::move(cells));
    }
  }
  return table;
}

}  // namespace leat::pages
