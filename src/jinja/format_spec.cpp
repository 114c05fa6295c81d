// Python's format mini-language: format(value, ">10.2f") and str.format().
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "jinja/call.h"
#include "jinja/datetime.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

constexpr std::size_t kWidthMax = 1 << 20;

struct Spec {
  std::string fill = " ";
  char align = '\0', sign = '-', group = '\0', type = '\0';
  bool alternate = false, zero = false;
  std::size_t width = 0;
  std::optional<int> precision;
};

[[noreturn]] void invalid(std::string_view spec) {
  raise_type(fmt::format("Invalid format specifier '{}'", spec));
}

std::size_t read_number(std::string_view text, std::size_t& at) {
  std::size_t number = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    number = number * 10 + static_cast<std::size_t>(text[at++] - '0');
    if (number > kWidthMax) throw Error(ErrorCode::jinja_limit, "A width in a format is too large");
  }
  return number;
}

bool is_align(char c) {
  return c == '<' || c == '>' || c == '=' || c == '^';
}

Spec parse_spec(std::string_view text) {
  Spec spec;
  std::size_t at = 0, after_fill = 0;
  if (!text.empty()) next_code_point(text, after_fill);
  if (after_fill > 0 && after_fill < text.size() && is_align(text[after_fill])) {
    spec.fill = text.substr(0, after_fill);
    spec.align = text[after_fill];
    at = after_fill + 1;
  } else if (!text.empty() && is_align(text[0])) {
    spec.align = text[at++];
  }
  const auto take = [&](std::string_view any) {
    return at < text.size() && any.find(text[at]) != std::string_view::npos ? text[at++] : '\0';
  };
  if (const char sign = take("+- ")) spec.sign = sign;
  spec.alternate = take("#");
  if (take("0")) {
    spec.zero = true;
    if (!spec.align) spec.align = '=', spec.fill = "0";
  }
  spec.width = read_number(text, at);
  spec.group = take(",_");
  if (take(".")) {
    if (at >= text.size() || text[at] < '0' || text[at] > '9')
      raise_type("Format specifier missing precision");
    spec.precision = static_cast<int>(std::min<std::size_t>(read_number(text, at), 1000));
  }
  if (at < text.size()) spec.type = text[at++];
  if (at != text.size()) invalid(text);
  return spec;
}

std::string pad(std::string body, const Spec& spec, char default_align) {
  const std::size_t length = count_code_points(body);
  if (length >= spec.width) return body;
  const std::size_t missing = spec.width - length;
  const char align = spec.align ? spec.align : default_align;
  const auto fill = [&](std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += spec.fill;
    return out;
  };
  switch (align) {
    case '<':
      return body + fill(missing);
    case '^':
      return fill(missing / 2) + body + fill(missing - missing / 2);
    case '=': {
      std::size_t sign = !body.empty() && (body[0] == '-' || body[0] == '+' || body[0] == ' ') ? 1 : 0;
      if (body.size() > sign + 1 && body[sign] == '0' &&
          (body[sign + 1] == 'x' || body[sign + 1] == 'X' || body[sign + 1] == 'b' || body[sign + 1] == 'o'))
        sign += 2;
      return body.substr(0, sign) + fill(missing) + body.substr(sign);
    }
    default:
      return fill(missing) + body;
  }
}

std::string group_digits(std::string digits, char separator, std::size_t every) {
  std::string out;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at && (digits.size() - at) % every == 0) out += separator;
    out += digits[at];
  }
  return out;
}

std::string sign_text(bool negative, const Spec& spec) {
  if (negative) return "-";
  return spec.sign == '-' ? "" : std::string(1, spec.sign);
}

std::string format_integer(std::int64_t value, const Spec& spec, std::string_view text) {
  if (spec.precision) raise_type("Precision not allowed in integer format specifier");
  const std::uint64_t size =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string prefix, digits;
  switch (spec.type) {
    case '\0':
    case 'n':
    case 'd':
      digits = fmt::format("{}", size);
      break;
    case 'x':
      digits = fmt::format("{:x}", size), prefix = "0x";
      break;
    case 'X':
      digits = fmt::format("{:X}", size), prefix = "0X";
      break;
    case 'o':
      digits = fmt::format("{:o}", size), prefix = "0o";
      break;
    case 'b':
      digits = fmt::format("{:b}", size), prefix = "0b";
      break;
    case 'c':
      append_code_point(digits, static_cast<char32_t>(size));
      break;
    default:
      raise_type(fmt::format("Unknown format code '{}' for object of type 'int' in '{}'", spec.type, text));
  }
  if (spec.group) digits = group_digits(std::move(digits), spec.group, prefix.empty() ? 3 : 4);
  return pad(sign_text(value < 0, spec) + (spec.alternate ? prefix : "") + digits, spec, '>');
}

std::string real_digits(double size, const Spec& spec) {
  const int precision = spec.precision.value_or(6);
  switch (spec.type) {
    case 'f':
      return fmt::format("{:.{}f}", size, precision);
    case 'F':
      return fmt::format("{:.{}F}", size, precision);
    case 'e':
      return fmt::format("{:.{}e}", size, precision);
    case 'E':
      return fmt::format("{:.{}E}", size, precision);
    case 'g':
      return spec.alternate ? fmt::format("{:#.{}g}", size, precision)
                            : fmt::format("{:.{}g}", size, precision);
    case 'G':
      return fmt::format("{:.{}G}", size, precision);
    case 'n':
      return fmt::format("{:.{}g}", size, precision);
    case '%':
      return fmt::format("{:.{}f}%", size * 100, precision);
    default:
      break;
  }
  if (!spec.precision) return real_repr(size);
  std::string text = fmt::format("{:.{}g}", size, std::max(precision, 1));
  if (text.find_first_of(".einf") == std::string::npos) text += ".0";
  return text;
}

std::string format_real(double value, const Spec& spec, std::string_view text) {
  if (spec.type && std::string_view("fFeEgGn%").find(spec.type) == std::string_view::npos)
    raise_type(fmt::format("Unknown format code '{}' for object of type 'float' in '{}'", spec.type, text));
  std::string digits = real_digits(std::fabs(value), spec);
  if (spec.group) {
    const std::size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
    digits = group_digits(digits.substr(0, whole), spec.group, 3) + digits.substr(whole);
  }
  return pad(sign_text(std::signbit(value) && !std::isnan(value), spec) + digits, spec, '>');
}

}  // namespace

std::string format_value(const Value& value, std::string_view text) {
  if (text.empty()) return to_text(value);
  if (value.is_object()) {
    if (auto formatted = format_date(value, text)) return *formatted;
  }
  const Spec spec = parse_spec(text);
  const bool real_type = spec.type && std::string_view("fFeEgG%").find(spec.type) != std::string_view::npos;
  if (value.is(Kind::boolean) && !spec.type) return pad(to_text(value), spec, '<');
  if (value.is_integral() && !real_type) return format_integer(value.as_integer(), spec, text);
  if (value.is_number()) return format_real(value.as_real(), spec, text);
  if (value.is_string() || value.is_object()) {
    if (spec.type && spec.type != 's')
      raise_type(
          fmt::format("Unknown format code '{}' for object of type '{}'", spec.type, type_name(value)));
    if (spec.align == '=' && !spec.zero) raise_type("'=' alignment not allowed in string format specifier");
    std::string body = to_text(value);
    if (spec.precision) body.resize(offset_of(body, static_cast<std::size_t>(*spec.precision)));
    Spec left = spec;
    if (left.align == '=') left.align = '<';
    return pad(std::move(body), left, '<');
  }
  raise_type(fmt::format("unsupported format string passed to {}.__format__", type_name(value)));
}

namespace {

class BraceFormatter {
 public:
  BraceFormatter(std::string_view format, const CallArguments& arguments) : arguments_(arguments) {
    append(format, 0);
  }
  std::string out;

 private:
  // Replaces the fields of `format`; a field's spec may hold fields itself, one level deep.
  void append(std::string_view format, int level) {
    for (std::size_t at = 0; at < format.size(); ++at) {
      const char c = format[at];
      if ((c == '{' || c == '}') && at + 1 < format.size() && format[at + 1] == c) {
        out += c;
        ++at;
      } else if (c == '}') {
        raise_type("Single '}' encountered in format string");
      } else if (c == '{') {
        const std::size_t end = field_end(format, at);
        field(format.substr(at + 1, end - at - 1), level);
        at = end;
      } else {
        out += c;
      }
      if (out.size() > (512u << 20)) throw Error(ErrorCode::jinja_limit, "A string is longer than 512 MB");
    }
  }
  static std::size_t field_end(std::string_view format, std::size_t open) {
    int depth = 0;
    for (std::size_t at = open; at < format.size(); ++at) {
      if (format[at] == '{') ++depth;
      if (format[at] == '}' && --depth == 0) return at;
    }
    raise_type("Single '{' encountered in format string");
  }

  void field(std::string_view text, int level) {
    if (level > 1) raise_type("Max string recursion exceeded");
    int brackets = 0;
    std::size_t name_end = 0;
    for (; name_end < text.size(); ++name_end) {
      const char c = text[name_end];
      if (c == '[') ++brackets;
      if (c == ']') --brackets;
      if (brackets <= 0 && (c == '!' || c == ':')) break;
    }
    Value value = lookup(text.substr(0, name_end));
    std::string_view rest = text.substr(name_end);
    if (rest.starts_with('!')) {
      if (rest.size() < 2 || (rest[1] != 'r' && rest[1] != 's' && rest[1] != 'a'))
        raise_type("Unknown conversion specifier in format string");
      value = Value(rest[1] == 's' ? to_text(value) : to_repr(value));
      rest.remove_prefix(2);
    }
    if (!rest.empty() && rest[0] != ':') raise_type("expected ':' after conversion specifier");
    std::string spec(rest.empty() ? rest : rest.substr(1));
    if (spec.find_first_of("{}") != std::string::npos) {
      std::string outer = std::exchange(out, {});
      append(spec, level + 1);
      spec = std::exchange(out, std::move(outer));
    }
    out += format_value(value, spec);
  }

  Value lookup(std::string_view path) {
    std::size_t end = std::min(path.find_first_of(".["), path.size());
    Value value = argument(path.substr(0, end));
    while (end < path.size()) {
      const bool bracket = path[end] == '[';
      const std::size_t begin = end + 1;
      end = bracket ? path.find(']', begin) : std::min(path.find_first_of(".[", begin), path.size());
      if (end == std::string_view::npos) raise_type("Missing ']' in format string");
      const std::string_view key = path.substr(begin, end - begin);
      const auto index = bracket ? parse_integer(key) : std::nullopt;
      auto found =
          bracket ? find_item(value, index ? Value(*index) : Value(key)) : find_attribute(value, Value(key));
      if (!found) raise_type(fmt::format("'{}' object has no attribute or item '{}'", type_name(value), key));
      value = std::move(*found);
      if (bracket) ++end;
    }
    return value;
  }
  Value argument(std::string_view name) {
    std::optional<std::int64_t> index;
    if (name.empty()) {
      index = static_cast<std::int64_t>(next_++);
    } else if (name[0] >= '0' && name[0] <= '9') {
      index = parse_integer(name);
    }
    if (index) {
      if (*index < 0 || static_cast<std::size_t>(*index) >= arguments_.positional.size())
        raise_type(fmt::format("Replacement index {} out of range for positional args tuple", *index));
      return arguments_.positional[static_cast<std::size_t>(*index)];
    }
    for (const NamedValue& named : arguments_.named)
      if (named.name == name) return named.value;
    raise_type(fmt::format("KeyError: '{}'", name));
  }

  const CallArguments& arguments_;
  std::size_t next_ = 0;
};

}  // namespace

std::string brace_format(std::string_view format, const CallArguments& arguments) {
  return BraceFormatter(format, arguments).out;
}

}  // namespace leat::jinja
