// UTF-8: code points of template strings, with the case rules of Latin, Greek and Cyrillic letters.
//
// Guarantees: invalid bytes count as one code point each and are kept.
// Threads: any.
// Errors: none.
// Source: RFC 3629; Unicode simple case mappings (the alphabets named above).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"

namespace leat::jinja {

/// Reads the code point at `at` and moves `at` behind it.
char32_t next_code_point(std::string_view text, std::size_t& at);
/// Counts the code points.
std::size_t count_code_points(std::string_view text);
/// The byte offset of the code point number `index` (the end when there are fewer).
std::size_t offset_of(std::string_view text, std::size_t index);

char32_t lower_code_point(char32_t code);
char32_t upper_code_point(char32_t code);
std::string lower_text(std::string_view text);
std::string upper_text(std::string_view text);
bool is_letter(char32_t code);
bool is_lower_letter(char32_t code);
bool is_upper_letter(char32_t code);
bool is_digit(char32_t code);
/// Python's str.isspace for one character.
bool is_blank(char32_t code);

}  // namespace leat::jinja
