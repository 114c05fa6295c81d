// NamedTypes: an engine's names of types, as a table that is read both ways.
//
// Guarantees: the first row of a kind is the name that CREATE TABLE uses; the others are read only.
// Threads: pure functions over a constant table.
// Errors: none.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "batch/type.h"

namespace leat::sql {

struct NamedType {
  std::string_view name;
  batch::Type type;
};

/// The name that columns of this kind are made with; `fallback` where the table has none.
inline std::string_view name_of(std::span<const NamedType> types, batch::TypeKind kind,
                                std::string_view fallback) {
  for (const NamedType& row : types) {
    if (row.type.kind == kind) return row.name;
  }
  return fallback;
}

/// The type of that name, which has to be written as the table has it.
inline std::optional<batch::Type> type_of(std::span<const NamedType> types, std::string_view name) {
  for (const NamedType& row : types) {
    if (row.name == name) return row.type;
  }
  return std::nullopt;
}

}  // namespace leat::sql
