// What the reader's runtime needs of a table, as columnar JSON.
#include <fmt/core.h>

#include "document/value.h"
#include "pages/html.h"
#include "pages/render.h"

namespace leat::pages {
namespace {

std::string column_json(const Table& table, std::size_t column) {
  constexpr std::string_view kinds[] = {"null", "boolean", "number", "text", "date"};
  Cell::Kind kind = table.kinds[column];
  bool quoted = kind == Cell::Kind::text || kind == Cell::Kind::date || kind == Cell::Kind::null;
  std::map<std::string_view, std::size_t> words;
  std::string list;
  if (quoted) {
    for (const auto& row : table.rows) {
      auto [entry, is_new] = words.try_emplace(row[column].text, words.size());
      if (is_new && words.size() * 2 > table.rows.size() + 2) break;
      if (is_new) list += (list.empty() ? "" : ",") + document::json_quote(row[column].text);
    }
    quoted = words.size() * 2 > table.rows.size() + 2;
  }
  bool by_word = !words.empty() && !quoted;
  std::string values;
  for (const auto& row : table.rows) {
    const Cell& cell = row[column];
    if (!values.empty()) values.push_back(',');
    if (cell.kind == Cell::Kind::null) {
      values += "null";
    } else if (by_word) {
      values += fmt::format("{}", words[cell.text]);
    } else {
      values += quoted ? document::json_quote(cell.text) : cell.text;
    }
  }
  return fmt::format("{{\"kind\":\"{}\",{}\"values\":[{}]}}", kinds[static_cast<std::size_t>(kind)],
                     by_word ? "\"words\":[" + list + "]," : "", values);
}

}  // namespace

std::string to_json(const PageData& data) {
  JsonObject columns;
  for (std::size_t column : data.columns)
    columns.raw(data.table->columns[column], column_json(*data.table, column));
  return script_safe(fmt::format("{{\"rows\":{},\"columns\":{}}}", data.table->rows.size(), columns.done()));
}

}  // namespace leat::pages
