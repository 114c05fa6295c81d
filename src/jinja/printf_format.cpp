// Python's `format % values`, and the readers of numbers in text.
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

class Printf {
 public:
  Printf(std::string_view format, const Value& values) : format_(format), values_(values) {}
  std::string run() {
    while (at_ < format_.size()) {
      const std::size_t percent = std::min(format_.find('%', at_), format_.size());
      out_ += format_.substr(at_, percent - at_);
      at_ = percent;
      if (at_ < format_.size()) conversion();
    }
    const bool mapping = values_.is_dict() || (values_.is_object() && values_.as_object().is_mapping());
    const std::size_t given = values_.is_tuple() ? values_.as_tuple().items.size() : 1;
    if (next_ < given && !used_mapping_ && !(mapping && next_ == 0) &&
        !(values_.is_list() && next_ == 0 && given == 0))
      raise_type("not all arguments converted during string formatting");
    return std::move(out_);
  }

 private:
  char peek() const { return at_ < format_.size() ? format_[at_] : '\0'; }
  Value next_value() {
    if (values_.is_tuple()) {
      if (next_ >= values_.as_tuple().items.size()) raise_type("not enough arguments for format string");
      return values_.as_tuple().items[next_++];
    }
    if (next_++ > 0) raise_type("not enough arguments for format string");
    return values_;
  }
  Value keyed_value() {
    const std::size_t end = format_.find(')', at_);
    if (end == std::string_view::npos) raise_type("incomplete format key");
    const std::string_view key = format_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (!values_.is_dict()) raise_type("format requires a mapping");
    used_mapping_ = true;
    const Value* found = values_.as_dict().find(key);
    if (!found) raise_type(fmt::format("KeyError: '{}'", key));
    return *found;
  }
  int number(int fallback) {
    if (peek() == '*') {
      ++at_;
      const Value value = next_value();
      if (!value.is_integral()) raise_type("* wants int");
      return static_cast<int>(std::clamp<std::int64_t>(value.as_integer(), -1000000, 1000000));
    }
    if (peek() < '0' || peek() > '9') return fallback;
    int number = 0;
    while (peek() >= '0' && peek() <= '9' && number < 1000000) number = number * 10 + (format_[at_++] - '0');
    return number;
  }

  void conversion() {
    ++at_;
    std::optional<Value> keyed;
    if (peek() == '(') keyed = keyed_value();
    left_ = zero_ = plus_ = space_ = alternate_ = false;
    for (;; ++at_) {
      const char c = peek();
      if (c == '-')
        left_ = true;
      else if (c == '0')
        zero_ = true;
      else if (c == '+')
        plus_ = true;
      else if (c == ' ')
        space_ = true;
      else if (c == '#')
        alternate_ = true;
      else
        break;
    }
    width_ = number(0);
    if (width_ < 0) left_ = true, width_ = -width_;
    precision_ = -1;
    if (peek() == '.') {
      ++at_;
      precision_ = number(0);
    }
    while (peek() == 'l' || peek() == 'h' || peek() == 'L') ++at_;
    if (at_ >= format_.size()) raise_type("incomplete format");
    const char type = format_[at_++];
    if (type == '%') {
      out_ += '%';
      return;
    }
    convert(type, keyed ? *keyed : next_value());
  }

  void convert(char type, const Value& value) {
    if (type != 's' && type != 'r' && type != 'a' && value.is_undefined()) raise_undefined(value);
    switch (type) {
      case 's':
      case 'r':
      case 'a': {
        std::string text = type == 's' ? to_text(value) : to_repr(value);
        if (precision_ >= 0) text.resize(offset_of(text, static_cast<std::size_t>(precision_)));
        return pad("", text, false);
      }
      case 'c': {
        std::string text;
        if (value.is_integral())
          append_code_point(text, static_cast<char32_t>(value.as_integer()));
        else if (value.is_string() && length_of(value) == 1)
          text = value.as_string();
        else
          raise_type("%c requires int or char");
        return pad("", text, false);
      }
      case 'd':
      case 'i':
      case 'u':
      case 'x':
      case 'X':
      case 'o':
        return integer(type, value);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        return real(type, value);
      default:
        raise_type(fmt::format("unsupported format character '{}' (0x{:x})", type, static_cast<int>(type)));
    }
  }

  void integer(char type, const Value& value) {
    const bool decimal = type == 'd' || type == 'i' || type == 'u';
    if (!value.is_number() || (!decimal && !value.is_integral()))
      raise_type(fmt::format("%{} format: {} is required, not {}", type,
                             decimal ? "a real number" : "an integer", type_name(value)));
    std::int64_t number = value.as_integer();
    if (!value.is_integral()) {
      if (!(std::fabs(value.as_real()) < 9.2e18)) raise_type("cannot convert float to a 64-bit integer");
      number = static_cast<std::int64_t>(value.as_real());
    }
    const std::uint64_t size =
        number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    std::string digits = type == 'x'   ? fmt::format("{:x}", size)
                         : type == 'X' ? fmt::format("{:X}", size)
                         : type == 'o' ? fmt::format("{:o}", size)
                                       : fmt::format("{}", size);
    if (precision_ > static_cast<int>(digits.size()))
      digits.insert(0, static_cast<std::size_t>(precision_) - digits.size(), '0');
    std::string sign = number < 0 ? "-" : plus_ ? "+" : space_ ? " " : "";
    if (alternate_ && !decimal) sign += fmt::format("0{}", type);
    pad(sign, digits, zero_);
  }

  void real(char type, const Value& value) {
    if (!value.is_number()) raise_type(fmt::format("must be real number, not {}", type_name(value)));
    const double number = value.as_real();
    const double size = std::fabs(number);
    const int precision = precision_ < 0 ? 6 : std::min(precision_, 1000);
    std::string digits;
    switch (type) {
      case 'e':
        digits = fmt::format("{:.{}e}", size, precision);
        break;
      case 'E':
        digits = fmt::format("{:.{}E}", size, precision);
        break;
      case 'g':
        digits = fmt::format("{:.{}g}", size, precision);
        break;
      case 'G':
        digits = fmt::format("{:.{}G}", size, precision);
        break;
      default:
        digits = fmt::format("{:.{}f}", size, precision);
        break;
    }
    pad(std::signbit(number) && !std::isnan(number) ? "-" : plus_ ? "+" : space_ ? " " : "", digits, zero_);
  }

  void pad(const std::string& sign, const std::string& body, bool zeros) {
    const std::size_t length = count_code_points(body) + sign.size();
    const std::size_t width = static_cast<std::size_t>(width_);
    const std::string fill(width > length ? width - length : 0, zeros && !left_ ? '0' : ' ');
    if (left_)
      out_ += sign + body + fill;
    else if (zeros)
      out_ += sign + fill + body;
    else
      out_ += fill + sign + body;
    if (out_.size() > (512u << 20)) throw Error(ErrorCode::jinja_limit, "A string is longer than 512 MB");
  }

  std::string_view format_;
  const Value& values_;
  std::string out_;
  std::size_t at_ = 0, next_ = 0;
  bool used_mapping_ = false, left_ = false, zero_ = false, plus_ = false, space_ = false, alternate_ = false;
  int width_ = 0, precision_ = -1;
};

// Blanks around, and underscores between digits, are fine for Python's int() and float().
std::optional<std::string> plain_digits(std::string_view text) {
  while (!text.empty() && is_blank(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && is_blank(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '_') {
      out += text[at];
      continue;
    }
    const auto alphanumeric = [](char c) {
      return is_digit(static_cast<unsigned char>(c)) || is_letter(static_cast<unsigned char>(c));
    };
    if (at == 0 || at + 1 >= text.size() || !alphanumeric(text[at - 1]) || !alphanumeric(text[at + 1]))
      return std::nullopt;
  }
  return out;
}

}  // namespace

std::string printf_format(std::string_view format, const Value& values) {
  return Printf(format, values).run();
}

std::optional<std::int64_t> parse_integer(std::string_view text, int base) {
  auto plain = plain_digits(text);
  if (!plain || plain->empty()) return std::nullopt;
  std::string_view digits = *plain;
  const bool negative = digits[0] == '-';
  if (digits[0] == '-' || digits[0] == '+') digits.remove_prefix(1);
  if (digits.size() > 1 && digits[0] == '0') {
    const char prefix = static_cast<char>(digits[1] | 0x20);
    const int own = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 0;
    if (own && (base == 0 || base == own)) {
      base = own;
      digits.remove_prefix(2);
    } else if (base == 0 && digits.find_first_not_of('0') != std::string_view::npos) {
      return std::nullopt;
    }
  }
  if (base == 0) base = 10;
  if (digits.empty() || base < 2 || base > 36) return std::nullopt;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (size > static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0)) return std::nullopt;
  return negative ? static_cast<std::int64_t>(0 - size) : static_cast<std::int64_t>(size);
}

std::optional<double> parse_real(std::string_view text) {
  auto plain = plain_digits(text);
  if (!plain || plain->empty()) return std::nullopt;
  std::string_view digits = *plain;
  const bool negative = digits[0] == '-';
  if (digits[0] == '-' || digits[0] == '+') digits.remove_prefix(1);
  const std::string word = lower_text(digits);
  const double sign = negative ? -1.0 : 1.0;
  if (word == "inf" || word == "infinity") return sign * HUGE_VAL;
  if (word == "nan") return std::nan("");
  if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos)
    return std::nullopt;
  if (digits[0] != '.' && (digits[0] < '0' || digits[0] > '9')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range)
    return sign * std::strtod(std::string(digits).c_str(), nullptr);
  if (error != std::errc()) return std::nullopt;
  return sign * value;
}

}  // namespace leat::jinja
