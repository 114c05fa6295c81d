#include "cli/table.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/terminal.h"
#include "document/value.h"

namespace leat::cli {
namespace {

constexpr std::size_t kCellWidthMax = 60;

std::string csv_field(const std::string& text) {
  if (text.empty()) return "\"\"";
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

bool is_number(batch::TypeKind kind) {
  return kind >= batch::TypeKind::int16 && kind <= batch::TypeKind::decimal;
}

std::string csv(const sql::QueryResult& result) {
  std::string out;
  for (std::size_t i = 0; i < result.schema->size(); ++i)
    out += (i ? "," : "") + csv_field((*result.schema)[i].name);
  out += "\n";
  for (const auto& batch : result.batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      for (std::size_t i = 0; i < result.schema->size(); ++i) {
        if (i) out += ",";
        if (!batch.column(i).is_null(row)) out += csv_field(batch.column(i).print(row));
      }
      out += "\n";
    }
  }
  return out;
}

std::string json(const sql::QueryResult& result) {
  std::string out;
  for (const auto& batch : result.batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      out += "{";
      for (std::size_t i = 0; i < result.schema->size(); ++i) {
        out += (i ? "," : "") + document::json_quote((*result.schema)[i].name) + ":";
        batch::TypeKind kind = (*result.schema)[i].type.kind;
        if (batch.column(i).is_null(row)) {
          out += "null";
        } else if (is_number(kind) || kind == batch::TypeKind::boolean || kind == batch::TypeKind::json) {
          out += batch.column(i).print(row);
        } else {
          out += document::json_quote(batch.column(i).print(row));
        }
      }
      out += "}\n";
    }
  }
  return out;
}

std::string aligned(const sql::QueryResult& result, bool markdown) {
  std::size_t columns = result.schema->size();
  std::vector<std::vector<std::string>> rows(1);
  std::vector<std::size_t> widths(columns);
  for (std::size_t i = 0; i < columns; ++i) rows[0].push_back((*result.schema)[i].name);
  for (const auto& batch : result.batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      rows.emplace_back();
      for (std::size_t i = 0; i < columns; ++i) {
        std::string text = batch.column(i).is_null(row) ? "" : batch.column(i).print(row);
        std::replace(text.begin(), text.end(), '\n', ' ');
        rows.back().push_back(markdown ? text : fit(text, kCellWidthMax));
      }
    }
  }
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < columns; ++i)
      widths[i] =
          std::max(widths[i], static_cast<std::size_t>(std::count_if(
                                  row[i].begin(), row[i].end(), [](char c) { return (c & 0xC0) != 0x80; })));
  }
  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < columns; ++i) {
      bool right = r > 0 && is_number((*result.schema)[i].type.kind);
      line += (markdown ? (i ? " | " : "| ") : (i ? "  " : "")) + pad(rows[r][i], widths[i], right);
    }
    if (markdown) line += " |";
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + "\n";
    if (r > 0) continue;
    line.clear();
    for (std::size_t i = 0; i < columns; ++i) {
      std::string rule;
      for (std::size_t k = 0; k < std::max<std::size_t>(3, widths[i]); ++k) rule += markdown ? "-" : "─";
      line += (markdown ? (i ? " | " : "| ") : (i ? "  " : "")) + rule;
    }
    out += line + (markdown ? " |\n" : "\n");
  }
  return out;
}

}  // namespace

std::optional<TableFormat> parse_table_format(std::string_view name) {
  if (name == "table") return TableFormat::table;
  if (name == "csv") return TableFormat::csv;
  if (name == "json") return TableFormat::json;
  if (name == "md" || name == "markdown") return TableFormat::markdown;
  return std::nullopt;
}

std::string format_table(const sql::QueryResult& result, TableFormat format) {
  switch (format) {
    case TableFormat::csv:
      return csv(result);
    case TableFormat::json:
      return json(result);
    case TableFormat::markdown:
      return aligned(result, true);
    case TableFormat::table:
      break;
  }
  return aligned(result, false);
}

}  // namespace leat::cli
