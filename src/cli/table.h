// Tables of query results as text: aligned for people, CSV, JSON lines, Markdown.
//
// Guarantees: CSV as RFC 4180: null is an empty field, empty text is "". JSON keeps numbers and booleans.
// Threads: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sql/adapter.h"

namespace leat::cli {

enum class TableFormat { table, csv, json, markdown };
std::optional<TableFormat> parse_table_format(std::string_view name);
std::string format_table(const sql::QueryResult& result, TableFormat format);

}  // namespace leat::cli
