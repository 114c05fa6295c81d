// JsonField: one field out of a record of JSON, for partitions.
//
// Guarantees: objects and arrays are printed as compact JSON.
// Threads: pure function.
// Errors: none; nullopt for what is absent, null or no JSON.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leat::lake {

/// The value at "a.b.c" (a leading dot is fine) of a JSON object.
std::optional<std::string> json_field(std::string_view json, std::string_view path);

}  // namespace leat::lake
