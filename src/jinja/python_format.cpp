#include <charconv>
#include <cmath>

#include "jinja/depth_guard.h"
#include "jinja/object.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {

std::string real_repr(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  std::string out;
  if (text.front() == '-') {
    out = "-";
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  int exponent = 0;
  const std::string_view power = text.substr(e + (text[e + 1] == '+' ? 2 : 1));
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    out += digits[0];
    if (count > 1) out += "." + digits.substr(1);
    out += fmt::format("e{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
  } else if (exponent < 0) {
    out += "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  } else if (count <= exponent + 1) {
    out += digits + std::string(static_cast<std::size_t>(exponent + 1 - count), '0') + ".0";
  } else {
    const auto whole = static_cast<std::size_t>(exponent + 1);
    out += digits.substr(0, whole) + "." + digits.substr(whole);
  }
  return out;
}

namespace {

bool printable(char32_t code) {
  if (code < 0x20 || (code >= 0x7F && code < 0xA1) || code == 0xAD) return false;
  if (is_blank(code)) return code == ' ';
  return !(code >= 0xD800 && code < 0xE000) && !(code >= 0x200B && code <= 0x200F) && code != 0xFEFF &&
         !(code >= 0x2028 && code <= 0x202E) && !(code >= 0x2060 && code <= 0x206F) && code < 0xE0000;
}

void append_quoted(std::string& out, std::string_view text, bool bytes) {
  const bool doubles = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char quote = doubles ? '"' : '\'';
  if (bytes) out += 'b';
  out += quote;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t code = bytes ? static_cast<unsigned char>(text[at++]) : next_code_point(text, at);
    if (code == static_cast<char32_t>(quote) || code == '\\') {
      out += '\\';
      out += static_cast<char>(code);
    } else if (code == '\n') {
      out += "\\n";
    } else if (code == '\r') {
      out += "\\r";
    } else if (code == '\t') {
      out += "\\t";
    } else if (bytes ? code >= 0x20 && code < 0x7F : printable(code)) {
      out.append(text.substr(begin, at - begin));
    } else if (code < 0x100) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(code));
    } else if (code < 0x10000) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    } else {
      out += fmt::format("\\U{:08x}", static_cast<std::uint32_t>(code));
    }
  }
  out += quote;
}

void append_repr(std::string& out, const Value& value);

void append_items(std::string& out, const std::vector<Value>& items) {
  for (std::size_t at = 0; at < items.size(); ++at) {
    if (at) out += ", ";
    append_repr(out, items[at]);
  }
}

void append_dict(std::string& out, const Dict& dict, bool values) {
  bool first = true;
  dict.each([&](const Value& key, const Value& value) {
    if (!first) out += ", ";
    first = false;
    append_repr(out, key);
    if (!values) return;
    out += ": ";
    append_repr(out, value);
  });
}

// Python prints a container inside itself as [...]; the boxes being printed are remembered for that.
struct Printing {
  static std::vector<const void*>& open() {
    static thread_local std::vector<const void*> boxes;
    return boxes;
  }
  explicit Printing(const void* box) : again(std::find(open().begin(), open().end(), box) != open().end()) {
    open().push_back(box);
  }
  Printing(const Printing&) = delete;
  Printing& operator=(const Printing&) = delete;
  ~Printing() { open().pop_back(); }
  bool again;
};

void append_container(std::string& out, const Value& value) {
  DepthGuard guard;
  switch (value.kind()) {
    case Kind::list: {
      Printing printing(&value.as_list());
      if (printing.again) {
        out += "[...]";
        return;
      }
      out += '[';
      append_items(out, value.as_list().items);
      out += ']';
      return;
    }
    case Kind::tuple:
      out += '(';
      append_items(out, value.as_tuple().items);
      out += value.as_tuple().items.size() == 1 ? ",)" : ")";
      return;
    case Kind::dict: {
      Printing printing(&value.as_dict());
      if (printing.again) {
        out += "{...}";
        return;
      }
      out += '{';
      append_dict(out, value.as_dict(), true);
      out += '}';
      return;
    }
    default:
      if (value.as_set().members.empty()) {
        out += "set()";
        return;
      }
      out += '{';
      append_dict(out, value.as_set().members, false);
      out += '}';
  }
}

void append_repr(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Kind::string:
      append_quoted(out, value.as_string(), false);
      return;
    case Kind::bytes:
      append_quoted(out, value.as_bytes(), true);
      return;
    case Kind::undefined:
      if (value.absence() && value.absence()->policy == UndefinedPolicy::strict) raise_undefined(value);
      out += "Undefined";
      return;
    case Kind::object:
      out += value.as_object().repr();
      return;
    case Kind::list:
    case Kind::tuple:
    case Kind::dict:
    case Kind::set:
      append_container(out, value);
      return;
    default:
      append_text(out, value);
  }
}

}  // namespace

void append_text(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      if (value.absence() && value.absence()->policy == UndefinedPolicy::strict) raise_undefined(value);
      return;
    case Kind::none:
      out += "None";
      return;
    case Kind::boolean:
      out += value.as_bool() ? "True" : "False";
      return;
    case Kind::integer: {
      char buffer[24];
      const auto end = std::to_chars(buffer, buffer + sizeof buffer, value.as_integer()).ptr;
      out.append(buffer, end);
      return;
    }
    case Kind::real:
      out += real_repr(value.as_real());
      return;
    case Kind::string:
      out += value.as_string();
      return;
    case Kind::object:
      out += value.as_object().str();
      return;
    default:
      append_repr(out, value);
  }
}

std::string to_text(const Value& value) {
  if (value.is_string()) return value.as_string();
  std::string out;
  append_text(out, value);
  return out;
}

std::string to_repr(const Value& value) {
  std::string out;
  append_repr(out, value);
  return out;
}

std::string_view type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      return "Undefined";
    case Kind::none:
      return "NoneType";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::real:
      return "float";
    case Kind::string:
      return "str";
    case Kind::bytes:
      return "bytes";
    case Kind::list:
      return "list";
    case Kind::tuple:
      return "tuple";
    case Kind::dict:
      return "dict";
    case Kind::set:
      return "set";
    case Kind::object:
      break;
  }
  return value.as_object().type_name();
}

}  // namespace leat::jinja
