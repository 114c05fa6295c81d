// String methods that look into, cut or join text.
#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

const std::string& text_of(CallArguments& a) {
  return a.self.as_string();
}

/// The part of the text between the optional start and end arguments, and where it begins.
struct Window {
  std::string_view text;
  std::size_t offset = 0, index = 0;  ///< in bytes and code points
  bool valid = true;
};
Window window(CallArguments& a, std::size_t start_at) {
  const std::string& text = text_of(a);
  const auto length = static_cast<std::int64_t>(length_of(a.self));
  const auto clamp = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + length : at, 0, length);
  };
  const std::int64_t raw = a.integer_or(start_at, "start", 0);
  const std::int64_t start = clamp(raw), end = clamp(a.integer_or(start_at + 1, "end", length));
  Window found;
  found.valid = raw <= length && start <= end;
  if (!found.valid) return found;
  found.index = static_cast<std::size_t>(start);
  found.offset = offset_of(text, found.index);
  found.text = std::string_view(text).substr(found.offset,
                                             offset_of(text, static_cast<std::size_t>(end)) - found.offset);
  return found;
}

std::int64_t position_of(CallArguments& a, bool last) {
  const std::string& wanted = a.text(0, "sub");
  const Window in = window(a, 1);
  if (!in.valid) return -1;
  const std::size_t at = last ? in.text.rfind(wanted) : in.text.find(wanted);
  if (at == std::string_view::npos) return -1;
  return static_cast<std::int64_t>(in.index + count_code_points(in.text.substr(0, at)));
}
Value find(CallArguments& a) {
  return Value(position_of(a, false));
}
Value rfind(CallArguments& a) {
  return Value(position_of(a, true));
}
Value index(CallArguments& a) {
  const std::int64_t at = position_of(a, false);
  if (at < 0) raise_type("substring not found");
  return Value(at);
}
Value rindex(CallArguments& a) {
  const std::int64_t at = position_of(a, true);
  if (at < 0) raise_type("substring not found");
  return Value(at);
}
Value count(CallArguments& a) {
  const std::string& wanted = a.text(0, "sub");
  const Window in = window(a, 1);
  if (!in.valid) return Value(0);
  if (wanted.empty()) return Value(count_code_points(in.text) + 1);
  std::int64_t times = 0;
  for (std::size_t at = in.text.find(wanted); at != std::string_view::npos;
       at = in.text.find(wanted, at + wanted.size()))
    ++times;
  return Value(times);
}

Value affix(CallArguments& a, bool front) {
  const Value& wanted = a.require(0, "prefix");
  if (wanted.is_undefined()) raise_undefined(wanted);
  std::vector<Value> all{wanted};
  if (wanted.is_tuple()) all = wanted.items();
  const Window in = window(a, 1);
  for (const Value& one : all) {
    if (!one.is_string())
      raise_type(fmt::format("{} first arg must be str or a tuple of str, not {}", a.callee, type_name(one)));
    if (in.valid && (front ? in.text.starts_with(one.as_string()) : in.text.ends_with(one.as_string())))
      return Value(true);
  }
  return Value(false);
}
Value startswith(CallArguments& a) {
  return affix(a, true);
}
Value endswith(CallArguments& a) {
  return affix(a, false);
}

Value replace(CallArguments& a) {
  const std::string &text = text_of(a), &from = a.text(0, "old"), &to = a.text(1, "new");
  std::int64_t left = a.integer_or(2, "count", -1);
  if (left < 0) left = INT64_MAX;
  std::string out;
  std::size_t at = 0;
  if (from.empty()) {
    while (left-- > 0) {
      out += to;
      if (at >= text.size()) return Value(std::move(out));
      const std::size_t begin = at;
      next_code_point(text, at);
      out.append(text, begin, at - begin);
    }
    return Value(out + text.substr(at));
  }
  for (std::size_t hit; left > 0 && (hit = text.find(from, at)) != std::string::npos; --left) {
    out.append(text, at, hit - at);
    out += to;
    at = hit + from.size();
    if (out.size() > (512u << 20)) throw Error(ErrorCode::jinja_limit, "A string is longer than 512 MB");
  }
  out.append(text, at);
  return Value(std::move(out));
}

bool blank_at(std::string_view text, std::size_t at, std::size_t& next) {
  next = at;
  return is_blank(next_code_point(text, next));
}

// split() without separator: at runs of blanks, from the left.
Value split_blanks(std::string_view text, std::int64_t most) {
  std::vector<Value> parts;
  std::size_t at = 0, next = 0;
  for (;;) {
    while (at < text.size() && blank_at(text, at, next)) at = next;
    if (at >= text.size()) break;
    if (most >= 0 && static_cast<std::int64_t>(parts.size()) >= most) {
      std::size_t end = text.size();
      while (end > at && is_blank(static_cast<unsigned char>(text[end - 1]))) --end;
      parts.emplace_back(text.substr(at, end - at));
      break;
    }
    const std::size_t begin = at;
    while (at < text.size() && !blank_at(text, at, next)) at = next;
    parts.emplace_back(text.substr(begin, at - begin));
  }
  return Value::list(std::move(parts));
}
// rsplit() without separator: the same from the right.
Value rsplit_blanks(std::string_view text, std::int64_t most) {
  const auto blank = [&](std::size_t at) { return is_blank(static_cast<unsigned char>(text[at])); };
  std::vector<Value> parts;
  std::size_t end = text.size();
  for (;;) {
    while (end > 0 && blank(end - 1)) --end;
    if (end == 0) break;
    std::size_t begin = end;
    if (most >= 0 && static_cast<std::int64_t>(parts.size()) >= most) {
      begin = 0;
      parts.emplace_back(text.substr(begin, end - begin));
      break;
    }
    while (begin > 0 && !blank(begin - 1)) --begin;
    parts.emplace_back(text.substr(begin, end - begin));
    end = begin;
  }
  std::reverse(parts.begin(), parts.end());
  return Value::list(std::move(parts));
}

Value split_at(CallArguments& a, bool from_right) {
  const std::string_view text = text_of(a);
  const std::int64_t most = a.integer_or(1, "maxsplit", -1);
  const Value* separator = a.find(0, "sep");
  if (!separator || separator->is_none())
    return from_right ? rsplit_blanks(text, most) : split_blanks(text, most);
  const std::string& sep = a.text(0, "sep");
  if (sep.empty()) raise_type("empty separator");
  std::vector<Value> parts;
  std::size_t begin = 0, end = text.size();
  while (most < 0 || static_cast<std::int64_t>(parts.size()) < most) {
    const std::string_view rest = text.substr(begin, end - begin);
    const std::size_t hit = from_right ? rest.rfind(sep) : rest.find(sep);
    if (hit == std::string_view::npos) break;
    if (from_right) {
      parts.emplace_back(rest.substr(hit + sep.size()));
      end = begin + hit;
    } else {
      parts.emplace_back(rest.substr(0, hit));
      begin += hit + sep.size();
    }
  }
  parts.emplace_back(text.substr(begin, end - begin));
  if (from_right) std::reverse(parts.begin(), parts.end());
  return Value::list(std::move(parts));
}
Value split(CallArguments& a) {
  return split_at(a, false);
}
Value rsplit(CallArguments& a) {
  return split_at(a, true);
}

Value splitlines(CallArguments& a) {
  const std::string& text = text_of(a);
  const bool keep = a.truth_or(0, "keepends", false);
  std::vector<Value> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\n\r\v\f\x1c\x1d\x1e", at), text.size());
    std::size_t next = std::min(end + 1, text.size());
    if (end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n') ++next;
    lines.emplace_back(text.substr(at, (keep ? next : end) - at));
    at = next;
  }
  return Value::list(std::move(lines));
}

Value partition_at(CallArguments& a, bool last) {
  const std::string &text = text_of(a), &sep = a.text(0, "sep");
  if (sep.empty()) raise_type("empty separator");
  const std::size_t hit = last ? text.rfind(sep) : text.find(sep);
  if (hit == std::string::npos)
    return last ? Value::tuple({Value(""), Value(""), a.self}) : Value::tuple({a.self, Value(""), Value("")});
  return Value::tuple({Value(text.substr(0, hit)), Value(sep), Value(text.substr(hit + sep.size()))});
}
Value partition(CallArguments& a) {
  return partition_at(a, false);
}
Value rpartition(CallArguments& a) {
  return partition_at(a, true);
}

Value join(CallArguments& a) {
  std::string out;
  std::size_t at = 0;
  auto items = iterate(a.require(0, "iterable"));
  for (Value item; items->next(item); ++at) {
    if (item.is_undefined()) raise_undefined(item);
    if (!item.is_string())
      raise_type(fmt::format("sequence item {}: expected str instance, {} found", at, type_name(item)));
    if (at) out += text_of(a);
    out += item.as_string();
  }
  return Value(std::move(out));
}

template <class Is>
Value all(CallArguments& a, Is&& is) {
  const std::string& text = text_of(a);
  if (text.empty()) return Value(false);
  for (std::size_t at = 0; at < text.size();)
    if (!is(next_code_point(text, at))) return Value(false);
  return Value(true);
}
Value isdigit(CallArguments& a) {
  return all(a, is_digit);
}
Value isalpha(CallArguments& a) {
  return all(a, is_letter);
}
Value isalnum(CallArguments& a) {
  return all(a, [](char32_t c) { return is_letter(c) || is_digit(c); });
}
Value isspace(CallArguments& a) {
  return all(a, is_blank);
}
Value isascii(CallArguments& a) {
  return Value(std::all_of(text_of(a).begin(), text_of(a).end(), [](char c) { return (c & 0x80) == 0; }));
}
Value isprintable(CallArguments& a) {
  return Value(to_repr(a.self).find('\\') == std::string::npos || text_of(a).find('\\') != std::string::npos);
}
Value isidentifier(CallArguments& a) {
  const std::string& text = text_of(a);
  if (!text.empty() && is_digit(static_cast<unsigned char>(text[0]))) return Value(false);
  return all(a, [](char32_t c) { return is_letter(c) || is_digit(c) || c == '_'; });
}
Value cased(CallArguments& a, bool upper) {
  const std::string& text = text_of(a);
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    if (upper ? is_lower_letter(code) : is_upper_letter(code)) return Value(false);
    any = any || (upper ? is_upper_letter(code) : is_lower_letter(code));
  }
  return Value(any);
}
Value isupper(CallArguments& a) {
  return cased(a, true);
}
Value islower(CallArguments& a) {
  return cased(a, false);
}
Value istitle(CallArguments& a) {
  const std::string& text = text_of(a);
  bool any = false, inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    const bool letter = is_letter(code);
    if (letter && is_upper_letter(code) == inside) return Value(false);
    any = any || letter;
    inside = letter;
  }
  return Value(any);
}

}  // namespace

const std::vector<Builtin> kStringSearchMethods = {
    {"find", "(sub, start=0, end=None)", find, "Where the text stands first, or -1.",
     "{{ 'hello'.find('l') }} {{ 'hello'.find('x') }}", "2 -1"},
    {"rfind", "(sub, start=0, end=None)", rfind, "Where the text stands last, or -1.",
     "{{ 'hello'.rfind('l') }}", "3"},
    {"index", "(sub, start=0, end=None)", index, "As find, but fails when it is not there.",
     "{{ 'hello'.index('e') }}", "1"},
    {"rindex", "(sub, start=0, end=None)", rindex, "As rfind, but fails when it is not there.",
     "{{ 'hello'.rindex('l') }}", "3"},
    {"count", "(sub, start=0, end=None)", count, "How often the text stands in it.",
     "{{ 'banana'.count('an') }}", "2"},
    {"startswith", "(prefix, start=0, end=None)", startswith,
     "Whether it begins so; a tuple: with any of these.",
     "{{ 'abc'.startswith('ab') }} {{ 'abc'.startswith(('x', 'a')) }}", "True True"},
    {"endswith", "(suffix, start=0, end=None)", endswith, "Whether it ends so.", "{{ 'abc'.endswith('bc') }}",
     "True"},
    {"replace", "(old, new, count=-1)", replace, "One text replaced by another.",
     "{{ 'aXbX'.replace('X', '-') }} {{ 'aaa'.replace('a', 'b', 2) }}", "a-b- bba"},
    {"split", "(sep=None, maxsplit=-1)", split, "Cut at a separator, or at blanks.",
     "{{ 'a, b'.split(', ') }} {{ ' a  b '.split() }}", "['a', 'b'] ['a', 'b']"},
    {"rsplit", "(sep=None, maxsplit=-1)", rsplit, "As split, from the right.", "{{ 'a.b.c'.rsplit('.', 1) }}",
     "['a.b', 'c']"},
    {"splitlines", "(keepends=False)", splitlines, "Its lines.", "{{ 'a\\nb\\r\\nc'.splitlines() }}",
     "['a', 'b', 'c']"},
    {"partition", "(sep)", partition, "Before, separator and after.", "{{ 'k=v=w'.partition('=') }}",
     "('k', '=', 'v=w')"},
    {"rpartition", "(sep)", rpartition, "As partition, at the last separator.",
     "{{ 'k=v=w'.rpartition('=') }}", "('k=v', '=', 'w')"},
    {"join", "(iterable)", join, "Items joined by this text.", "{{ ', '.join(['a', 'b']) }}", "a, b"},
    {"isdigit", "()", isdigit, "Only digits, at least one.", "{{ '12'.isdigit() }} {{ '1a'.isdigit() }}",
     "True False"},
    {"isdecimal", "()", isdigit, "As isdigit.", "{{ '12'.isdecimal() }}", "True"},
    {"isnumeric", "()", isdigit, "As isdigit.", "{{ '12'.isnumeric() }}", "True"},
    {"isalpha", "()", isalpha, "Only letters.", "{{ 'ab'.isalpha() }} {{ 'a1'.isalpha() }}", "True False"},
    {"isalnum", "()", isalnum, "Only letters and digits.", "{{ 'a1'.isalnum() }}", "True"},
    {"isspace", "()", isspace, "Only blanks.", "{{ ' \\t'.isspace() }}", "True"},
    {"isascii", "()", isascii, "Only ASCII.", "{{ 'ä'.isascii() }}", "False"},
    {"isprintable", "()", isprintable, "Nothing that repr() would escape.", "{{ 'a b'.isprintable() }}",
     "True"},
    {"isidentifier", "()", isidentifier, "A valid name.",
     "{{ 'a_1'.isidentifier() }} {{ '1a'.isidentifier() }}", "True False"},
    {"isupper", "()", isupper, "Letters, all capital.", "{{ 'AB1'.isupper() }}", "True"},
    {"islower", "()", islower, "Letters, all small.", "{{ 'aB'.islower() }}", "False"},
    {"istitle", "()", istitle, "Each word begins with a capital.", "{{ 'Ab Cd'.istitle() }}", "True"},
};

}  // namespace leat::jinja
