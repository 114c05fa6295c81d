// Filters that make text of text.
#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/iteration.h"
#include "jinja/operations.h"
#include "jinja/sorting.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

std::string text_of(CallArguments& a) {
  return to_text(a.self);
}

// A string method of the same name does the work.
Value by_method(CallArguments& a, std::string_view name) {
  const Value text(text_of(a));
  CallArguments inner;
  inner.self = text;
  inner.positional = a.positional;
  while (inner.positional.size() && inner.positional[inner.positional.size() - 1].is_absent())
    inner.positional.resize(inner.positional.size() - 1);
  return call_builtin(*find_methods(name)->of(text), inner);
}
Value lower(CallArguments& a) {
  return Value(lower_text(text_of(a)));
}
Value upper(CallArguments& a) {
  return Value(upper_text(text_of(a)));
}
Value capitalize(CallArguments& a) {
  return by_method(a, "capitalize");
}
Value trim(CallArguments& a) {
  return by_method(a, "strip");
}
Value string(CallArguments& a) {
  return a.self.is_string() ? a.self : Value(text_of(a));
}

Value center(CallArguments& a) {
  const auto width = a.integer_or(0, "width", 80);
  CallArguments inner;
  inner.self = Value(text_of(a));
  inner.positional.push_back(Value(width));
  return call_builtin(*find_methods("center")->of(inner.self), inner);
}

// Words begin behind blanks, hyphens and opening brackets.
Value title(CallArguments& a) {
  std::string out;
  bool first = true;
  const std::string text = text_of(a);
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    const bool gap =
        is_blank(code) || code == '-' || code == '(' || code == '{' || code == '[' || code == '<';
    append_code_point(out, first ? upper_code_point(code) : lower_code_point(code));
    first = gap;
  }
  return Value(std::move(out));
}

Value replace(CallArguments& a) {
  CallArguments inner;
  inner.self = Value(text_of(a));
  inner.positional.push_back(Value(to_text(a.require(0, "old"))));
  inner.positional.push_back(Value(to_text(a.require(1, "new"))));
  inner.positional.push_back(Value(a.integer_or(2, "count", -1)));
  return call_builtin(*find_methods("replace")->of(inner.self), inner);
}

Value format(CallArguments& a) {
  if (!a.named.empty() && !a.positional.empty())
    raise_type("can't handle positional and keyword arguments at the same time");
  if (a.named.empty())
    return Value(printf_format(text_of(a), Value::tuple({a.positional.begin(), a.positional.end()})));
  Ref<Dict> named = make_ref<Dict>();
  for (const NamedValue& argument : a.named) named->set(argument.name, argument.value);
  return Value(printf_format(text_of(a), Value(named)));
}

std::vector<std::string> lines_of(std::string text) {
  std::vector<std::string> lines;
  CallArguments inner;
  inner.self = Value(std::move(text));
  const Value split = call_builtin(*find_methods("splitlines")->of(inner.self), inner);
  for (const Value& line : split.items()) lines.push_back(line.as_string());
  return lines;
}

Value indent(CallArguments& a) {
  const Value width = a.get(0, "width", Value(4));
  const bool first = a.truth_or(1, "first", false), blank = a.truth_or(2, "blank", false);
  if (!width.is_string() && !width.is_integral()) a.fail("needs a width that is a number or a string");
  if (width.is_integral() && width.as_integer() > 100000)
    throw Error(ErrorCode::jinja_limit, "A width is too large");
  const std::string by =
      width.is_string()
          ? width.as_string()
          : std::string(static_cast<std::size_t>(std::max<std::int64_t>(width.as_integer(), 0)), ' ');
  std::string out = first ? by : "";
  bool head = true;
  for (const std::string& line : lines_of(text_of(a) + "\n")) {
    if (!head) out += "\n" + ((blank || !line.empty()) ? by : "");
    out += line;
    head = false;
  }
  return Value(std::move(out));
}

Value truncate(CallArguments& a) {
  const std::string text = text_of(a);
  const std::int64_t length = a.integer_or(0, "length", 255), leeway = a.integer_or(3, "leeway", 5);
  const std::string end = a.text_or(2, "end", "...");
  const auto end_length = static_cast<std::int64_t>(count_code_points(end));
  if (length < end_length) raise_type(fmt::format("expected length >= {}, got {}", end_length, length));
  if (leeway < 0) raise_type(fmt::format("expected leeway >= 0, got {}", leeway));
  if (static_cast<std::int64_t>(count_code_points(text)) <= length + leeway) return Value(text);
  std::string head = text.substr(0, offset_of(text, static_cast<std::size_t>(length - end_length)));
  if (!a.truth_or(1, "killwords", false)) head = head.substr(0, std::min(head.rfind(' '), head.size()));
  return Value(head + end);
}

Value wordcount(CallArguments& a) {
  const std::string text = text_of(a);
  std::int64_t words = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    const bool word = is_letter(code) || is_digit(code) || code == '_';
    if (word && !inside) ++words;
    inside = word;
  }
  return Value(words);
}

/// Wraps one line as Python's textwrap does: blanks between words stay, those at the edges of lines go.
class LineWrap {
 public:
  LineWrap(std::size_t width, bool break_long, bool hyphens)
      : width_(width), break_long_(break_long), hyphens_(hyphens) {}
  std::vector<std::string> wrap(std::string_view line) {
    cut(line);
    std::size_t at = 0;
    while (at < chunks_.size()) {
      if (blank(chunks_[at]) && !lines_.empty()) ++at;
      std::string current;
      std::size_t used = 0;
      while (at < chunks_.size() && used + length(chunks_[at]) <= width_) {
        used += length(chunks_[at]);
        current += chunks_[at++];
      }
      if (at < chunks_.size() && length(chunks_[at]) > width_) at = split_long(at, current, used);
      while (!current.empty() && current.back() == ' ') current.pop_back();
      if (!current.empty()) lines_.push_back(std::move(current));
    }
    return std::move(lines_);
  }

 private:
  static std::size_t length(std::string_view text) { return count_code_points(text); }
  static bool blank(std::string_view text) {
    return text.find_first_not_of(" \t\f\v\r") == std::string_view::npos;
  }
  std::size_t split_long(std::size_t at, std::string& current, std::size_t used) {
    if (!break_long_) {
      if (current.empty()) current = chunks_[at++];
      return at;
    }
    const std::size_t room = used < width_ ? width_ - used : 1;
    const std::size_t cut_at = offset_of(chunks_[at], room);
    current += chunks_[at].substr(0, cut_at);
    chunks_[at].erase(0, cut_at);
    return chunks_[at].empty() ? at + 1 : at;
  }
  void cut(std::string_view line) {
    for (std::size_t at = 0; at < line.size();) {
      std::size_t end = at;
      const bool gap = line[at] == ' ' || line[at] == '\t';
      while (end < line.size() && (line[end] == ' ' || line[end] == '\t') == gap) {
        ++end;
        const bool letters = !gap && hyphens_ && end >= at + 3 && end < line.size() && line[end - 1] == '-' &&
                             is_letter(static_cast<unsigned char>(line[end])) &&
                             is_letter(static_cast<unsigned char>(line[end - 2])) &&
                             is_letter(static_cast<unsigned char>(line[end - 3]));
        if (letters) break;
      }
      chunks_.emplace_back(line.substr(at, end - at));
      at = end;
    }
  }
  std::size_t width_;
  bool break_long_, hyphens_;
  std::vector<std::string> chunks_, lines_;
};

Value wordwrap(CallArguments& a) {
  const std::int64_t width = a.integer_or(0, "width", 79);
  if (width <= 0) raise_type(fmt::format("invalid width {} (must be > 0)", width));
  const std::string join = a.text_or(2, "wrapstring", "\n");
  std::string out;
  bool first = true;
  for (const std::string& line : lines_of(text_of(a))) {
    LineWrap wrap(static_cast<std::size_t>(width), a.truth_or(1, "break_long_words", true),
                  a.truth_or(3, "break_on_hyphens", true));
    std::string wrapped;
    for (const std::string& part : wrap.wrap(line)) wrapped += (wrapped.empty() ? "" : join) + part;
    out += (first ? "" : join) + wrapped;
    first = false;
  }
  return Value(std::move(out));
}

Value filesizeformat(CallArguments& a) {
  if (a.self.is_undefined()) raise_undefined(a.self);
  const Value number = a.self.is_string() ? Value(parse_real(a.self.as_string()).value_or(0)) : a.self;
  if (!number.is_number()) a.fail(fmt::format("needs a number, not {}", type_name(number)));
  const double bytes = number.as_real();
  const bool binary = a.truth_or(0, "binary", false);
  const double base = binary ? 1024 : 1000;
  static constexpr std::string_view kNames[] = {"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
  static constexpr std::string_view kBinaryNames[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};
  if (bytes == 1) return Value("1 Byte");
  if (bytes < base) return Value(fmt::format("{} Bytes", static_cast<std::int64_t>(bytes)));
  double unit = base;
  std::size_t at = 0;
  for (; at < 7 && bytes >= unit * base; ++at) unit *= base;
  return Value(fmt::format("{:.1f} {}", bytes / unit, binary ? kBinaryNames[at] : kNames[at]));
}

// As Python's pprint.pformat: one line if it fits 80 columns, else one item a line; dicts sorted by key.
void pretty(std::string& out, const Value& value, std::size_t column) {
  std::vector<std::pair<std::string, Value>> parts;
  if (value.is_dict()) {
    std::vector<Value> keys = collect(value);
    std::vector<Value> names;
    for (const Value& key : keys) names.push_back(Value(to_text(key)));
    for (const Value& key : sort_by(std::move(keys), names, {.case_sensitive = true}))
      parts.emplace_back(to_repr(key) + ": ", *value.as_dict().find(key));
  } else if (value.is_list() || value.is_tuple()) {
    for (const Value& item : value.items()) parts.emplace_back("", item);
  }
  const std::string flat = to_repr(value);
  if (parts.empty() || (column + flat.size() <= 80 && !value.is_dict())) {
    out += flat;
    return;
  }
  std::string line;
  for (const auto& [label, item] : parts) line += (line.empty() ? "" : ", ") + label + to_repr(item);
  const bool fits = column + line.size() + 2 <= 80;
  out += value.is_dict() ? '{' : value.is_list() ? '[' : '(';
  bool first = true;
  for (const auto& [label, item] : parts) {
    if (!first) out += fits ? ", " : ",\n" + std::string(column + 1, ' ');
    first = false;
    out += label;
    if (fits) {
      out += to_repr(item);
    } else {
      pretty(out, item, column + 1 + label.size());
    }
  }
  out += value.is_dict() ? '}' : value.is_list() ? ']' : ')';
}
Value pprint(CallArguments& a) {
  to_repr(a.self);  // refuses nests that are too deep
  std::string out;
  pretty(out, a.self, 0);
  return Value(std::move(out));
}

}  // namespace

const std::vector<Builtin> kTextFilters = {
    {"lower", "()", lower, "All letters small.", "{{ 'ABC' | lower }}", "abc"},
    {"upper", "()", upper, "All letters capital.", "{{ 'abc' | upper }}", "ABC"},
    {"capitalize", "()", capitalize, "The first letter capital, the rest small.", "{{ 'aBC' | capitalize }}",
     "Abc"},
    {"title", "()", title, "Each word's first letter capital.", "{{ 'foo-bar bAZ' | title }}", "Foo-Bar Baz"},
    {"trim", "(chars=None)", trim, "Without blanks (or these characters) at both ends.",
     "{{ '  a ' | trim }}|{{ '..a.' | trim('.') }}", "a|a"},
    {"string", "()", string, "As text.", "{{ 1 | string ~ [1] | string }}", "1[1]"},
    {"center", "(width=80)", center, "Padded on both sides.", "{{ 'ab' | center(6) }}|", "  ab  |"},
    {"replace", "(old, new, count=None)", replace, "One text replaced by another.",
     "{{ 'aab' | replace('a', 'x', 1) }} {{ 101 | replace(0, 2) }}", "xab 121"},
    {"format", "(*args, **kwargs)", format, "The text as a printf format.",
     "{{ '%s-%03d' | format('a', 7) }} {{ '%(x)s' | format(x=1) }}", "a-007 1"},
    {"indent", "(width=4, first=False, blank=False)", indent, "All lines but the first moved to the right.",
     "{{ 'a\\nb\\n\\nc' | indent(2) }}", "a\n  b\n\n  c"},
    {"truncate", "(length=255, killwords=False, end='...', leeway=None)", truncate,
     "Cut at a word's end, unless it is little longer.", "{{ 'foo bar baz qux' | truncate(9, leeway=0) }}",
     "foo..."},
    {"wordcount", "()", wordcount, "How many words.", "{{ 'a b, c_d' | wordcount }}", "3"},
    {"wordwrap", "(width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True)", wordwrap,
     "Wrapped to a width.", "{{ 'aaa bbb ccc' | wordwrap(7) }}", "aaa bbb\nccc"},
    {"filesizeformat", "(binary=False)", filesizeformat, "A count of bytes for people.",
     "{{ 13000 | filesizeformat }} {{ 1048576 | filesizeformat(true) }}", "13.0 kB 1.0 MiB"},
    {"pprint", "()", pprint, "As Python's pprint would print it.", "{{ {'b': 1, 'a': [1]} | pprint }}",
     "{'a': [1], 'b': 1}"},
};

}  // namespace leat::jinja
