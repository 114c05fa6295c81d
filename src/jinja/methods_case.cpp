// String methods that change letters, width or shape.
#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

const std::string& text_of(CallArguments& a) {
  return a.self.as_string();
}

Value lower(CallArguments& a) {
  return Value(lower_text(text_of(a)));
}
Value upper(CallArguments& a) {
  return Value(upper_text(text_of(a)));
}

template <class F>
std::string map_letters(std::string_view text, F&& change) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) append_code_point(out, change(next_code_point(text, at)));
  return out;
}

Value capitalize(CallArguments& a) {
  bool first = true;
  return Value(map_letters(text_of(a), [&](char32_t code) {
    return std::exchange(first, false) ? upper_code_point(code) : lower_code_point(code);
  }));
}
Value title(CallArguments& a) {
  bool inside = false;
  return Value(map_letters(text_of(a), [&](char32_t code) {
    const bool was_inside = std::exchange(inside, is_letter(code));
    return was_inside ? lower_code_point(code) : upper_code_point(code);
  }));
}
Value swapcase(CallArguments& a) {
  return Value(map_letters(text_of(a), [](char32_t code) {
    return is_upper_letter(code) ? lower_code_point(code) : upper_code_point(code);
  }));
}
Value casefold(CallArguments& a) {
  std::string out;
  const std::string lowered = lower_text(text_of(a));
  for (std::size_t at = 0; at < lowered.size();) {
    const char32_t code = next_code_point(lowered, at);
    if (code == 0xDF) {
      out += "ss";
    } else {
      append_code_point(out, code == 0x3C2 ? 0x3C3 : code);
    }
  }
  return Value(std::move(out));
}

// Pads to a width with a character; `left` and `right` say where.
Value justify(CallArguments& a, bool left, bool right) {
  const std::int64_t wanted = a.integer_or(0, "width", 0);
  const std::string fill = a.text_or(1, "fillchar", " ");
  if (count_code_points(fill) != 1) raise_type("The fill character must be exactly one character long");
  const auto length = static_cast<std::int64_t>(length_of(a.self));
  if (wanted <= length) return a.self;
  if (wanted > (64 << 20)) throw Error(ErrorCode::jinja_limit, "A width is too large");
  const std::int64_t missing = wanted - length;
  std::int64_t before = left && right ? missing / 2 + (missing & wanted & 1) : left ? missing : 0;
  std::string out;
  for (std::int64_t at = 0; at < before; ++at) out += fill;
  out += text_of(a);
  for (std::int64_t at = before; at < missing; ++at) out += fill;
  return Value(std::move(out));
}
Value center(CallArguments& a) {
  return justify(a, true, true);
}
Value ljust(CallArguments& a) {
  return justify(a, false, true);
}
Value rjust(CallArguments& a) {
  return justify(a, true, false);
}

Value zfill(CallArguments& a) {
  const std::string& text = text_of(a);
  const std::int64_t width = std::min<std::int64_t>(a.integer_or(0, "width", 0), 64 << 20);
  const auto length = static_cast<std::int64_t>(length_of(a.self));
  if (width <= length) return a.self;
  const std::size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  return Value(text.substr(0, sign) + std::string(static_cast<std::size_t>(width - length), '0') +
               text.substr(sign));
}

Value strip_sides(CallArguments& a, bool left, bool right) {
  const std::string& text = text_of(a);
  const Value* chars = a.find(0, "chars");
  std::u32string set;
  if (chars && !chars->is_none()) {
    const std::string& given = a.text(0, "chars");
    for (std::size_t at = 0; at < given.size();) set += next_code_point(given, at);
  }
  const bool blanks = !chars || chars->is_none();
  const auto drop = [&](char32_t code) {
    return blanks ? is_blank(code) : set.find(code) != std::u32string::npos;
  };
  std::size_t begin = 0, end = text.size();
  while (left && begin < end) {
    std::size_t next = begin;
    if (!drop(next_code_point(text, next))) break;
    begin = next;
  }
  while (right && end > begin) {
    std::size_t last = end - 1;
    while (last > begin && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    std::size_t next = last;
    if (!drop(next_code_point(text, next))) break;
    end = last;
  }
  return Value(text.substr(begin, end - begin));
}
Value strip(CallArguments& a) {
  return strip_sides(a, true, true);
}
Value lstrip(CallArguments& a) {
  return strip_sides(a, true, false);
}
Value rstrip(CallArguments& a) {
  return strip_sides(a, false, true);
}

Value removeprefix(CallArguments& a) {
  const std::string& prefix = a.text(0, "prefix");
  return text_of(a).starts_with(prefix) ? Value(text_of(a).substr(prefix.size())) : a.self;
}
Value removesuffix(CallArguments& a) {
  const std::string& suffix = a.text(0, "suffix");
  const bool has = !suffix.empty() && text_of(a).ends_with(suffix);
  return has ? Value(text_of(a).substr(0, text_of(a).size() - suffix.size())) : a.self;
}

Value expandtabs(CallArguments& a) {
  const std::int64_t size = std::clamp<std::int64_t>(a.integer_or(0, "tabsize", 8), 0, 1000);
  std::string out;
  std::int64_t column = 0;
  for (char c : text_of(a)) {
    if (c == '\t') {
      const std::int64_t blanks = size > 0 ? size - column % size : 0;
      out.append(static_cast<std::size_t>(blanks), ' ');
      column += blanks;
    } else {
      out += c;
      column = c == '\n' || c == '\r' ? 0 : column + ((c & 0xC0) != 0x80 ? 1 : 0);
    }
  }
  return Value(std::move(out));
}

Value format(CallArguments& a) {
  return Value(brace_format(text_of(a), a));
}
Value format_map(CallArguments& a) {
  const Value& mapping = a.require(0, "mapping");
  if (!mapping.is_dict()) a.fail("needs a mapping");
  CallArguments named;
  mapping.as_dict().each([&](const Value& key, const Value& value) {
    if (key.is_string()) named.named.push_back({key.as_string(), value});
  });
  return Value(brace_format(text_of(a), named));
}
Value encode(CallArguments& a) {
  return Value::bytes(text_of(a));
}

// str.translate with a dict of code points (as str.maketrans makes).
Value translate(CallArguments& a) {
  const Value& table = a.require(0, "table");
  if (!table.is_dict()) a.fail("needs a dict");
  std::string out;
  const std::string& text = text_of(a);
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    const Value* change = table.as_dict().find(Value(static_cast<std::int64_t>(code)));
    if (!change) {
      append_code_point(out, code);
    } else if (change->is_integral()) {
      append_code_point(out, static_cast<char32_t>(change->as_integer()));
    } else if (change->is_string()) {
      out += change->as_string();
    }
  }
  return Value(std::move(out));
}
Value maketrans(CallArguments& a) {
  Ref<Dict> table = make_ref<Dict>();
  const auto code_of = [](std::string_view text, std::size_t& at) {
    return Value(static_cast<std::int64_t>(next_code_point(text, at)));
  };
  const Value& from = a.require(0, "x");
  if (from.is_dict()) {
    from.as_dict().each([&](const Value& key, const Value& value) {
      std::size_t at = 0;
      table->set(key.is_string() && !key.as_string().empty() ? code_of(key.as_string(), at) : key, value);
    });
    return Value(table);
  }
  const std::string &source = a.text(0, "x"), &target = a.text(1, "y");
  if (count_code_points(source) != count_code_points(target))
    raise_type("the first two maketrans arguments must have equal length");
  for (std::size_t i = 0, j = 0; i < source.size();) {
    Value key = code_of(source, i);
    table->set(std::move(key), code_of(target, j));
  }
  const std::string dropped = a.text_or(2, "z", "");
  for (std::size_t at = 0; at < dropped.size();) table->set(code_of(dropped, at), Value::none());
  return Value(table);
}

}  // namespace

const std::vector<Builtin> kStringCaseMethods = {
    {"lower", "()", lower, "All letters small.", "{{ 'aBÄ'.lower() }}", "abä"},
    {"upper", "()", upper, "All letters capital.", "{{ 'aßc'.upper() }}", "ASSC"},
    {"capitalize", "()", capitalize, "The first letter capital, the rest small.",
     "{{ 'hELLO you'.capitalize() }}", "Hello you"},
    {"title", "()", title, "Each word's first letter capital.", "{{ \"they're bill's\".title() }}",
     "They'Re Bill'S"},
    {"swapcase", "()", swapcase, "Capital and small letters exchanged.", "{{ 'aBc'.swapcase() }}", "AbC"},
    {"casefold", "()", casefold, "Small letters for comparison.", "{{ 'Straße'.casefold() }}", "strasse"},
    {"center", "(width, fillchar=' ')", center, "Padded on both sides.", "{{ 'ab'.center(5, '*') }}",
     "**ab*"},
    {"ljust", "(width, fillchar=' ')", ljust, "Padded at the right.", "{{ 'ab'.ljust(4, '.') }}", "ab.."},
    {"rjust", "(width, fillchar=' ')", rjust, "Padded at the left.", "{{ 'ab'.rjust(4, '.') }}", "..ab"},
    {"zfill", "(width)", zfill, "Zeros in front, behind a sign.", "{{ '-42'.zfill(5) }}", "-0042"},
    {"strip", "(chars=None)", strip, "Without blanks (or these characters) at both ends.",
     "{{ '  a '.strip() }}|{{ 'xxayx'.strip('x') }}", "a|ay"},
    {"lstrip", "(chars=None)", lstrip, "As strip, at the left.", "{{ 'xxax'.lstrip('x') }}", "ax"},
    {"rstrip", "(chars=None)", rstrip, "As strip, at the right.", "{{ 'xaxx'.rstrip('x') }}", "xa"},
    {"removeprefix", "(prefix)", removeprefix, "Without this beginning.",
     "{{ 'stg_users'.removeprefix('stg_') }}", "users"},
    {"removesuffix", "(suffix)", removesuffix, "Without this end.", "{{ 'users_v1'.removesuffix('_v1') }}",
     "users"},
    {"expandtabs", "(tabsize=8)", expandtabs, "Tabs as blanks.", "{{ 'a\\tb'.expandtabs(4) }}", "a   b"},
    {"format", "(*args, **kwargs)", format, "Fields in braces replaced.",
     "{{ '{0}-{x:>4}|{y!r}'.format('a', x=7, y='b') }}", "a-   7|'b'"},
    {"format_map", "(mapping)", format_map, "As format, with a dict.", "{{ '{a}'.format_map({'a': 1}) }}",
     "1"},
    {"encode", "(encoding='utf-8', errors='strict')", encode, "The bytes of the text, in UTF-8.",
     "{{ 'ä'.encode() }}", "b'\\xc3\\xa4'"},
    {"translate", "(table)", translate, "Characters replaced by a table of code points.",
     "{{ 'abc'.translate({97: 'x', 98: none}) }}", "xc"},
    {"maketrans", "(x, y='', z='')", maketrans, "A table for translate.",
     "{{ 'abc'.translate(''.maketrans('ab', 'xy')) }}", "xyc"},
};

}  // namespace leat::jinja
