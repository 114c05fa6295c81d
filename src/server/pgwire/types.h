// Types of PostgreSQL that the endpoint knows: their numbers, and what DuckDB calls
// them.
//
// Guarantees: numbers and lengths are PostgreSQL's own, since clients have them compiled
//   in. pg_type is printed from this table.
// Threads: immutable.
// Owns: nothing.
// Errors: none; what is not in the table is none of ours.
// Source: PostgreSQL's pg_type
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace leat::server::pgwire {

using Oid = std::uint32_t;

inline constexpr Oid kBool = 16, kBytea = 17, kChar = 18, kName = 19, kInt8 = 20, kInt2 = 21,
                     kInt2Vector = 22, kInt4 = 23, kRegproc = 24, kText = 25, kOid = 26, kJson = 114,
                     kFloat4 = 700, kFloat8 = 701, kUnknown = 705, kBpchar = 1042, kVarchar = 1043,
                     kDate = 1082, kTime = 1083, kTimestamp = 1114, kTimestampTz = 1184, kInterval = 1186,
                     kTimeTz = 1266, kNumeric = 1700, kRegclass = 2205, kRegtype = 2206, kUuid = 2950,
                     kJsonb = 3802;

struct PgType {
  Oid oid;
  std::string_view name;
  int length;                   ///< in bytes; -1 for what varies
  Oid array;                    ///< its array's number, 0 for none
  char category;                ///< as pg_type.typcategory
  std::string_view duck;        ///< what a parameter of it is cast to; "" leaves it as text
  std::string_view words = {};  ///< as format_type() prints it; "" for the name
};

/// Every type that is no array.
std::span<const PgType> pg_types();
/// The type of that number, nullptr when it is none (or an array).
const PgType* find_type(Oid oid);
/// The type whose array has that number, or nullptr.
const PgType* element_of(Oid array);
/// Its length in bytes, -1 for what varies.
int length_of(Oid oid);

}  // namespace leat::server::pgwire
