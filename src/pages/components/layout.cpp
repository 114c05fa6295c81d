// Layout: Grid, Details, Alert, LinkButton, LastRefreshed.
#include <fmt/core.h>

#include "pages/components/all.h"
#include "pages/html.h"

namespace leat::pages {
namespace {

using F = FieldKind;
const Spec kGridSpec{
    "Grid",
    "Puts what it holds side by side.",
    {{"cols", F::integer, "How many columns.", "2"}, {"gapSize", F::text, "none, sm, md or lg.", "md"}}};
const Spec kDetailsSpec{"Details",
                        "Folds text away.",
                        {{"title", F::text, "What is seen when folded.", "Details"},
                         {"open", F::boolean, "Begins unfolded.", "false"}}};
const Spec kAlertSpec{"Alert",
                      "A note that stands out.",
                      {{"status", F::text, "info, success, warning or danger.", "info"},
                       {"description", F::text, "Text, beside what it holds."}}};
const Spec kLinkSpec{
    "LinkButton", "A link that looks like a button.", {{"url", F::text, "Where it leads.", "", true}}};
const Spec kRefreshedSpec{
    "LastRefreshed", "When the page was built.", {{"prefix", F::text, "Words in front.", "Last refreshed"}}};

std::string grid(const ComponentUse& use) {
  return fmt::format("<div class=\"grid\" style=\"--columns:{}\">{}</div>",
                     static_cast<int>(use.number_of("cols", 2)), use.render_children(use.node.children));
}
std::string details(const ComponentUse& use) {
  return fmt::format("<details class=\"fold\"{}><summary>{}</summary>{}</details>",
                     use.flag("open") ? " open" : "", escape(use.text("title", "Details")),
                     use.render_children(use.node.children));
}
std::string alert(const ComponentUse& use) {
  return fmt::format("<div class=\"alert {}\" role=\"note\">{}{}</div>", escape(use.text("status", "info")),
                     escape(use.text("description")), use.render_children(use.node.children));
}
std::string link(const ComponentUse& use) {
  std::string url = use.text("url");
  // Only addresses that can't run script.
  if (url.find(':') != std::string::npos && !url.starts_with("http://") && !url.starts_with("https://") &&
      !url.starts_with("mailto:"))
    url = "#";
  return fmt::format("<a class=\"button\" href=\"{}\">{}</a>", escape(url),
                     use.render_children(use.node.children));
}
std::string refreshed(const ComponentUse& use) {
  return fmt::format("<span class=\"refreshed\" data-prefix=\"{}\"></span>",
                     escape(use.text("prefix", "Last refreshed")));
}

}  // namespace

const Component kGrid{&kGridSpec, false, grid};
const Component kDetails{&kDetailsSpec, false, details};
const Component kAlert{&kAlertSpec, false, alert};
const Component kLinkButton{&kLinkSpec, true, link};
const Component kLastRefreshed{&kRefreshedSpec, true, refreshed};

}  // namespace leat::pages
