#include "sources/declarative/json_value.h"

#include <cmath>
#include <cstring>

#include "base/quotes.h"
#include "http/message.h"
#include "jinja/operations.h"
#include "sources/declarative/fast_parse.h"

namespace leat::sources::declarative {
namespace {

constexpr std::size_t kKnownKeysMax = 512;

std::string_view content_of(std::string_view token) {
  return token.substr(1, token.size() - 2);
}

std::string string_of(std::string_view content) {
  if (!std::memchr(content.data(), '\\', content.size())) return std::string(content);
  std::string out;
  unescape(content, out);
  return out;
}

class Reader {
 public:
  Reader(const char* text, JsonAt at, KnownKeys* keys) : text_(text), at_(at), keys_(keys) {}

  jinja::Value value() {
    char c = text_[*at_];
    if (c == '{') return mapping();
    if (c == '[') return list();
    return scalar(scalar_text(text_, at_++));
  }

 private:
  jinja::Value mapping() {
    auto out = jinja::make_ref<jinja::Dict>();
    ++at_;
    while (text_[*at_] == '"') {
      std::string_view key = content_of(scalar_text(text_, at_));
      at_ += 2;
      jinja::Value name = keys_ ? keys_->find(key) : jinja::Value(string_of(key));
      out->set(std::move(name), value());
      if (text_[*at_] == ',') ++at_;
    }
    ++at_;
    return out;
  }
  jinja::Value list() {
    std::vector<jinja::Value> items;
    ++at_;
    while (text_[*at_] != ']') {
      items.push_back(value());
      if (text_[*at_] == ',') ++at_;
    }
    ++at_;
    return jinja::Value::list(std::move(items));
  }
  static jinja::Value scalar(std::string_view token) {
    switch (token[0]) {
      case '"':
        return jinja::Value(string_of(content_of(token)));
      case 't':
        return jinja::Value(true);
      case 'f':
        return jinja::Value(false);
      case 'n':
        return jinja::Value::none();
      default:
        break;
    }
    std::int64_t whole = 0;
    double real = 0;
    if (token.find_first_of(".eE") == std::string_view::npos && parse_int64(token, whole))
      return jinja::Value(whole);
    parse_float64(token, real);
    return jinja::Value(real);
  }

  const char* text_;
  JsonAt at_;
  KnownKeys* keys_;
};

// A string's text without a copy; what is none as Python's str() has it.
void append_quoted(std::string& out, const jinja::Value& value) {
  if (value.is_string()) return append_json_string(value.as_string(), out);
  append_json_string(jinja::to_text(value), out);
}

}  // namespace

const jinja::Value& KnownKeys::find(std::string_view content) {
  if (guess_ >= known_.size()) guess_ = 0;
  for (std::size_t i = 0; i < known_.size(); ++i) {
    std::size_t at = guess_ + i < known_.size() ? guess_ + i : guess_ + i - known_.size();
    if (known_[at].first != content) continue;
    guess_ = at + 1;
    return known_[at].second;
  }
  // Keys that are data would fill it without end.
  if (known_.size() == kKnownKeysMax) known_.clear();
  guess_ = known_.size() + 1;
  return known_.emplace_back(std::string(content), jinja::Value(string_of(content))).second;
}

jinja::Value to_jinja(const document::Value& value) {
  using Kind = document::Value::Kind;
  switch (value.kind()) {
    case Kind::null:
      return jinja::Value::none();
    case Kind::boolean:
      return jinja::Value(value.boolean());
    case Kind::integer:
      return jinja::Value(value.integer());
    case Kind::real:
      return jinja::Value(value.real());
    case Kind::text:
      return jinja::Value(value.raw());
    case Kind::list: {
      std::vector<jinja::Value> items;
      for (const document::Value& item : value.items()) items.push_back(to_jinja(item));
      return jinja::Value::list(std::move(items));
    }
    case Kind::mapping: {
      auto out = jinja::make_ref<jinja::Dict>();
      for (const auto& [key, member] : value.members()) out->set(std::string_view(key), to_jinja(member));
      return out;
    }
  }
  return jinja::Value::none();
}

jinja::Value to_jinja(const char* text, JsonAt at, JsonAt) {
  return Reader(text, at, nullptr).value();
}

jinja::Value to_jinja(const char* text, JsonAt at, KnownKeys& keys) {
  return Reader(text, at, &keys).value();
}

std::optional<jinja::Value> parse_json_value(std::string_view text) {
  http::Body padded(text);
  JsonIndex index;
  if (!index.build(padded.view()).empty()) return std::nullopt;
  if (skip_value(index.text(), index.begin(), index.end()) != index.end()) return std::nullopt;
  return to_jinja(index.text(), index.begin(), index.end());
}

void append_json(std::string& out, const jinja::Value& value) {
  using jinja::Kind;
  switch (value.kind()) {
    case Kind::undefined:
    case Kind::none:
      out += "null";
      return;
    case Kind::boolean:
      out += value.as_bool() ? "true" : "false";
      return;
    case Kind::integer:
      out += std::to_string(value.as_integer());
      return;
    case Kind::real:
      out += std::isfinite(value.as_real()) ? jinja::real_repr(value.as_real()) : "null";
      return;
    case Kind::list:
    case Kind::tuple: {
      out += '[';
      bool first = true;
      for (const jinja::Value& item : value.items()) {
        if (!first) out += ',';
        first = false;
        append_json(out, item);
      }
      out += ']';
      return;
    }
    case Kind::dict: {
      out += '{';
      bool first = true;
      value.as_dict().each([&](const jinja::Value& key, const jinja::Value& member) {
        if (!first) out += ',';
        first = false;
        append_quoted(out, key);
        out += ':';
        append_json(out, member);
      });
      out += '}';
      return;
    }
    default:
      append_quoted(out, value);
      return;
  }
}

std::string json_text(const jinja::Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace leat::sources::declarative
