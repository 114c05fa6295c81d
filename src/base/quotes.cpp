#include "base/quotes.h"

#include <array>

namespace leat {
namespace {

constexpr std::array<bool, 256> kNeedsEscape = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < 32; ++i) table[i] = true;
  table['"'] = table['\\'] = true;
  return table;
}();

void append_escape(char c, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
    case '\\':
      out += c;
      break;
    case '\n':
      out += 'n';
      break;
    case '\t':
      out += 't';
      break;
    case '\r':
      out += 'r';
      break;
    default:
      out += "u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
  }
}

}  // namespace

std::string in_marks(std::string_view text, char mark) {
  std::string out(1, mark);
  for (char c : text) {
    if (c == mark) out += mark;
    out += c;
  }
  return out += mark;
}

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kNeedsEscape[static_cast<unsigned char>(text[i])]) continue;
    out.append(text, from, i - from);
    append_escape(text[i], out);
    from = i + 1;
  }
  out.append(text, from, text.size() - from);
  out += '"';
}

std::string without_quoted(std::string message) {
  constexpr std::size_t kMark = 3;  // "]" is the message's own
  for (std::size_t at = message.find('"'); at != std::string::npos; at = message.find('"', at + kMark)) {
    bool is_mark = at + 2 < message.size() && message[at + 2] == '"';
    if (is_mark) continue;
    message.replace(at, std::string::npos, "…");
    break;
  }
  while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) message.pop_back();
  return message;
}

}  // namespace leat
