// JSON escapes: what engines that parse JSON refuse though a source may send it.
//
// Guarantees: looks at escapes only; says nothing about the rest of the text.
// Threads: pure function.
// Source: RFC 8259, 7 and 8.2
#pragma once
#include <string_view>

namespace leat::warehouses {

/// Whether an escape names half of a surrogate pair without its other half.
bool has_lone_surrogate(std::string_view json);

}  // namespace leat::warehouses
