#include "pages/markup.h"

#include <fmt/core.h>
#include <md4c-html.h>

#include <algorithm>
#include <charconv>

#include "pages/html.h"

namespace leat::pages {
namespace {

// While Markdown is made, a number between U+FDD0 and U+FDD1 holds the place of a value or component: no text
// has these characters (Unicode 15, 23.7), and Markdown takes them for letters, in addresses too, where md4c
// encodes them.
constexpr std::string_view kMarkBegin = "\xEF\xB7\x90", kMarkEnd = "\xEF\xB7\x91";
constexpr std::string_view kEncodedBegin = "%EF%B7%90", kEncodedEnd = "%EF%B7%91";

std::string to_html(const std::string& text) {
  std::string html;
  auto take = [](const MD_CHAR* bytes, MD_SIZE count, void* out) {
    static_cast<std::string*>(out)->append(bytes, count);
  };
  md_html(text.data(), static_cast<MD_SIZE>(text.size()), take, &html,
          MD_DIALECT_GITHUB | MD_FLAG_NOINDENTEDCODEBLOCKS, 0);
  return html;
}

// A value at the start of an address must not bring a scheme of its own.
std::string in_attribute(const Part& part, const std::string& before, char quote) {
  bool starts_url = false;
  for (const char* name : {"href=", "src=", "action=", "xlink:href="}) {
    starts_url = starts_url || before.ends_with(std::string(name) + (quote ? std::string(1, quote) : ""));
  }
  std::string text = escape(starts_url ? safe_url(part.plain) : part.plain);
  return quote ? text : "\"" + text + "\"";
}

}  // namespace

std::string Markup::mark(Part part) {
  bool is_block = part.is_block;
  parts_.push_back(std::move(part));
  std::string id = fmt::format("{}{}{}", kMarkBegin, parts_.size() - 1, kMarkEnd);
  return is_block ? "\n\n" + id + "\n\n" : id;
}

std::string Markup::html(const std::string& markdown) const {
  return fill(to_html(markdown));
}

// Puts what the marks stand for into their places.
std::string Markup::fill(const std::string& html) const {
  std::string out;
  bool in_tag = false;
  char quote = 0;
  for (std::size_t at = 0; at < html.size();) {
    std::size_t skip = 0;
    if (const Part* part = mark_at(html, at, skip)) {
      if (part->is_block && !in_tag && out.ends_with("<p>") && html.compare(at + skip, 4, "</p>") == 0) {
        out.resize(out.size() - 3);
        out += part->html;
        at += skip + 4;
      } else {
        out += in_tag ? in_attribute(*part, out, quote) : part->html;
        at += skip;
      }
      continue;
    }
    char c = html[at++];
    if (in_tag && quote) {
      if (c == quote) quote = 0;
    } else if (in_tag && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '<') {
      in_tag = at < html.size() && (std::isalpha(static_cast<unsigned char>(html[at])) || html[at] == '/');
    } else if (c == '>') {
      in_tag = false;
    }
    out.push_back(c);
  }
  return out;
}

const Part* Markup::mark_at(const std::string& html, std::size_t at, std::size_t& size) const {
  std::string_view text = std::string_view(html).substr(at);
  bool encoded = text.starts_with(kEncodedBegin);
  if (!encoded && !text.starts_with(kMarkBegin)) return nullptr;
  std::string_view begins = encoded ? kEncodedBegin : kMarkBegin, ends = encoded ? kEncodedEnd : kMarkEnd;
  text.remove_prefix(begins.size());
  std::size_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  auto digits = static_cast<std::size_t>(end - text.data());
  bool closed = error == std::errc() && text.substr(digits).starts_with(ends);
  if (!closed || number >= parts_.size()) return nullptr;
  size = begins.size() + digits + ends.size();
  return &parts_[number];
}

namespace {

// "/report.pdf" is a file, "/people/Dr. No" and "/releases/1.2" are pages; format.js says the same.
bool names_file(std::string_view path) {
  std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string_view ending = path.substr(dot + 1);
  bool is_plain = std::all_of(ending.begin(), ending.end(),
                              [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
  return is_plain && !ending.empty() && ending.size() <= 5 && ending[0] >= 'a';
}

// What escape() wrote, as it was.
std::string unescaped(std::string_view text) {
  constexpr std::pair<std::string_view, char> kNames[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
  std::string out;
  while (!text.empty()) {
    std::size_t size = 1;
    char c = text[0];
    for (const auto& [name, meant] : kNames) {
      if (!text.starts_with(name)) continue;
      size = name.size();
      c = meant;
    }
    out.push_back(c);
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace

std::string site_link(const std::string& url, const std::string& root) {
  if (url.empty() || url[0] != '/' || url.starts_with("//")) return url;
  std::size_t end = std::min(url.find_first_of("?#"), url.size());
  std::string path = url.substr(1, end - 1), rest = url.substr(end);
  while (path.ends_with('/')) path.pop_back();
  if (path.empty()) path = "index";
  return root + path + (names_file(path) ? "" : ".html") + rest;
}

void collect_links(const std::string& html, std::set<std::string>& links) {
  for (std::size_t at = html.find("href=\"/"); at != std::string::npos; at = html.find("href=\"/", at + 1)) {
    std::size_t open = at + 6, close = html.find('"', open);
    if (close == std::string::npos) break;
    std::string link = unescaped(html.substr(open, close - open));
    links.insert(link.substr(0, link.find_first_of("?#")));
  }
}

std::string with_site_links(const std::string& html, const std::string& root) {
  std::string out;
  std::size_t at = 0;
  for (;;) {
    std::size_t next = std::min(html.find("href=\"/", at), html.find("src=\"/", at));
    if (next == std::string::npos) break;
    std::size_t open = html.find('"', next) + 1, close = html.find('"', open);
    if (close == std::string::npos) break;
    out.append(html, at, open - at);
    out += site_link(html.substr(open, close - open), root);
    at = close;
  }
  return out + html.substr(at);
}

}  // namespace leat::pages
