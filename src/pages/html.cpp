#include "pages/html.h"

#include <algorithm>

#include "document/value.h"

namespace leat::pages {

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string script_safe(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string safe_url(std::string_view url) {
  std::string plain;
  for (char c : url) {
    // Browsers leave these out when they look for the scheme.
    if (static_cast<unsigned char>(c) > 32)
      plain.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  std::size_t colon = plain.find(':');
  if (colon == std::string::npos || plain.find_first_of("/?#") < colon) return std::string(url);
  std::string scheme = plain.substr(0, colon);
  bool safe = scheme == "http" || scheme == "https" || scheme == "mailto" || scheme == "tel";
  return safe ? std::string(url) : "#";
}

std::string slug_of(std::string_view text) {
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || byte >= 128 || c == '_') {
      out.push_back(static_cast<char>(std::tolower(byte)));
    } else if (!out.empty() && out.back() != '-' && c != '\'') {
      out.push_back('-');
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.empty() ? "section" : out;
}

std::string without_tags(std::string_view html) {
  std::string out;
  bool in_tag = false;
  for (char c : html) {
    if (c == '<') in_tag = true;
    if (!in_tag) out.push_back(c);
    if (c == '>') in_tag = false;
  }
  return out;
}

namespace {

constexpr std::string_view kElements[] = {
    "a",     "abbr",  "b",  "blockquote", "br",  "caption", "code", "dd",    "del",  "div",    "dl",  "dt",
    "em",    "h1",    "h2", "h3",         "h4",  "h5",      "h6",   "hr",    "i",    "img",    "ins", "kbd",
    "li",    "mark",  "ol", "p",          "pre", "q",       "s",    "small", "span", "strong", "sub", "sup",
    "table", "tbody", "td", "tfoot",      "th",  "thead",   "tr",   "u",     "ul"};
constexpr std::string_view kAttributes[] = {"alt", "class", "colspan", "height", "href", "rowspan",
                                            "src", "style", "target",  "title",  "width"};

template <std::size_t kCount>
bool listed(const std::string_view (&all)[kCount], std::string_view word) {
  for (std::string_view each : all) {
    if (each == word) return true;
  }
  return false;
}

bool safe_style(std::string_view style) {
  for (std::string_view bad : {"url", "expression", "@", "\\", "position", "behavior"}) {
    if (style.find(bad) != std::string_view::npos) return false;
  }
  return true;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The tag at `at` with what is allowed of it, or "" where it is none; `at` moves behind it.
std::string safe_tag(std::string_view html, std::size_t& at) {
  std::size_t name_from = at + (html.substr(at + 1).starts_with('/') ? 2 : 1), i = name_from;
  while (i < html.size() && std::isalnum(static_cast<unsigned char>(html[i]))) ++i;
  std::string name = lowered(html.substr(name_from, i - name_from));
  if (!listed(kElements, name)) return "";
  std::string out = name_from == at + 2 ? "</" + name : "<" + name;
  while (i < html.size() && html[i] != '>') {
    if (std::isspace(static_cast<unsigned char>(html[i])) || html[i] == '/') {
      ++i;
      continue;
    }
    std::size_t key_from = i;
    while (i < html.size() && std::string_view("=> \t\n/").find(html[i]) == std::string_view::npos) ++i;
    std::string key = lowered(html.substr(key_from, i - key_from)), value;
    if (i < html.size() && html[i] == '=') {
      char quote = ++i < html.size() ? html[i] : '\0';
      bool quoted = quote == '"' || quote == '\'';
      std::size_t from = quoted ? i + 1 : i,
                  to = quoted ? html.find(quote, from) : html.find_first_of(" >\t\n", from);
      to = std::min(to, html.size());
      value = html.substr(from, to - from);
      i = std::min(quoted ? to + 1 : to, html.size());
    } else if (i == key_from) {
      ++i;
    }
    if (!listed(kAttributes, key) || (key == "style" && !safe_style(lowered(value)))) continue;
    if (key == "href" || key == "src") value = safe_url(value);
    out += " " + key + "=\"" + escape(value) + "\"";
  }
  if (i >= html.size()) return "";
  at = i + 1;
  return out + ">";
}

}  // namespace

std::string sanitized(std::string_view html) {
  std::string out;
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] == '<') {
      std::string tag = safe_tag(html, at);
      out += tag.empty() ? "&lt;" : tag;
      if (tag.empty()) ++at;
    } else {
      out.push_back(html[at++]);
    }
  }
  return out;
}

void JsonObject::text(std::string_view key, std::string_view value) {
  raw(key, document::json_quote(value));
}

void JsonObject::raw(std::string_view key, std::string_view json) {
  if (!members_.empty()) members_.push_back(',');
  members_ += document::json_quote(key);
  members_.push_back(':');
  members_ += json;
}

}  // namespace leat::pages
