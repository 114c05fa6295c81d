// Arrow: results in Arrow's stream form, which Snowflake gives to clients that ask for it and fakesnow to
// all.
//
// Guarantees: reads what Snowflake sends: booleans, whole numbers and decimals with a scale, reals, text,
//   binary, dates, times, and timestamps as numbers or as structs of epoch, fraction and time zone. Never
//   reads outside of the stream.
// Threads: pure function.
// Errors: none; false for what is damaged, compressed, or of another form.
// Source: https://arrow.apache.org/docs/format/Columnar.html (IPC streaming format); Snowflake's field
//   metadata as read by gosnowflake 2
#pragma once
#include <string_view>

#include "warehouses/snowflake/result.h"

namespace leat::warehouses::snowflake {

/// Reads a stream's batches into `rows`, whose columns have to be the stream's.
bool read_arrow(std::string_view stream, RowBuilder& rows);

}  // namespace leat::warehouses::snowflake
