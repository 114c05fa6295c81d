// Comparison: what a command printed against what the script expects.
//
// Guarantees: durations, rates and identifiers that differ between two runs are made alike on both sides.
// Threads: any.
// Errors: none.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace script {

/// "1.25 s", "350ms" become "N s"; "12,345 rows/s" becomes "N rows/s"; UUIDs become UUID; ends of lines lose
/// spaces.
std::string normalise(std::string_view line);
std::vector<std::string> split_lines(std::string_view text);
/// Whether the lines agree; a line "..." of `expected` stands for any number of lines.
bool agree(const std::vector<std::string>& expected, const std::vector<std::string>& actual);

/// Rows of a CSV without its header: cells of one row divided by two spaces; null is NULL, empty text ''.
/// `types`: a letter a column: T text, I integer, R number with a fraction (six significant digits are
/// compared). Returns false when the number of columns is another; `rows` then holds what came.
bool rows_of_csv(std::string_view csv, std::string_view types, std::vector<std::string>& rows);

}  // namespace script
