#include "sources/declarative/json_index.h"

#include <simdjson.h>

#include "base/error.h"
#include "base/utf8.h"

namespace leat::sources::declarative {
namespace {

constexpr std::size_t kDepthMax = 256;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool valid_number(std::string_view token) {
  std::size_t i = token[0] == '-' ? 1 : 0;
  if (i == token.size() || !is_digit(token[i])) return false;
  if (token[i] == '0') {
    ++i;
  } else {
    while (i < token.size() && is_digit(token[i])) ++i;
  }
  if (i < token.size() && token[i] == '.') {
    std::size_t from = ++i;
    while (i < token.size() && is_digit(token[i])) ++i;
    if (i == from) return false;
  }
  if (i < token.size() && (token[i] == 'e' || token[i] == 'E')) {
    ++i;
    if (i < token.size() && (token[i] == '+' || token[i] == '-')) ++i;
    std::size_t from = i;
    while (i < token.size() && is_digit(token[i])) ++i;
    if (i == from) return false;
  }
  return i == token.size();
}

bool valid_scalar(std::string_view token) {
  if (token.empty()) return false;
  switch (token[0]) {
    case '"':
      return token.size() >= 2 && token.back() == '"';
    case 't':
      return token == "true";
    case 'f':
      return token == "false";
    case 'n':
      return token == "null";
    default:
      return valid_number(token);
  }
}

bool read_hex(std::string_view text, std::size_t at, std::uint32_t& code) {
  if (at + 4 > text.size()) return false;
  code = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    char c = text[i];
    std::uint32_t digit;
    if (is_digit(c)) {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A' + 10);
    } else {
      return false;
    }
    code = code << 4 | digit;
  }
  return true;
}

// Reads \uXXXX (and a second one for the other half of a pair); a lone half becomes U+FFFD and is told.
bool unescape_unicode(std::string_view content, std::size_t& at, std::string& out, bool* half_pair) {
  std::uint32_t code = 0, low = 0;
  if (!read_hex(content, at, code)) return false;
  at += 4;
  if (code >= 0xD800 && code < 0xDC00 && at + 6 <= content.size() && content[at] == '\\' &&
      content[at + 1] == 'u' && read_hex(content, at + 2, low) && low >= 0xDC00 && low < 0xE000) {
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    at += 6;
  }
  bool half = code >= 0xD800 && code < 0xE000;
  if (half && half_pair) *half_pair = true;
  append_code_point(out, half ? 0xFFFD : code);
  return true;
}

}  // namespace

struct JsonIndex::Stage {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

JsonIndex::JsonIndex() : stage_(std::make_unique<Stage>()) {}
JsonIndex::~JsonIndex() = default;

std::string JsonIndex::build(std::string_view text) {
  text_ = text.data();
  begin_ = end_ = nullptr;
  simdjson::error_code error = simdjson::SUCCESS;
  if (!stage_->parser) {
    error = simdjson::get_active_implementation()->create_dom_parser_implementation(text.size() + 64, 4,
                                                                                    stage_->parser);
  } else if (stage_->parser->capacity() < text.size()) {
    error = stage_->parser->allocate(text.size() + text.size() / 4, 4);
  }
  if (!error) {
    error = stage_->parser->stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                   simdjson::stage1_mode::regular);
  }
  if (error) return simdjson::error_message(error);
  begin_ = stage_->parser->structural_indexes.get();
  end_ = begin_ + stage_->parser->n_structural_indexes;
  return "";
}

JsonAt skip_value(const char* text, JsonAt at, JsonAt end) {
  char open[kDepthMax];
  std::size_t depth = 0;
  std::string_view key;
  while (true) {
    if (at >= end) return nullptr;
    char c = text[*at];
    if (c == '{' || c == '[') {
      if (depth == kDepthMax) return nullptr;
      char close = c == '{' ? '}' : ']';
      if (at + 1 < end && text[at[1]] == close) {
        at += 2;
      } else {
        open[depth++] = c;
        ++at;
        if (c == '[') continue;
        if (!read_key(text, at, end, key)) return nullptr;
        at += 2;
        continue;
      }
    } else {
      if (!valid_scalar(scalar_text(text, at))) return nullptr;
      ++at;
    }
    // A value ends here: close what ends with it, or go on behind the comma.
    while (true) {
      if (depth == 0) return at;
      if (at >= end) return nullptr;
      char next = text[*at++];
      if (next == ',') break;
      if (next != (open[depth - 1] == '{' ? '}' : ']')) return nullptr;
      --depth;
    }
    if (open[depth - 1] == '{') {
      if (!read_key(text, at, end, key)) return nullptr;
      at += 2;
    }
  }
}

std::string_view raw_value(const char* text, JsonAt at, JsonAt after) {
  std::string_view last = scalar_text(text, after - 1);
  return {text + *at, static_cast<std::size_t>(last.data() + last.size() - (text + *at))};
}

bool unescape(std::string_view content, std::string& out, bool* half_pair) {
  std::size_t at = 0;
  while (at < content.size()) {
    std::size_t slash = content.find('\\', at);
    if (slash == std::string_view::npos) slash = content.size();
    out.append(content, at, slash - at);
    if (slash == content.size()) return true;
    if (slash + 1 == content.size()) return false;
    char c = content[slash + 1];
    at = slash + 2;
    static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    if (std::size_t known = kFrom.find(c); known != std::string_view::npos) {
      out += kTo[known];
    } else if (c != 'u' || !unescape_unicode(content, at, out, half_pair)) {
      return false;
    }
  }
  return true;
}

}  // namespace leat::sources::declarative
