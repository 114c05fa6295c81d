#include "pages/cell.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

#include "document/value.h"
#include "pages/html.h"

namespace leat::pages {

using batch::TypeKind;

Cell Cell::of(double value) {
  Cell cell;
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

std::string to_json(const Table& table) {
  constexpr std::string_view names[] = {"null", "boolean", "number", "text", "date"};
  std::string columns, kinds, values;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    columns += (i ? "," : "") + document::json_quote(table.columns[i]);
    kinds += fmt::format("{}\"{}\"", i ? "," : "", names[static_cast<std::size_t>(table.kinds[i])]);
    values += i ? ",[" : "[";
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      if (row) values += ",";
      const Cell& cell = table.rows[row][i];
      if (cell.kind == Cell::Kind::null) {
        values += "null";
      } else if (cell.kind == Cell::Kind::number || cell.kind == Cell::Kind::boolean) {
        values += cell.text;
      } else {
        values += document::json_quote(cell.text);
      }
    }
    values += "]";
  }
  return script_safe(fmt::format("{{\"columns\":[{}],\"kinds\":[{}],\"rows\":{},\"values\":[{}]}}", columns,
                                 kinds, table.rows.size(), values));
}

}  // namespace leat::pages
