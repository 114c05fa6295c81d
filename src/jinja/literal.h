// literal_eval: reads a Python literal, as ast.literal_eval of Python 3.11 does.
//
// Guarantees: takes exactly the texts that Python takes (numbers with _, hex, octal, binary; strings with all
//   prefixes; adjacent strings; tuples, lists, dicts, sets, set(); True, False, None; unary + and -; leading
//   blanks), except complex numbers and integers beyond 64 bits, which give nullopt.
// Threads: any.
// Errors: nullopt for what is no literal; nesting deeper than 100 is none.
// Source: https://docs.python.org/3.11/library/ast.html#ast.literal_eval, lexical analysis 2.4.
#pragma once
#include <optional>
#include <string_view>

#include "jinja/value.h"

namespace leat::jinja {

/// Reads `text` as a literal.
std::optional<Value> literal_eval(std::string_view text);

}  // namespace leat::jinja
