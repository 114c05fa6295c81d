#include "problem.h"

#include <fmt/core.h>

namespace soda {

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out += fmt::format("\\u{:04x}", static_cast<int>(c));
        else
          out += c;
    }
  }
  return out += '"';
}

std::string Problem::body(Shape shape) const {
  const std::string data = data_.empty() ? "{}" : data_;
  if (shape == Shape::documented)
    return fmt::format("{{\"code\":{},\"error\":true,\"message\":{},\"data\":{}}}\n", json_string(code_),
                       json_string(message_), data);
  const std::string words = code_.starts_with("query.")
                                ? fmt::format("Query coordinator error: {}; {}", code_, message_)
                                : message_;
  return fmt::format("{{\"message\":{},\"errorCode\":{},\"data\":{}}}\n", json_string(words),
                     json_string(code_), data);
}

}  // namespace soda
