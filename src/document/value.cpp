#include "document/value.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace leat::document {
namespace {
[[noreturn]] void wrong_kind(const Value& value, std::string_view what, std::string_view wanted) {
  throw Error(ErrorCode::config_invalid, fmt::format("`{}` has to be {}", what, wanted), value.where());
}
}  // namespace

std::string Mark::text() const {
  if (!file) return {};
  return line > 0 ? fmt::format("{}:{}:{}", *file, line, column) : *file;
}

Value Value::of(bool value) {
  Value out;
  out.kind_ = Kind::boolean;
  out.integer_ = value;
  out.text_ = value ? "true" : "false";
  return out;
}

Value Value::of(std::int64_t value) {
  Value out;
  out.kind_ = Kind::integer;
  out.integer_ = value;
  out.text_ = fmt::format("{}", value);
  return out;
}

Value Value::of(double value) {
  Value out;
  out.kind_ = Kind::real;
  out.real_ = value;
  out.text_ = fmt::format("{}", value);
  return out;
}

Value Value::of(std::string value) {
  Value out;
  out.kind_ = Kind::text;
  out.text_ = std::move(value);
  return out;
}

Value Value::list(std::vector<Value> items) {
  Value out;
  out.kind_ = Kind::list;
  out.items_ = std::move(items);
  return out;
}

Value Value::mapping(std::vector<Member> members) {
  Value out;
  out.kind_ = Kind::mapping;
  out.members_ = std::move(members);
  return out;
}

const Value* Value::find(std::string_view key) const {
  for (const Member& member : members_) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

const Value& Value::operator[](std::string_view key) const {
  static const Value null;
  const Value* found = find(key);
  return found ? *found : null;
}

void Value::set(std::string_view key, Value value) {
  if (kind_ == Kind::null) kind_ = Kind::mapping;
  LEAT_ASSERT(kind_ == Kind::mapping);
  if (Value* found = find(key)) {
    *found = std::move(value);
  } else {
    members_.emplace_back(std::string(key), std::move(value));
  }
}

bool Value::erase(std::string_view key) {
  return std::erase_if(members_, [&](const Member& member) { return member.first == key; }) != 0;
}

const std::string& Value::as_text(std::string_view what) const {
  if (kind_ == Kind::null || kind_ == Kind::list || kind_ == Kind::mapping) wrong_kind(*this, what, "text");
  return text_;
}

std::int64_t Value::as_integer(std::string_view what) const {
  if (kind_ != Kind::integer) wrong_kind(*this, what, "a whole number");
  return integer_;
}

bool Value::as_boolean(std::string_view what) const {
  if (kind_ != Kind::boolean) wrong_kind(*this, what, "true or false");
  return boolean();
}

bool Value::operator==(const Value& other) const {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case Kind::null:
      return true;
    case Kind::boolean:
    case Kind::integer:
      return integer_ == other.integer_;
    case Kind::real:
      return real_ == other.real_;
    case Kind::text:
      return text_ == other.text_;
    case Kind::list:
      return items_ == other.items_;
    case Kind::mapping:
      return members_ == other.members_;
  }
  return false;
}

namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// YAML 1.2.2, 10.3.2: [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool looks_like_number(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  std::size_t digits = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) ++digits;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) ++digits;
  }
  if (digits == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    std::size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == from) return false;
  }
  return at == text.size();
}

}  // namespace

Value parse_scalar(std::string_view text) {
  Value out;
  out.text_ = text;
  out.kind_ = Value::Kind::text;
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) {
    out.kind_ = Value::Kind::null;
    out.text_.clear();
  } else if (one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
    out.kind_ = Value::Kind::boolean;
    out.integer_ = (text[0] | 32) == 't';
  } else if (one_of(text, {".nan", ".NaN", ".NAN"})) {
    out.kind_ = Value::Kind::real;
    out.real_ = std::nan("");
  } else if (looks_like_number(text)) {
    std::string_view digits = text[0] == '+' ? text.substr(1) : text;
    const char* end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, out.integer_).ptr == end) {
      out.kind_ = Value::Kind::integer;
    } else {
      std::from_chars(digits.data(), end, out.real_);
      out.kind_ = Value::Kind::real;
    }
  }
  return out;
}

}  // namespace leat::document
