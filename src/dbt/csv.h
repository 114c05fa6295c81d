// Csv: reads a CSV text into rows of fields, and guesses column types as dbt's seeds do.
//
// Guarantees: RFC 4180: quoted fields may hold commas, line breaks and doubled quotes; LF and CRLF; a byte
// order mark
//   is skipped. A field that is empty and not quoted is null.
// Threads: pure functions.
// Errors: Error(dbt_project) with file:line for an open quote or a row of another width.
// Source: RFC 4180; dbt's seed types (integer, number, date, timestamp, boolean, text)
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "batch/type.h"

namespace leat::dbt {

struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

CsvTable read_csv(std::string_view text, const std::string& file, char delimiter = ',');
/// The narrowest of int64, float64, date, timestamp, boolean and text that fits every value of a column.
batch::Type guess_type(const CsvTable& table, std::size_t column);

}  // namespace leat::dbt
