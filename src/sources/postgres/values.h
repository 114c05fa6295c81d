// Values: one value of PostgreSQL, in its binary or its text form, appended to a column.
//
// Guarantees: both forms of one value give the same result. Infinite dates and timestamps become the ends of
//   their numbers (stream/infinity in docs/guide/postgres.md); a number that is none (NaN, infinity) becomes
//   null in a decimal column and is told.
// Threads: pure functions.
// Errors: none throw; malformed bytes are told and leave the column as it was.
// Source: the send functions in src/backend/utils/adt of PostgreSQL 15; chapter 8 for the text forms
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "batch/record_batch.h"
#include "sources/postgres/geometry.h"
#include "sources/postgres/types.h"

namespace leat::sources::postgres {

enum class Decoded : std::uint8_t {
  good,
  replaced,   ///< the column can't hold it: null was appended
  malformed,  ///< nothing was appended
};

/// A value as binary COPY and binary replication send it; a plan that is not is_binary() takes text.
Decoded append_binary(const ColumnPlan& plan, std::string_view bytes, batch::ColumnData& to);
/// A value as it prints.
Decoded append_text(const ColumnPlan& plan, std::string_view text, batch::ColumnData& to);

/// A geometry's text; malformed for nullopt.
Decoded append_geometry(const std::optional<std::string>& text, batch::ColumnData& to);
/// An array's text ({1,NULL,"a b"}) as JSON; nullopt when it is none. Bounds other than 1 are dropped.
std::optional<std::string> array_to_json(const ColumnPlan& plan, std::string_view text);
/// hstore's text ("a"=>"1", "b"=>NULL) as a JSON object; nullopt when it is none.
std::optional<std::string> hstore_to_json(std::string_view text);

}  // namespace leat::sources::postgres
