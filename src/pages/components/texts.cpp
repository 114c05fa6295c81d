// Alerts, notes, pictures, links and what prints need.
#include <fmt/core.h>

#include "pages/components/all.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

using F = FieldKind;
const SpecField kClass = {"class", F::text, "CSS classes."};
const SpecField kDescription = {"description", F::text, "A note under the pointer."};

const Spec kAlertSpec{
    "Alert",
    "A note with a color.",
    {{"status", F::text, "info, positive, warning or negative (success and danger are taken, too)."},
     kDescription}};
const Spec kNoteSpec{"Note", "A note aside.", {kClass}};
const Spec kInfoSpec{"Info",
                     "A sign with a note under the pointer.",
                     {{"description", F::text, "The note.", "", true},
                      {"color", F::text, "Color of the sign."},
                      {"size", F::integer, "Its size.", "4"},
                      {"className", F::text, "CSS classes."}}};
const Spec kImageSpec{"Image",
                      "A picture.",
                      {{"url", F::text, "Its address.", "", true},
                       {"description", F::text, "What it shows."},
                       {"width", F::integer, "Width in pixels."},
                       {"height", F::integer, "Height in pixels."},
                       {"border", F::boolean, "A border.", "false"},
                       {"align", F::text, "Where it stands.", "center", false, {"center", "left", "right"}},
                       kClass}};
const Spec kEmbedSpec{"Embed",
                      "Another page inside this one.",
                      {{"url", F::text, "Its address.", "", true},
                       {"title", F::text, "What it is."},
                       {"width", F::text, "Width.", "100%"},
                       {"height", F::integer, "Height in pixels.", "400"},
                       {"border", F::boolean, "A border.", "true"},
                       kClass}};
const Spec kLinkSpec{"Link",
                     "A link.",
                     {{"url", F::text, "Its address.", "", true},
                      {"label", F::text, "Its text.", "Click here"},
                      {"newTab", F::boolean, "Opens beside this page.", "false"},
                      kClass}};
const Spec kLinkButtonSpec{"LinkButton",
                           "A link that looks like a button.",
                           {{"url", F::text, "Its address.", "", true}, {"href", F::text, "The same."}}};
const Spec kBigLinkSpec{
    "BigLink", "A link as a tile.", {{"url", F::text, "Its address."}, {"href", F::text, "The same."}}};
const Spec kDownloadSpec{"DownloadData",
                         "A button that gives a query's rows as CSV.",
                         {{"data", F::text, "The query.", "", true},
                          {"text", F::text, "What stands on it.", "Download"},
                          {"queryID", F::text, "Name of the file."},
                          {"display", F::boolean, "Shows it.", "true"},
                          kClass}};
const Spec kRefreshedSpec{"LastRefreshed",
                          "When the page was built.",
                          {{"prefix", F::text, "What stands before it.", "Last refreshed"},
                           {"printShowDate", F::boolean, "Prints the date.", "true"},
                           {"dateFmt", F::text, "Format of the date."}}};
const Spec kLineBreakSpec{"LineBreak", "Empty lines.", {{"lines", F::integer, "How many.", "1"}}};
const Spec kPageBreakSpec{"PageBreak", "Begins a new page in prints.", {}};
const Spec kCodeSpec{"CodeBlock",
                     "Code with a button that copies it.",
                     {{"source", F::text, "The code; what stands inside when left out."},
                      {"language", F::text, "Its language."},
                      {"copyToClipboard", F::boolean, "Offers to copy it.", "false"}}};
const Spec kButtonSpec{"Button",
                       "A button; without JavaScript of its own it does nothing.",
                       {{"size", F::text, "Its size."},
                        {"variant", F::text, "Its look."},
                        {"outline", F::boolean, "Only an outline.", "false"},
                        {"icon", F::text, "Ignored."},
                        {"iconPosition", F::text, "Ignored."},
                        {"disabled", F::boolean, "Greyed out.", "false"}}};

std::string render_alert(const ComponentUse& use) {
  std::string status = use.text("status");
  if (status == "success") status = "positive";
  if (status == "danger" || status == "error") status = "negative";
  if (status != "positive" && status != "warning" && status != "negative") status = "info";
  return fmt::format("<div class=\"alert {}\" role=\"note\"{}>{}</div>", status,
                     use.has("description") ? " title=\"" + escape(use.text("description")) + "\"" : "",
                     use.children());
}
std::string render_note(const ComponentUse& use) {
  return fmt::format("<div class=\"note {}\">{}</div>", escape(use.text("class")), use.children());
}
std::string render_info(const ComponentUse& use) {
  std::string color = use.color("color");
  return fmt::format(
      "<span class=\"info-sign\" tabindex=\"0\" role=\"note\" aria-label=\"{0}\" "
      "data-note=\"{0}\"{1}>i</span>",
      escape(use.text("description")),
      color.empty() || color.starts_with("base-") ? "" : " style=\"color:" + escape(color) + "\"");
}
std::string render_image(const ComponentUse& use) {
  std::string size;
  if (use.has("width")) size += fmt::format(" width=\"{}\"", use.number("width", 0));
  if (use.has("height")) size += fmt::format(" height=\"{}\"", use.number("height", 0));
  std::string align = use.text("align", "center");
  return fmt::format("<div class=\"image {} {}\"><img src=\"{}\" alt=\"{}\"{}{}></div>", align,
                     escape(use.text("class")), escape(safe_url(use.text("url"))),
                     escape(use.text("description")), size, use.flag("border") ? " class=\"bordered\"" : "");
}
std::string render_embed(const ComponentUse& use) {
  std::string url = safe_url(use.text("url"));
  // A page asks nothing from another host on its own: the reader decides.
  return fmt::format(
      "<div class=\"embed{}\" data-embed=\"{}\" data-title=\"{}\" style=\"height:{}px\"><p>{}</p><button "
      "type=\"button\" class=\"button\">Load {}</button></div>",
      use.flag("border", true) ? " bordered" : "", escape(url), escape(use.text("title", "Embedded page")),
      use.number("height", 400), escape(use.text("title")), escape(url));
}
std::string render_link(const ComponentUse& use) {
  return fmt::format("<a href=\"{}\"{}{}>{}</a>", escape(safe_url(use.text("url"))),
                     use.flag("newTab") ? " target=\"_blank\" rel=\"noopener\"" : "",
                     use.has("class") ? " class=\"" + escape(use.text("class")) + "\"" : "",
                     escape(use.text("label", "Click here")));
}
// What stands inside a link or a button: one paragraph is a part of the sentence around it.
std::string words_inside(const ComponentUse& use) {
  std::string html = use.children();
  while (html.ends_with('\n')) html.pop_back();
  bool is_one = html.starts_with("<p>") && html.ends_with("</p>") && html.find("<p>", 3) == std::string::npos;
  return is_one ? html.substr(3, html.size() - 7) : html;
}
std::string linked(const ComponentUse& use, const char* look) {
  std::string url = use.has("url") ? use.text("url") : use.text("href");
  return fmt::format("<a class=\"{}\" href=\"{}\">{}</a>", look, escape(safe_url(url)), words_inside(use));
}
std::string render_link_button(const ComponentUse& use) {
  return linked(use, "button");
}
std::string render_big_link(const ComponentUse& use) {
  return linked(use, "big-link");
}
std::string render_download(const ComponentUse& use) {
  TablePtr table = use.table();
  std::vector<std::size_t> columns(table->columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = i;
  std::string id = use.page().needs_data(table, columns);
  if (!use.flag("display", true)) return "";
  return fmt::format(
      "<button type=\"button\" class=\"button download\" data-csv=\"{}\" data-file=\"{}\">{}</button>",
      escape(id), escape(use.text("queryID", table->name)), escape(use.text("text", "Download")));
}
std::string render_refreshed(const ComponentUse& use) {
  Cell now = Cell::of(use.page().now());
  now.kind = Cell::Kind::date;
  std::string code = resolve_format(use.text("dateFmt", "mmm d, yyyy h:mm AM/PM"), Cell::Kind::date, nullptr);
  return fmt::format("<p class=\"refreshed{}\">{} {}</p>", use.flag("printShowDate", true) ? "" : " no-print",
                     escape(use.text("prefix", "Last refreshed")), escape(format_code(now, code)));
}
std::string render_line_break(const ComponentUse& use) {
  std::string out;
  for (int i = 0; i < static_cast<int>(std::min(use.number("lines", 1), 100.0)); ++i) out += "<br>";
  return out;
}
std::string render_page_break(const ComponentUse&) {
  return "<div class=\"page-break\"></div>";
}
std::string render_code(const ComponentUse& use) {
  std::string code = use.text("source");
  if (!use.has("source")) {
    for (const PageNode& node : use.node().children)
      code += node.kind == PageNode::Kind::text ? node.text : "";
  }
  std::size_t first = code.find_first_not_of('\n'), last = code.find_last_not_of(" \n");
  code = first == std::string::npos || last == std::string::npos ? "" : code.substr(first, last - first + 1);
  std::string copy =
      use.flag("copyToClipboard") ? "<button type=\"button\" class=\"copy\" data-copy>Copy</button>" : "";
  return fmt::format("<div class=\"code\"><pre tabindex=\"0\"><code>{}</code></pre>{}</div>", escape(code),
                     copy);
}
std::string render_button(const ComponentUse& use) {
  return fmt::format("<button type=\"button\" class=\"button\"{}>{}</button>",
                     use.flag("disabled") ? " disabled" : "", words_inside(use));
}

}  // namespace

const Component kAlert{&kAlertSpec, Component::Place::box, render_alert};
const Component kNote{&kNoteSpec, Component::Place::box, render_note};
const Component kInfo{&kInfoSpec, Component::Place::word, render_info};
const Component kImage{&kImageSpec, Component::Place::block, render_image};
const Component kEmbed{&kEmbedSpec, Component::Place::block, render_embed};
const Component kLink{&kLinkSpec, Component::Place::word, render_link};
const Component kLinkButton{&kLinkButtonSpec, Component::Place::word, render_link_button};
const Component kBigLink{&kBigLinkSpec, Component::Place::block, render_big_link};
const Component kDownloadData{&kDownloadSpec, Component::Place::block, render_download};
const Component kLastRefreshed{&kRefreshedSpec, Component::Place::block, render_refreshed};
const Component kLineBreak{&kLineBreakSpec, Component::Place::word, render_line_break};
const Component kPageBreak{&kPageBreakSpec, Component::Place::block, render_page_break};
const Component kCodeBlock{&kCodeSpec, Component::Place::block, render_code};
const Component kButton{&kButtonSpec, Component::Place::word, render_button};

}  // namespace leat::pages
