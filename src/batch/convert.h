// Conversion of values and columns from one type to another, without loss or not at all.
//
// Guarantees: a value that converts prints the same in both types, up to form ("1" and "1.00", "2026-01-05"
//   and "2026-01-05 00:00:00"); a value that would lose something ("012" as a number, 1.5 as an integer)
//   fails. Every value has a text. Instants without a zone count as UTC.
// Threads: any.
// Errors: none throw; what fails is told.
#pragma once
#include <cstdint>
#include <vector>

#include "batch/record_batch.h"

namespace leat::batch {

/// Appends row `row` of `from` to `to` in its type; false, and nothing appended, where it does not fit.
bool append_converted(const ColumnData& from, std::size_t row, ColumnData& to);
/// Appends the value that `text` spells; false, and nothing appended, where it spells none of that type.
bool append_parsed(std::string_view text, ColumnData& to);

/// The column in type `to`; rows that do not convert are null there and their numbers are in `failed`.
ColumnData convert(const ColumnData& from, Type to, std::vector<std::size_t>& failed);
/// The rows of `batch` whose numbers are not in `dropped`. Requires: `dropped` is sorted.
RecordBatch without_rows(RecordBatch&& batch, const std::vector<std::size_t>& dropped);

}  // namespace leat::batch
