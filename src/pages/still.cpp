#include "pages/still.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/embedded.h"
#include "pages/drawing.h"
#include "pages/html.h"
#include "pages/site.h"

namespace leat {
LEAT_EMBEDDED(mail_web);
}  // namespace leat

namespace leat::pages {
namespace {

constexpr double kWidth = 648;
constexpr std::size_t kRowsShown = 10;

// A tag of HTML that this program wrote: its attributes are quoted and escaped.
struct Tag {
  std::string name;
  bool is_end = false, is_whole = false;
  std::vector<std::pair<std::string, std::string>> attributes;

  std::string_view find(std::string_view key) const {
    for (const auto& [held, value] : attributes) {
      if (held == key) return value;
    }
    return "";
  }
};

// Reads the tag at `at`, which moves behind it; false where it is none.
bool read_tag(std::string_view html, std::size_t& at, Tag& tag) {
  std::size_t i = at + 1;
  tag = Tag();
  if (i < html.size() && html[i] == '/') tag.is_end = ++i > 0;
  while (i < html.size() && std::isalnum(static_cast<unsigned char>(html[i]))) tag.name.push_back(html[i++]);
  if (tag.name.empty()) return false;
  while (i < html.size() && html[i] != '>') {
    if (std::isspace(static_cast<unsigned char>(html[i])) || html[i] == '/') {
      tag.is_whole = html[i++] == '/';
      continue;
    }
    std::string key, value;
    while (i < html.size() && std::string_view("=> \t\n/").find(html[i]) == std::string_view::npos)
      key.push_back(html[i++]);
    if (html.substr(i).starts_with("=\"")) {
      std::size_t end = std::min(html.find('"', i + 2), html.size() - 1);
      value = html.substr(i + 2, end - i - 2);
      i = end + 1;
    } else if (key.empty()) {
      ++i;
    }
    tag.attributes.emplace_back(std::move(key), std::move(value));
  }
  at = std::min(i + 1, html.size());
  return true;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), word) != all.end();
}

class Stiller {
 public:
  Stiller(std::string_view html, std::string page, const StillOptions& options)
      : html_(html), page_(std::move(page)), options_(options) {}

  std::string run() {
    Tag tag;
    while (at_ < html_.size()) {
      std::size_t open = std::min(html_.find('<', at_), html_.size());
      out_ += html_.substr(at_, open - at_);
      at_ = open;
      if (at_ == html_.size()) break;
      if (!read_tag(html_, at_, tag)) {
        out_.push_back(html_[at_++]);
      } else if (!tag.is_end && tag.name == "svg") {
        std::size_t end = html_.find("</svg>", at_);
        end = end == std::string_view::npos ? html_.size() : end + 6;
        out_ += html_.substr(open, end - open);
        at_ = end;
      } else {
        take(tag);
      }
    }
    return std::move(out_);
  }

 private:
  // What only a reader at a screen can use is left out.
  static bool is_left_out(const Tag& tag) {
    if (is_one_of(tag.name, {"script", "style", "button", "select", "input", "dialog", "template", "iframe",
                             "label", "output"}))
      return true;
    std::string_view kind = tag.find("class");
    return kind.find("chart-data") != std::string_view::npos ||
           kind.find("missing") != std::string_view::npos;
  }

  // Moves behind the end of the element that `tag` begins.
  void skip(const Tag& tag) {
    if (tag.is_whole || is_one_of(tag.name, {"input", "img", "br"})) return;
    int depth = 1;
    Tag inner;
    while (at_ < html_.size() && depth > 0) {
      at_ = std::min(html_.find('<', at_), html_.size());
      if (at_ == html_.size()) return;
      if (!read_tag(html_, at_, inner)) ++at_;
      if (inner.name == tag.name) depth += inner.is_end ? -1 : 1;
    }
  }

  void take(const Tag& tag) {
    if (tag.is_end) return close(tag.name);
    if (is_left_out(tag)) return skip(tag);
    if (tag.name == "table") begin_table(tag);
    if (tag.name == "tbody") in_body_ = true;
    if (tag.name == "tr" && in_body_ && ++rows_ > rows_max_) return skip(tag);
    std::string name = element(tag.name), attributes;
    for (const auto& [key, value] : tag.attributes) {
      if (key == "href") {
        attributes += link(value);
      } else if (is_one_of(key, {"class", "style", "src", "alt", "colspan", "rowspan", "width", "height",
                                 "title"})) {
        attributes += fmt::format(" {}=\"{}\"", key, value);
      }
    }
    out_ += fmt::format("<{}{}>", name, attributes);
  }

  void close(const std::string& name) {
    out_ += "</" + element(name) + ">";
    if (name == "tbody") in_body_ = false;
    if (name == "table" && rows_ > rows_max_)
      out_ += fmt::format("<p class=\"more\">{} of {} rows</p>", rows_max_, rows_);
  }

  void begin_table(const Tag& tag) {
    rows_ = 0;
    rows_max_ = kRowsShown;
    std::string_view wanted = tag.find("data-rows");
    if (wanted == "all") rows_max_ = 200;
    std::from_chars(wanted.data(), wanted.data() + wanted.size(), rows_max_);
  }

  // Folds are open: mail programs can't open them.
  static std::string element(const std::string& name) {
    return name == "details" ? "div" : name == "summary" ? "p" : name;
  }

  // ../shop/index.html seen from this page, as an address of the published site.
  std::string link(const std::string& url) const {
    if (url.find(':') != std::string::npos) return fmt::format(" href=\"{}\"", url);
    if (options_.address.empty() || url.starts_with('#')) return "";
    std::string folder = page_.substr(0, page_.rfind('/') == std::string::npos ? 0 : page_.rfind('/') + 1);
    std::string rest = url;
    while (rest.starts_with("../")) {
      rest.erase(0, 3);
      std::size_t slash = folder.size() < 2 ? std::string::npos : folder.rfind('/', folder.size() - 2);
      folder = slash == std::string::npos ? "" : folder.substr(0, slash + 1);
    }
    return fmt::format(" href=\"{}{}{}\"", escape(options_.address), folder, rest);
  }

  std::string_view html_;
  std::string page_;
  const StillOptions& options_;
  std::string out_;
  std::size_t at_ = 0, rows_ = 0, rows_max_ = kRowsShown;
  bool in_body_ = false;
};

// var(--text) as what it is in the light theme: mail programs know no variables.
std::string with_values(std::string_view text, std::string_view theme) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t use = std::min(text.find("var(--", at), text.size());
    out += text.substr(at, use - at);
    at = use;
    if (use == text.size()) break;
    std::size_t end = std::min(text.find(')', use), text.size() - 1);
    std::string name(text.substr(use + 4, end - use - 4));
    std::size_t held = theme.rfind(name + ":");
    if (held != std::string_view::npos) {
      std::size_t from = held + name.size() + 1,
                  stop = std::min(theme.find_first_of(";}", from), theme.size());
      while (from < stop && theme[from] == ' ') ++from;
      for (char c : theme.substr(from, stop - from)) out.push_back(c == '"' ? '\'' : c);
    }
    at = end + 1;
  }
  return out;
}

}  // namespace

std::string still_html(const Page& page, const std::string& id, Rendered body, const SiteLook& look,
                       const StillOptions& options) {
  std::string theme = light_theme(look), css;
  DrawingOptions drawing;
  drawing.is_live = false;
  drawing.theme = theme;
  drawing.wide = kWidth;
  drawing.charts_max = 100;
  drawing.chart_bytes_max = 1u << 20;
  drawing.page_bytes_max = 8u << 20;
  draw_charts(body, drawing);
  for (const EmbeddedFile& file : embedded_mail_web()) css += file.contents;
  std::string title = page.title.empty() ? look.title : page.title;
  std::string text = with_values(Stiller(body.html, id, options).run(), theme);
  std::string whole = options.address.empty() ? ""
                                              : fmt::format(" · <a href=\"{0}{1}.html\">The whole page</a>",
                                                            escape(options.address), escape(id));
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width\">\n<title>{0}</title>\n<style>\n{1}</style>\n</head>\n<body>\n<div "
      "class=\"sheet\">\n<h1>{0}</h1>\n{2}\n<p class=\"foot\">Built {3} "
      "UTC{4}</p>\n</div>\n</body>\n</html>\n",
      escape(title), with_values(css, theme), text,
      options.built_at.size() > 16 ? options.built_at.substr(0, 10) + " " + options.built_at.substr(11, 5)
                                   : "",
      whole);
}

}  // namespace leat::pages
