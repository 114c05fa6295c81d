#include <cmath>

#include "jinja/depth_guard.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_plain(text[end])) ++end;
    out.append(text, at, end - at);
    at = end;
    if (at == text.size()) break;
    const char32_t code = next_code_point(text, at);
    switch (code) {
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
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (code >= 0x20 && code < 0x7F) {
          out += static_cast<char>(code);
        } else if (code < 0x10000) {
          out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
        } else {
          const auto rest = static_cast<std::uint32_t>(code - 0x10000);
          out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
        }
    }
  }
  out += '"';
}

class JsonWriter {
 public:
  JsonWriter(int indent, bool sort_keys) : indent_(indent), sort_keys_(sort_keys) {}

  void write(const Value& value) {
    switch (value.kind()) {
      case Kind::undefined:
        raise_type("Object of type Undefined is not JSON serializable");
      case Kind::none:
        out += "null";
        return;
      case Kind::boolean:
        out += value.as_bool() ? "true" : "false";
        return;
      case Kind::integer:
        append_text(out, value);
        return;
      case Kind::real:
        write_real(value.as_real());
        return;
      case Kind::string:
        append_json_text(out, value.as_string());
        return;
      case Kind::list:
      case Kind::tuple:
        write_items(value.items());
        return;
      case Kind::dict:
        write_dict(value.as_dict());
        return;
      case Kind::object:
        if (auto plain = value.as_object().json()) {
          DepthGuard guard;
          write(*plain);
          return;
        }
        break;
      default:
        break;
    }
    raise_type(fmt::format("Object of type {} is not JSON serializable", type_name(value)));
  }
  std::string out;

 private:
  void write_real(double value) {
    if (std::isnan(value)) {
      out += "NaN";
    } else if (std::isinf(value)) {
      out += value < 0 ? "-Infinity" : "Infinity";
    } else {
      out += real_repr(value);
    }
  }
  void line() {
    if (indent_ >= 0) out += "\n" + std::string(static_cast<std::size_t>(indent_ * level_), ' ');
  }
  void comma(bool& first) {
    if (!first) out += indent_ >= 0 ? "," : ", ";
    first = false;
    line();
  }
  void write_items(const std::vector<Value>& items) {
    DepthGuard guard;
    out += '[';
    ++level_;
    bool first = true;
    for (const Value& item : items) {
      comma(first);
      write(item);
    }
    --level_;
    if (!items.empty()) line();
    out += ']';
  }
  static std::string key_text(const Value& key) {
    switch (key.kind()) {
      case Kind::string:
        return key.as_string();
      case Kind::none:
        return "null";
      case Kind::boolean:
        return key.as_bool() ? "true" : "false";
      case Kind::integer:
      case Kind::real:
        return to_text(key);
      default:
        raise_type(fmt::format("keys must be str, int, float, bool or None, not {}", type_name(key)));
    }
  }
  void write_dict(const Dict& dict) {
    DepthGuard guard;
    std::vector<std::pair<Value, Value>> entries;
    dict.each([&](const Value& key, const Value& value) { entries.emplace_back(key, value); });
    if (sort_keys_)
      std::stable_sort(entries.begin(), entries.end(),
                       [](const auto& a, const auto& b) { return order(a.first, b.first) < 0; });
    out += '{';
    ++level_;
    bool first = true;
    for (const auto& [key, value] : entries) {
      comma(first);
      append_json_text(out, key_text(key));
      out += ": ";
      write(value);
    }
    --level_;
    if (!entries.empty()) line();
    out += '}';
  }
  int indent_, level_ = 0;
  bool sort_keys_;
};

}  // namespace

std::string to_json(const Value& value, int indent, bool sort_keys) {
  JsonWriter writer(indent, sort_keys);
  writer.write(value);
  return std::move(writer.out);
}

}  // namespace leat::jinja
