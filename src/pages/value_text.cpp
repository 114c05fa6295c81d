// Values as texts: as JavaScript joins them, and as JSON.
#include <cmath>

#include "document/value.h"
#include "pages/expression_tree.h"

namespace leat::pages {

bool Value::truth() const {
  if (const Cell* scalar = cell()) return scalar->truth();
  if (const RowRef* held_row = row()) return held_row->row != RowRef::kNoRow;
  return true;
}

std::string text_of(const Value& value) {
  if (const Cell* cell = value.cell()) return cell->kind == Cell::Kind::null ? "" : cell->text;
  if (const ObjectPtr* object = value.object()) {
    for (const auto& [key, held] : **object) {
      if (key == "value") return text_of(held);
    }
    return "[object Object]";
  }
  std::string out;
  if (const ListPtr* list = value.list()) {
    for (const Value& item : **list) out += (out.empty() ? "" : ",") + text_of(item);
  }
  if (const HostPtr* host = value.host()) return text_of((*host)->member("value"));
  return out;
}

std::string to_json(const Value& value) {
  std::string out;
  if (const ListPtr* list = value.list()) {
    for (const Value& item : **list) out += (out.empty() ? "" : ",") + to_json(item);
    return "[" + out + "]";
  }
  if (const ObjectPtr* object = value.object()) {
    for (const auto& [key, held] : **object)
      out += (out.empty() ? "" : ",") + document::json_quote(key) + ":" + to_json(held);
    return "{" + out + "}";
  }
  if (const Function* function = value.function())
    return "{\"$function\":" + document::json_quote(function->arrow->text) + "}";
  if (const TablePtr* table = value.table()) {
    for (std::size_t row = 0; row < (*table)->rows.size(); ++row)
      out += (out.empty() ? "" : ",") + to_json(Value(RowRef{*table, row}));
    return "[" + out + "]";
  }
  if (const RowRef* row = value.row(); row && row->row != RowRef::kNoRow) {
    for (std::size_t i = 0; i < row->table->columns.size(); ++i)
      out += (out.empty() ? "" : ",") + document::json_quote(row->table->columns[i]) + ":" +
             to_json(Value(row->table->rows[row->row][i]));
    return "{" + out + "}";
  }
  const Cell* cell = value.cell();
  if (!cell || cell->kind == Cell::Kind::null || !std::isfinite(cell->number)) return "null";
  bool is_number = cell->kind == Cell::Kind::number || cell->kind == Cell::Kind::boolean;
  return is_number ? cell->text : document::json_quote(cell->text);
}

}  // namespace leat::pages
