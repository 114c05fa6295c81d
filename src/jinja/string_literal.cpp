#include "jinja/string_literal.h"

#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Reads `count` hexadecimal digits at `at`.
std::optional<char32_t> read_hex(std::string_view text, std::size_t& at, std::size_t count) {
  char32_t code = 0;
  for (std::size_t i = 0; i < count; ++i, ++at) {
    const int digit = at < text.size() ? hex_digit(text[at]) : -1;
    if (digit < 0) return std::nullopt;
    code = code * 16 + static_cast<char32_t>(digit);
  }
  if (code > 0x10FFFF) return std::nullopt;
  return code;
}

char plain_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case '\\':
    case '\'':
    case '"':
      return c;
    default:
      return '\0';
  }
}

}  // namespace

std::optional<std::string> unescape_string(std::string_view text, std::string& out, bool bytes) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 >= text.size()) {
      out += text[at++];
      continue;
    }
    const char c = text[at + 1];
    const auto put = [&](char32_t code) {
      if (bytes) {
        out += static_cast<char>(code);
      } else {
        append_code_point(out, code);
      }
    };
    if (const char plain = plain_escape(c)) {
      out += plain;
      at += 2;
    } else if (c == '\n') {
      at += 2;
    } else if (c >= '0' && c <= '7') {
      char32_t code = 0;
      std::size_t digit = at + 1;
      for (; digit < at + 4 && digit < text.size() && text[digit] >= '0' && text[digit] <= '7'; ++digit)
        code = code * 8 + static_cast<char32_t>(text[digit] - '0');
      at = digit;
      put(code);
    } else if (c == 'x' || (!bytes && (c == 'u' || c == 'U'))) {
      at += 2;
      const auto code = read_hex(text, at, c == 'x' ? 2 : c == 'u' ? 4 : 8);
      if (!code) return fmt::format("The escape \\{} in a string is not complete", c);
      put(*code);
    } else {
      out += '\\';
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace leat::jinja
