#include "jinja/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/error.h"
#include "jinja/call.h"
#include "jinja/object.h"
#include "jinja/operations.h"
#include "jinja/string_literal.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

// Python's flag values.
constexpr std::int64_t kIgnoreCase = 2, kMultiline = 8, kDotAll = 16, kVerbose = 64, kAscii = 256;

/// A compiled pattern.
class Pattern final : public Object {
 public:
  Pattern(std::string source, std::int64_t flags) : source_(std::move(source)), flags_(flags) {
    std::uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    if (!(flags & kAscii)) options |= PCRE2_UCP;
    if (flags & kIgnoreCase) options |= PCRE2_CASELESS;
    if (flags & kMultiline) options |= PCRE2_MULTILINE;
    if (flags & kDotAll) options |= PCRE2_DOTALL;
    if (flags & kVerbose) options |= PCRE2_EXTENDED;
    int error = 0;
    PCRE2_SIZE at = 0;
    // \Z is Python's end of text, which PCRE calls \z.
    std::string translated = source_;
    for (std::size_t i = 0; i + 1 < translated.size(); ++i)
      if (translated[i] == '\\') {
        if (translated[i + 1] == 'Z') translated[i + 1] = 'z';
        ++i;
      }
    code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), options, &error,
                          &at, nullptr);
    if (!code_) {
      PCRE2_UCHAR message[200];
      pcre2_get_error_message(error, message, sizeof message);
      raise_type(fmt::format("re.error: {} at position {} of {}", reinterpret_cast<const char*>(message), at,
                             to_repr(Value(source_))));
    }
    pcre2_pattern_info(code_, PCRE2_INFO_CAPTURECOUNT, &groups_);
    read_names();
  }
  ~Pattern() override { pcre2_code_free(code_); }
  std::string_view type_name() const override { return "re.Pattern"; }
  std::string repr() const override { return fmt::format("re.compile({})", to_repr(Value(source_))); }
  std::optional<Value> attribute(std::string_view name) override {
    if (name == "pattern") return Value(source_);
    if (name == "flags") return Value(flags_);
    if (name == "groups") return Value(groups_);
    return std::nullopt;
  }
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override;

  /// Begin and end of each group, npos where it took no part; empty: no match.
  std::vector<std::size_t> match(std::string_view text, std::size_t from, std::uint32_t options) const {
    pcre2_match_data* data = pcre2_match_data_create_from_pattern(code_, nullptr);
    pcre2_match_context* limits = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(limits, 10000000);
    pcre2_set_depth_limit(limits, 100000);
    const int result = pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                                   options, data, limits);
    std::vector<std::size_t> places;
    if (result > 0) {
      const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data);
      places.assign(offsets, offsets + 2 * (groups_ + 1));
    }
    pcre2_match_context_free(limits);
    pcre2_match_data_free(data);
    if (result < 0 && result != PCRE2_ERROR_NOMATCH)
      throw Error(ErrorCode::jinja_limit,
                  fmt::format("A regular expression gave up after too many steps: {}", source_));
    return places;
  }
  std::uint32_t groups() const { return groups_; }
  const std::vector<std::pair<std::string, std::size_t>>& names() const { return names_; }

 private:
  void read_names() {
    std::uint32_t count = 0, size = 0;
    PCRE2_SPTR table = nullptr;
    pcre2_pattern_info(code_, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(code_, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(code_, PCRE2_INFO_NAMETABLE, &table);
    for (std::uint32_t at = 0; at < count; ++at, table += size)
      names_.emplace_back(reinterpret_cast<const char*>(table + 2),
                          static_cast<std::size_t>(table[0]) * 256 + table[1]);
    std::sort(names_.begin(), names_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  }
  std::string source_;
  std::int64_t flags_;
  pcre2_code* code_ = nullptr;
  std::uint32_t groups_ = 0;
  std::vector<std::pair<std::string, std::size_t>> names_;
};

/// One match, as re.Match.
class Match final : public Object {
 public:
  Match(Ref<Pattern> pattern, std::string text, std::vector<std::size_t> places)
      : pattern_(std::move(pattern)), text_(std::move(text)), places_(std::move(places)) {}
  std::string_view type_name() const override { return "re.Match"; }
  std::string repr() const override {
    return fmt::format("<re.Match object; span=({}, {}), match={}>", index(0), index(1), to_repr(group(0)));
  }
  bool truth() const override { return true; }
  std::optional<Value> item(const Value& key) override { return group(find(key)); }
  std::optional<Value> attribute(std::string_view name) override {
    if (name == "string") return Value(text_);
    if (name == "re") return Value(pattern_);
    if (name == "lastindex") {
      for (std::size_t at = pattern_->groups(); at > 0; --at)
        if (places_[at * 2] != PCRE2_UNSET) return Value(at);
      return Value::none();
    }
    return std::nullopt;
  }
  std::optional<Value> method(std::string_view name, CallArguments& a) override {
    if (name == "group") {
      if (a.positional.size() <= 1) return group(a.positional.empty() ? 0 : find(a.positional[0]));
      std::vector<Value> all;
      for (const Value& key : a.positional) all.push_back(group(find(key)));
      return Value::tuple(std::move(all));
    }
    if (name == "groups") {
      std::vector<Value> all;
      for (std::size_t at = 1; at <= pattern_->groups(); ++at) all.push_back(group(at, a.get(0, "default")));
      return Value::tuple(std::move(all));
    }
    if (name == "groupdict") {
      Ref<Dict> all = make_ref<Dict>();
      for (const auto& [key, at] : pattern_->names()) all->set(key, group(at, a.get(0, "default")));
      return Value(all);
    }
    const std::size_t at = a.positional.empty() ? 0 : find(a.positional[0]);
    if (name == "start") return Value(index(at * 2));
    if (name == "end") return Value(index(at * 2 + 1));
    if (name == "span") return Value::tuple({Value(index(at * 2)), Value(index(at * 2 + 1))});
    if (name == "expand") return Value(expand(a.text(0, "template")));
    return std::nullopt;
  }
  Value group(std::size_t at, const Value& missing = Value::none()) const {
    if (places_[at * 2] == PCRE2_UNSET) return missing;
    return Value(text_.substr(places_[at * 2], places_[at * 2 + 1] - places_[at * 2]));
  }
  std::size_t begin() const { return places_[0]; }
  std::size_t end() const { return places_[1]; }

  /// A replacement text with its references to groups filled in.
  std::string expand(std::string_view form) const {
    std::string out;
    for (std::size_t at = 0; at < form.size(); ++at) {
      if (form[at] != '\\' || at + 1 >= form.size()) {
        out += form[at];
        continue;
      }
      const char c = form[++at];
      if (c == 'g' && at + 1 < form.size() && form[at + 1] == '<') {
        const std::size_t end = form.find('>', at);
        if (end == std::string_view::npos) raise_type("missing >, unterminated name");
        const std::string_view name = form.substr(at + 2, end - at - 2);
        const auto number = parse_integer(name);
        out += to_text(group(find(number ? Value(*number) : Value(name)), Value("")));
        at = end;
      } else if (c >= '1' && c <= '9') {
        std::size_t number = static_cast<std::size_t>(c - '0');
        if (at + 1 < form.size() && form[at + 1] >= '0' && form[at + 1] <= '9')
          number = number * 10 + static_cast<std::size_t>(form[++at] - '0');
        out += to_text(group(find(Value(number)), Value("")));
      } else if (c == '\\') {
        out += '\\';
      } else {
        (void)unescape_string(std::string("\\") + c, out);
      }
    }
    return out;
  }

 private:
  std::int64_t index(std::size_t place) const {
    if (places_[place] == PCRE2_UNSET) return -1;
    return static_cast<std::int64_t>(count_code_points(std::string_view(text_).substr(0, places_[place])));
  }
  std::size_t find(const Value& key) const {
    if (key.is_integral() && key.as_integer() >= 0 && key.as_integer() <= pattern_->groups())
      return static_cast<std::size_t>(key.as_integer());
    if (key.is_string())
      for (const auto& [name, at] : pattern_->names())
        if (name == key.as_string()) return at;
    raise_type("no such group");
  }
  Ref<Pattern> pattern_;
  std::string text_;
  std::vector<std::size_t> places_;
};

// All matches from left to right; an empty match is followed by one step forward, as in Python 3.7 and later.
std::vector<Ref<Match>> all_matches(const Ref<Pattern>& pattern, const std::string& text,
                                    std::size_t most = SIZE_MAX) {
  std::vector<Ref<Match>> found;
  std::uint32_t options = 0;
  for (std::size_t at = 0; at <= text.size() && found.size() < most;) {
    auto places = pattern->match(text, at, options);
    if (places.empty()) {
      if (options == 0) break;
      // Nothing but the empty match stood here: go on one character further.
      options = 0;
      if (at >= text.size()) break;
      next_code_point(text, at);
      continue;
    }
    const bool empty = places[0] == places[1];
    at = places[1];
    options = empty ? PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED : 0;
    found.push_back(make_ref<Match>(pattern, text, std::move(places)));
    if (found.size() > 1000000)
      throw Error(ErrorCode::jinja_limit, "A regular expression has more than a million matches");
  }
  return found;
}

Value one(const Ref<Pattern>& pattern, const std::string& text, std::uint32_t options) {
  auto places = pattern->match(text, 0, options);
  if (places.empty()) return Value::none();
  return Value(make_ref<Match>(pattern, text, std::move(places)));
}

Value groups_of(const Match& match, const Pattern& pattern) {
  if (pattern.groups() <= 1) return match.group(pattern.groups(), Value(""));
  std::vector<Value> all;
  for (std::size_t at = 1; at <= pattern.groups(); ++at) all.push_back(match.group(at, Value("")));
  return Value::tuple(std::move(all));
}

std::pair<std::string, std::int64_t> substitute(const Ref<Pattern>& pattern, const Value& by,
                                                const std::string& text, std::int64_t count,
                                                Session* session) {
  std::string out;
  std::size_t at = 0;
  std::int64_t times = 0;
  for (const Ref<Match>& match :
       all_matches(pattern, text, count > 0 ? static_cast<std::size_t>(count) : SIZE_MAX)) {
    out.append(text, at, match->begin() - at);
    if (by.is_string()) {
      out += match->expand(by.as_string());
    } else {
      CallArguments arguments;
      arguments.session = session;
      arguments.positional.push_back(Value(match));
      if (!is_callable(by)) raise_type("the replacement of re.sub has to be a string or a function");
      append_text(out, by.as_object().call(arguments));
    }
    at = match->end();
    ++times;
  }
  return {out.append(text, at), times};
}

Value split(const Ref<Pattern>& pattern, const std::string& text, std::int64_t most) {
  std::vector<Value> parts;
  std::size_t at = 0;
  for (const Ref<Match>& match :
       all_matches(pattern, text, most > 0 ? static_cast<std::size_t>(most) : SIZE_MAX)) {
    parts.emplace_back(text.substr(at, match->begin() - at));
    for (std::size_t group = 1; group <= pattern->groups(); ++group) parts.push_back(match->group(group));
    at = match->end();
  }
  parts.emplace_back(text.substr(at));
  return Value::list(std::move(parts));
}

// Runs a function of the module; `first` is the index of the argument behind the pattern.
std::optional<Value> run(std::string_view name, const Ref<Pattern>& pattern, CallArguments& a,
                         std::size_t first) {
  if (name == "sub" || name == "subn") {
    const auto [text, times] = substitute(pattern, a.require(first, "repl"), a.text(first + 1, "string"),
                                          a.integer_or(first + 2, "count", 0), a.session);
    return name == "sub" ? Value(text) : Value::tuple({Value(text), Value(times)});
  }
  if (name == "search") return one(pattern, a.text(first, "string"), 0);
  if (name == "match") return one(pattern, a.text(first, "string"), PCRE2_ANCHORED);
  if (name == "fullmatch") return one(pattern, a.text(first, "string"), PCRE2_ANCHORED | PCRE2_ENDANCHORED);
  if (name == "split") return split(pattern, a.text(first, "string"), a.integer_or(first + 1, "maxsplit", 0));
  if (name != "findall" && name != "finditer") return std::nullopt;
  std::vector<Value> all;
  for (const Ref<Match>& match : all_matches(pattern, a.text(first, "string")))
    all.push_back(name == "findall" ? groups_of(*match, *pattern) : Value(match));
  return Value::list(std::move(all));
}

std::optional<Value> Pattern::method(std::string_view name, CallArguments& arguments) {
  arguments.callee = name;
  return run(name, Ref<Pattern>(this), arguments, 0);
}

Ref<Pattern> compile(const Value& pattern, std::int64_t flags) {
  if (Pattern* compiled = pattern.as<Pattern>()) return Ref<Pattern>(compiled);
  if (!pattern.is_string()) raise_type("first argument must be string or compiled pattern");
  return make_ref<Pattern>(pattern.as_string(), flags);
}

Value escape(CallArguments& a) {
  std::string out;
  for (char c : a.text(0, "pattern")) {
    if (std::string_view("()[]{}?*+-|^$\\.&~# \t\n\r\v\f").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return Value(std::move(out));
}

}  // namespace

Value regex_module() {
  Ref<Namespace> module = make_ref<Namespace>();
  constexpr std::pair<std::string_view, std::size_t> kFunctions[] = {
      {"search", 2},   {"match", 2}, {"fullmatch", 2}, {"findall", 2},
      {"finditer", 2}, {"split", 3}, {"sub", 4},       {"subn", 4}};
  for (const auto& [name, flags_at] : kFunctions)
    module->set_attribute(
        name, make_function(std::string(name), [name = name, at = flags_at](CallArguments& a) {
          a.callee = name;
          const Ref<Pattern> pattern = compile(a.require(0, "pattern"), a.integer_or(at, "flags", 0));
          return *run(name, pattern, a, 1);
        }));
  module->set_attribute("compile", make_function("compile", [](CallArguments& a) {
                          return Value(compile(a.require(0, "pattern"), a.integer_or(1, "flags", 0)));
                        }));
  module->set_attribute("escape", make_function("escape", escape));
  constexpr std::pair<std::string_view, std::int64_t> kFlags[] = {
      {"IGNORECASE", kIgnoreCase}, {"I", kIgnoreCase}, {"MULTILINE", kMultiline}, {"M", kMultiline},
      {"DOTALL", kDotAll},         {"S", kDotAll},     {"VERBOSE", kVerbose},     {"X", kVerbose},
      {"ASCII", kAscii},           {"A", kAscii}};
  for (const auto& [name, flag] : kFlags) module->set_attribute(name, Value(flag));
  return Value(module);
}

std::optional<std::string> regex_first(std::string_view pattern, std::string_view text, std::size_t group) {
  const Ref<Pattern> compiled = make_ref<Pattern>(std::string(pattern), 0);
  const auto places = compiled->match(text, 0, 0);
  if (places.empty() || group > compiled->groups() || places[group * 2] == PCRE2_UNSET) return std::nullopt;
  return std::string(text.substr(places[group * 2], places[group * 2 + 1] - places[group * 2]));
}

std::string regex_replace(std::string_view pattern, std::string_view replacement, std::string_view text) {
  return substitute(make_ref<Pattern>(std::string(pattern), 0), Value(replacement), std::string(text), 0,
                    nullptr)
      .first;
}

}  // namespace leat::jinja
