// JSON lines: batches to JSON, one record a line.
//
// Guarantees: columnar: names are quoted once a batch, no allocation a value. Numbers and
//   decimals keep every digit; instants are ISO 8601; bytes are base64; NaN and the infinities
//   are the texts "NaN", "Infinity" and "-Infinity"; a json column's value stands as it is, on
//   one line.
// Threads: pure function.
// Errors: none.
// Source: RFC 8259, https://jsonlines.org
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "batch/record_batch.h"

namespace leat::files {

/// Appends rows [from, to) of `batch`. With a `raw_column` (json or text) each line is that column's value
/// alone, as for records that came as JSON.
void append_json_lines(const batch::RecordBatch& batch, std::size_t from, std::size_t to, std::string& out,
                       std::string_view raw_column = {});

}  // namespace leat::files
