#include "pages/page_cursor.h"

#include <fmt/core.h>

#include <map>

#include "pages/body_parser.h"
#include "pages/expression_tree.h"

namespace leat::pages {
namespace {

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// What HTML writes as &name; in a text.
std::string with_characters(const std::string& text) {
  static const std::map<std::string, std::string_view, std::less<>> names = {
      {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""}, {"apos", "'"},  {"nbsp", "\u00a0"},
      {"rarr", "→"},   {"larr", "←"},   {"uarr", "↑"},   {"darr", "↓"},  {"mdash", "—"}, {"ndash", "–"},
      {"hellip", "…"}, {"middot", "·"}, {"deg", "°"},    {"times", "×"}, {"copy", "©"},  {"euro", "€"},
      {"pound", "£"},  {"plusmn", "±"}, {"bull", "•"},   {"rsquo", "’"}, {"lsquo", "‘"}, {"ldquo", "“"},
      {"rdquo", "”"},  {"sup2", "²"},   {"frac12", "½"}, {"micro", "µ"}, {"ge", "≥"},    {"le", "≤"}};
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::size_t end = text[at] == '&' ? text.find(';', at) : std::string::npos;
    auto found = end == std::string::npos ? names.end() : names.find(text.substr(at + 1, end - at - 1));
    if (found == names.end()) {
      out.push_back(text[at]);
      continue;
    }
    out += found->second;
    at = end;
  }
  return out;
}

}  // namespace

std::string PageCursor::where() const {
  return fmt::format("{}:{}", path_, line_);
}

void PageCursor::advance(std::size_t count) {
  std::size_t end = std::min(at_ + count, text_.size());
  line_ += static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                       text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  at_ = end;
}

void PageCursor::skip_blanks() {
  while (!at_end() && std::isspace(static_cast<unsigned char>(next()))) advance(1);
}

std::string PageCursor::braces() {
  std::size_t close = closing_bracket(text_, at_);
  if (close == std::string_view::npos) fail("A { is not closed");
  std::string inside(text_.substr(at_ + 1, close - at_ - 1));
  advance(close + 1 - at_);
  return inside;
}

bool PageCursor::read_tag(PageNode& node) {
  advance(1);
  while (is_name_char(next())) {
    node.text.push_back(next());
    advance(1);
  }
  for (;;) {
    skip_blanks();
    if (at_end()) fail(fmt::format("<{}> is not closed", node.text));
    if (follows("/>")) {
      advance(2);
      return true;
    }
    if (follows(">")) {
      advance(1);
      return false;
    }
    property(node);
  }
}

void PageCursor::property(PageNode& node) {
  std::string at = where();
  if (follows("{/*")) {
    braces();
    return;
  }
  std::string name;
  while (!at_end() && !std::isspace(static_cast<unsigned char>(next())) &&
         std::string_view("=/>\"'{").find(next()) == std::string_view::npos) {
    name.push_back(next());
    advance(1);
  }
  // {data} is short for data={data}; {...object} brings the object's members.
  bool is_short = name.empty() && next() == '{';
  if (name.empty() && !is_short) fail(fmt::format("`{}` is no property of <{}>", next(), node.text));
  Property value;
  skip_blanks();
  bool is_given = is_short || follows("=");
  if (is_given) {
    if (!is_short) advance(1);
    skip_blanks();
    read_value(value);
  } else {
    value.text = "true";
  }
  if (is_short) name = value.text.starts_with("...") ? "..." : value.text;
  if (name == "slot") return;
  if (name.starts_with("bind:")) {
    name = name.substr(5);
    if (!is_given) value = {name, Expression::parse_late(name, at)};
  } else if (name.find(':') != std::string::npos) {
    notes_.push_back({fmt::format("`{}` of <{}> needs JavaScript that pages here don't run; it does nothing",
                                  name, node.text),
                      at});
    return;
  }
  node.properties.emplace_back(std::move(name), std::move(value));
}

void PageCursor::read_value(Property& value) {
  std::string at = where();
  char c = next();
  if (c == '{') {
    value.text = trimmed(braces());
    std::string_view read = value.text;
    if (read.starts_with("...")) read.remove_prefix(3);
    value.expression = Expression::parse_late(read, at);
  } else if (c == '"' || c == '\'') {
    std::size_t end = at_ + 1;
    // A quote inside of braces is the expression's.
    while (end < text_.size() && text_[end] != c) {
      std::size_t close = text_[end] == '{' ? closing_bracket(text_, end) : std::string_view::npos;
      std::size_t quote = close == std::string_view::npos ? close : text_.substr(0, close).find(c, end);
      end = quote != std::string_view::npos &&
                    text_.substr(end, close - end).find('\n') == std::string_view::npos
                ? close + 1
                : end + 1;
    }
    if (end >= text_.size()) fail("A quoted property is not closed");
    value.text = text_.substr(at_ + 1, end - at_ - 1);
    advance(end + 1 - at_);
    if (value.text.find('{') != std::string::npos) {
      value.expression = Expression::parse_template(value.text, at);
    } else {
      value.text = with_characters(value.text);
    }
  } else {
    while (!at_end() && !std::isspace(static_cast<unsigned char>(next())) && next() != '>' &&
           !follows("/>")) {
      std::size_t close = next() == '{' ? closing_bracket(text_, at_) : std::string_view::npos;
      std::size_t count = close == std::string_view::npos ? 1 : close + 1 - at_;
      value.text += text_.substr(at_, count);
      advance(count);
    }
    if (value.text.find('{') != std::string::npos)
      value.expression = Expression::parse_template(value.text, at);
  }
}

}  // namespace leat::pages
