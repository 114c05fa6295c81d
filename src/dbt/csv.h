// Csv: reads a CSV text into rows of fields, and guesses column types as dbt's seeds do.
//
// Guarantees: RFC 4180: quoted fields may hold commas, line breaks and doubled quotes; LF and CRLF; a byte
//   order mark is skipped. Fields are views into the text where nothing had to be unescaped.
// Threads: pure functions.
// Owns: a CsvTable owns its unescaped fields, not the text that it was read from.
// Errors: Error(dbt_project) with file:line for an open quote or a row of another width.
// Source: RFC 4180; dbt's seed types (integer, number, date, timestamp, boolean, text)
#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "batch/type.h"

namespace leat::dbt {

struct CsvTable {
  std::vector<std::string> header;
  std::size_t width() const { return header.size(); }
  std::size_t rows() const { return header.empty() ? 0 : fields.size() / header.size(); }
  std::string_view at(std::size_t row, std::size_t column) const { return fields[row * width() + column]; }

  std::vector<std::string_view> fields;  ///< row after row
  std::deque<std::string> unescaped;
};

/// Requires: `text` outlives the table.
CsvTable read_csv(std::string_view text, const std::string& file, char delimiter = ',');
/// True for what a seed loads as null: nothing, or "null" in any case.
bool is_null_field(std::string_view field);
/// The narrowest of int32, int64, float64, date, timestamp, boolean and text that fits every value of a
/// column.
batch::Type guess_type(const CsvTable& table, std::size_t column);
/// The field as that type is written in SQL: numbers without group commas, percent and currency signs.
/// Points into `field`, or into `changed`.
std::string_view normalized(std::string_view field, const batch::Type& type, std::string& changed);

}  // namespace leat::dbt
