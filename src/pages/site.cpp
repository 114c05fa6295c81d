#include "pages/site.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/embedded.h"
#include "base/error.h"
#include "document/value.h"
#include "pages/format.h"
#include "pages/html.h"
#include "pages/markup.h"

namespace leat {
LEAT_EMBEDDED(pages_web);
LEAT_EMBEDDED(theme);
LEAT_EMBEDDED(echarts);
LEAT_EMBEDDED(outlines);
}  // namespace leat

namespace leat::pages {

namespace fs = std::filesystem;

namespace {

bool flag(const Page& page, std::string_view name) {
  const std::string& value = page.front_matter[name].raw();
  return value == "true" || value == "yes";
}

// What a page says of itself, or else the layout of all.
bool is_on(const Page& page, std::string_view name, const SiteLook& look, std::string_view layout) {
  return page.front_matter[name].raw().empty() ? look.layout[layout].raw() == "true" : flag(page, name);
}

std::string contents(const Page& page, const Rendered& body, const SiteLook& look) {
  std::string list;
  std::size_t count = 0;
  for (const Heading& heading : body.headings) {
    if (heading.level > 3 || heading.level < 2) continue;
    list += fmt::format("<li class=\"level-{}\"><a href=\"#{}\">{}</a></li>", heading.level,
                        escape(heading.id), heading.html);
    ++count;
  }
  if (count < 2 || is_on(page, "hide_toc", look, "hideTOC")) return "";
  return "<aside class=\"toc\" aria-label=\"On this page\"><p>On this page</p><ul>" + list + "</ul></aside>";
}

std::string breadcrumbs(const Page& page, const std::string& id, const std::vector<Page>& pages,
                        const SiteLook& look) {
  if (id.find('/') == std::string::npos || is_on(page, "hide_breadcrumbs", look, "hideBreadcrumbs"))
    return "";
  std::string out = fmt::format("<a href=\"{}\">Home</a>", site_link("/", root_of(id)));
  for (std::size_t slash = id.find('/'); slash != std::string::npos; slash = id.find('/', slash + 1)) {
    std::string part = id.substr(0, slash),
                name = part.substr(part.rfind('/') == std::string::npos ? 0 : part.rfind('/') + 1);
    auto found = std::find_if(pages.begin(), pages.end(), [&](const Page& each) { return each.id == part; });
    if (found == pages.end()) {
      out += "<span>" + escape(title_of(name)) + "</span>";
    } else {
      out += fmt::format("<a href=\"{}\">{}</a>", escape(site_link("/" + part, root_of(id))),
                         escape(title_for(*found)));
    }
  }
  return "<nav class=\"crumbs\" aria-label=\"Where this page is\">" + out + "</nav>";
}

std::string regions_json(const Rendered& body) {
  if (body.regions.empty()) return "";
  JsonObject inputs;
  for (const auto& [name, key] : body.inputs) inputs.text(name, key);
  std::string regions;
  for (const Region& region : body.regions) {
    std::string by, html;
    for (const std::string& input : region.inputs)
      by += (by.empty() ? "" : ",") + document::json_quote(input);
    for (const std::string& each : region.html)
      html += (html.empty() ? "" : ",") + document::json_quote(each);
    JsonObject variants;
    for (const auto& [key, number] : region.variants) variants.raw(key, std::to_string(number));
    regions += fmt::format("{}{{\"by\":[{}],\"whole\":{},\"variants\":{},\"html\":[{}]}}",
                           regions.empty() ? "" : ",", by, region.is_whole, variants.done(), html);
  }
  return fmt::format("<script type=\"application/json\" id=\"regions\">{}</script>\n",
                     script_safe(fmt::format("{{\"inputs\":{},\"regions\":[{}]}}", inputs.done(), regions)));
}

// What a page needs of the chart library: nothing, the part with the usual charts, or all of it.
enum class Charts { none, plain, all };

Charts charts_of(std::string_view html) {
  constexpr std::string_view kUse = "data-chart=\"{", kKind = "&quot;kind&quot;:&quot;";
  constexpr std::string_view kPlain[] = {"bar",    "line", "area",  "scatter",
                                         "bubble", "hist", "chart", "spark"};
  Charts found = Charts::none;
  for (std::size_t at = html.find(kUse); at != std::string_view::npos; at = html.find(kUse, at + 1)) {
    std::string_view options = html.substr(at, html.find('>', at) - at);
    std::size_t kind = options.find(kKind) + kKind.size();
    std::string_view name = options.substr(kind, options.find('&', kind) - kind);
    bool is_plain = std::find(std::begin(kPlain), std::end(kPlain), name) != std::end(kPlain);
    // Labels that give way to each other, and options of one's own, may need anything.
    for (std::string_view word : {"&quot;labels&quot;:true", "ptions&quot;:{", "&quot;renderer&quot;:"})
      is_plain = is_plain && options.find(word) == std::string_view::npos;
    found = std::max(found, is_plain ? Charts::plain : Charts::all);
  }
  return found;
}

// The scripts that draw the charts of a page, in their order.
std::vector<std::string> chart_scripts(const Rendered& body) {
  Charts charts = charts_of(body.html);
  for (const Region& region : body.regions) {
    for (const std::string& html : region.html) charts = std::max(charts, charts_of(html));
  }
  if (charts == Charts::none) return {};
  std::vector<std::string> names = {charts == Charts::plain ? "echarts.common.min.js" : "echarts.min.js"};
  names.insert(names.end(), body.files.begin(), body.files.end());
  names.insert(names.end(), {"charts.js", "figures.js"});
  if (charts == Charts::all) names.emplace_back("maps.js");
  return names;
}

// A page whose charts are drawn already loads what draws them when it is needed.
std::string late_scripts(const Rendered& body) {
  std::string names;
  if (!body.is_drawn) return names;
  for (const std::string& name : chart_scripts(body)) names += (names.empty() ? "" : " ") + name;
  return names.empty() ? "" : fmt::format(" data-charts=\"{}\"", names);
}

std::string scripts(const Rendered& body, const std::string& root) {
  std::string out;
  auto add = [&](std::string_view name) {
    out += fmt::format("<script src=\"{}_leat/{}\"></script>\n", root, name);
  };
  add("format.js");
  if (!body.is_drawn) {
    for (const std::string& name : chart_scripts(body)) add(name);
  }
  add("page.js");
  return out;
}

std::string head(const Page& page, const std::string& title, const std::string& root, const SiteLook& look) {
  std::string more, chosen;
  if (!look.appearance.empty()) chosen = fmt::format(" data-appearance=\"{}\"", look.appearance);
  auto meta = [&](const char* kind, const char* name, const std::string& text) {
    if (!text.empty()) more += fmt::format("<meta {}=\"{}\" content=\"{}\">\n", kind, name, escape(text));
  };
  const document::Value& og = page.front_matter["og"];
  std::string description = page.front_matter["description"].raw();
  meta("name", "description", description);
  meta("property", "og:title", og["title"].raw().empty() ? title : og["title"].raw());
  meta("property", "og:description", og["description"].raw().empty() ? description : og["description"].raw());
  meta("property", "og:image", og["image"].raw());
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"{4}>\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n<meta name=\"generator\" "
      "content=\"Leat {1}\">\n{3}"
      "<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{2}_leat/tokens.css\">\n<link "
      "rel=\"stylesheet\" "
      "href=\"{2}_leat/page.css\">\n<link rel=\"stylesheet\" href=\"{2}_leat/parts.css\">\n<script "
      "src=\"{2}_leat/theme.js\"></script>\n{5}</head>\n",
      escape(title), LEAT_VERSION, root, more, chosen,
      look.css.empty() ? "" : "<style>" + look.css + "</style>\n");
}

std::string frame(const Page& page, const std::string& id, const SitePages& site, const SiteLook& look,
                  const std::string& main, const std::string& aside, const std::string& footer,
                  const std::string& end, const std::string& late = "") {
  std::string root = root_of(id), title = page.title.empty() ? look.title : page.title;
  std::string sidebar = page.front_matter["sidebar"].raw();
  bool bare = sidebar == "hide" || sidebar == "never" || is_on(page, "hide_sidebar", look, "hideSidebar");
  std::string nav = bare ? "" : site.navigation.html(page.id, root);
  std::string width = page.front_matter["max_width"].raw();
  if (width.empty()) width = look.layout["maxWidth"].raw();
  std::string style = is_on(page, "full_width", look, "fullWidth") ? " style=\"--width:none\""
                      : parse_number(width).kind == Cell::Kind::number
                          ? fmt::format(" style=\"--width:{}px\"", width)
                          : "";
  std::string menu =
      nav.empty()
          ? ""
          : "<button class=\"menu\" type=\"button\" aria-label=\"Pages\" aria-expanded=\"false\">☰</button>";
  std::string heading =
      page.title.empty() || flag(page, "hide_title") ? "" : "<h1>" + escape(page.title) + "</h1>\n";
  std::string bar =
      is_on(page, "hide_header", look, "hideHeader")
          ? ""
          : fmt::format(
                "<header class=\"bar\">{}<a class=\"site\" href=\"{}index.html\">{}</a><span "
                "class=\"tools\"><button class=\"print\" type=\"button\" aria-label=\"Print\">P</button>"
                "{}</span></header>\n",
                menu, root, escape(look.title),
                look.has_switcher ? "<button class=\"theme\" type=\"button\" aria-label=\"Switch between "
                                    "light and dark\">◐</button>"
                                  : "");
  return head(page, title, root, look) +
         fmt::format(
             "<body data-root=\"{}\"{}>\n<a class=\"skip\" href=\"#main\">To the content</a>\n{}<div "
             "class=\"frame{}{}\"{}>\n{}<main "
             "id=\"main\">\n{}{}{}\n</main>\n{}</div>\n<footer>{}</footer>\n{}</body>\n</html>\n",
             root, late, bar, nav.empty() ? "" : " with-side", aside.empty() ? "" : " with-toc", style, nav,
             breadcrumbs(page, id, site.pages, look), heading, main, aside, footer, end);
}

}  // namespace

std::string root_of(const std::string& id) {
  std::string up;
  for (char c : id) up += c == '/' ? "../" : "";
  return up;
}

std::string page_html(const Page& page, const std::string& id, const Rendered& body, const SitePages& site,
                      const SiteLook& look, const std::string& built_at) {
  std::string data;
  for (const auto& [name, table] : body.data)
    data += fmt::format("<script type=\"application/json\" id=\"data-{}\">{}</script>\n", escape(name),
                        to_json(table));
  std::string footer = fmt::format("<span>Built {} UTC</span><span>Leat</span>",
                                   built_at.substr(0, 10) + " " + built_at.substr(11, 5));
  return frame(page, id, site, look, body.html, contents(page, body, look), footer,
               data + regions_json(body) + scripts(body, root_of(id)), late_scripts(body));
}

std::string light_theme(const SiteLook& look) {
  constexpr std::string_view kDark = ":root[data-theme=\"dark\"]";
  std::string css;
  for (const EmbeddedFile& file : embedded_theme()) css += file.contents.substr(0, file.contents.find(kDark));
  return css + look.css.substr(0, look.css.find(kDark));
}

double chart_width(const Page& page, const Rendered& body, const SiteLook& look) {
  // page.css at 1280 px and more: the text's width, less its padding and the list of headings.
  return contents(page, body, look).empty() ? 976 : 820;
}

std::string broken_html(const Page& page, const SitePages& site, const SiteLook& look) {
  std::string main = fmt::format("<p class=\"problem\" role=\"alert\"><b>{}</b> {}</p>",
                                 escape(page.broken->where()), escape(page.broken->what_failed()));
  Rendered none;
  return frame(page, page.id, site, look, main, "", "<span>This page could not be read.</span>",
               scripts(none, root_of(page.id)));
}

std::string runtime_text() {
  std::string out;
  for (const EmbeddedFile& file : embedded_pages_web()) out += file.contents;
  for (const EmbeddedFile& file : embedded_theme()) out += file.contents;
  return out;
}

void write_site_file(const std::string& name, std::string_view text) {
  fs::path path = name;
  std::error_code made;
  fs::create_directories(path.parent_path(), made);
  fs::path beside = path;
  beside += ".new";
  {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(beside.c_str(), "wb"), std::fclose);
    bool whole = out && std::fwrite(text.data(), 1, text.size(), out.get()) == text.size() &&
                 std::fflush(out.get()) == 0;
    if (!whole) throw Error(ErrorCode::file_io, std::strerror(errno), path.string());
  }
  fs::rename(beside, path, made);
}

namespace {

// What is there already is the same text nearly always.
void write_embedded(const std::string& output, const EmbeddedFile& file) {
  std::string path = output + "/_leat/" + std::string(file.path);
  std::error_code missing;
  if (fs::file_size(path, missing) == file.contents.size() && !missing &&
      document::read_file(path) == file.contents)
    return;
  write_site_file(path, file.contents);
}

}  // namespace

void write_runtime(const std::string& output) {
  for (const EmbeddedFile& file : embedded_pages_web()) write_embedded(output, file);
  for (const EmbeddedFile& file : embedded_theme()) write_embedded(output, file);
  for (const EmbeddedFile& file : embedded_echarts()) write_embedded(output, file);
}

void write_outlines(const std::string& output, const std::set<std::string, std::less<>>& files) {
  for (const EmbeddedFile& file : embedded_outlines()) {
    if (files.find(file.path) != files.end()) write_embedded(output, file);
  }
}

void copy_static(const std::string& root, const std::string& output) {
  if (!fs::is_directory(root + "/static")) return;
  fs::path canonical = fs::weakly_canonical(root + "/static");
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(canonical)) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    fs::path target = fs::path(output) / fs::relative(entry.path(), canonical);
    std::error_code failed;
    fs::create_directories(target.parent_path(), failed);
    fs::copy_file(entry.path(), target, fs::copy_options::update_existing, failed);
  }
}

}  // namespace leat::pages
