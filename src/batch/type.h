// Type: the column types of Leat, and Schema: the named, typed columns of a batch or relation.
//
// Guarantees: types are few and logical; each warehouse maps them in one table (warehouses/*/types.h).
// Threads: immutable values; SchemaPtr may be shared between threads.
// Errors: none throw; look-ups return nullopt.
// Source: Arrow's logical types, https://arrow.apache.org/docs/format/Columnar.html
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leat::batch {

enum class TypeKind : std::uint8_t {
  boolean,  ///< 1 byte a value, 0 or 1
  int16,
  int32,
  int64,
  float32,
  float64,
  decimal,  ///< int128, scaled by 10^scale; precision up to 38
  text,     ///< UTF-8
  bytes,
  date,         ///< int32 days since 1970-01-01
  time,         ///< int64 microseconds since midnight
  timestamp,    ///< int64 microseconds since 1970-01-01, no zone
  timestamptz,  ///< int64 microseconds since 1970-01-01 UTC
  json,         ///< UTF-8 JSON text
  uuid,         ///< text in the canonical 36-character form
};

struct Type {
  TypeKind kind = TypeKind::text;
  std::uint8_t precision = 0;  ///< decimal only
  std::uint8_t scale = 0;      ///< decimal only
  bool operator==(const Type&) const = default;

  /// Bytes of one value, or 0 for kinds of variable length (text, bytes, json, uuid).
  std::size_t width() const;
  bool is_variable() const { return width() == 0; }
  /// "int64", "decimal(18,3)", as used in leat.yml and messages.
  std::string name() const;
};

/// Dates and instants that have no end; negative: no beginning. As DuckDB counts them.
inline constexpr std::int64_t kInfiniteMicros = INT64_MAX;
inline constexpr std::int32_t kInfiniteDays = INT32_MAX;

/// Reads what Type::name() prints; nullopt for no type.
std::optional<Type> parse_type(std::string_view name);
/// The narrowest type that holds every value of both without loss; text when there is no other. Used to widen
/// columns.
Type common_type(Type a, Type b);

struct Column {
  std::string name;
  Type type;
  bool nullable = true;
  bool operator==(const Column&) const = default;
};

class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Column> columns);
  const std::vector<Column>& columns() const { return columns_; }
  std::size_t size() const { return columns_.size(); }
  const Column& operator[](std::size_t i) const { return columns_[i]; }
  /// The index of the column of that exact name.
  std::optional<std::size_t> find(std::string_view name) const;
  bool operator==(const Schema&) const = default;

 private:
  std::vector<Column> columns_;
};
using SchemaPtr = std::shared_ptr<const Schema>;

}  // namespace leat::batch
