// What holds other components: grids, tabs, folds, groups of a print, windows over the page.
#include <fmt/core.h>

#include "pages/components/all.h"

namespace leat::pages {
namespace {

using F = FieldKind;
const SpecField kClass = {"class", F::text, "CSS classes."};
const SpecField kDescription = {"description", F::text, "A note under the pointer."};

const Spec kGridSpec{"Grid",
                     "Things side by side.",
                     {{"cols", F::integer, "How many.", "2"},
                      {"gapSize", F::text, "Space between them.", "md", false, {"none", "sm", "md", "lg"}},
                      {"gap", F::text, "The same."},
                      {"columnsWide", F::integer, "Ignored."},
                      {"title", F::text, "Title."},
                      {"style", F::text, "CSS of the grid."},
                      kClass}};
const Spec kHoverCardSpec{"HoverCard", "Things that a pointer would open; they stand open here.", {kClass}};
const Spec kGroupSpec{"Group", "Things that belong together.", {kClass}};
const Spec kDetailsSpec{"Details",
                        "A part that folds out.",
                        {{"title", F::text, "What stands on it.", "Details"},
                         {"open", F::boolean, "Begins unfolded.", "false"},
                         {"printShowAll", F::boolean, "Prints unfolded.", "true"},
                         kClass}};
const Spec kTabsSpec{"Tabs",
                     "Parts of which one is seen.",
                     {{"id", F::text, "Remembers the tab in the address."},
                      {"color", F::text, "Color of the chosen tab."},
                      {"fullWidth", F::boolean, "Tabs take the whole width.", "false"},
                      {"background", F::boolean, "A ground behind the chosen tab.", "false"},
                      {"printShowAll", F::boolean, "Prints every tab.", "true"}}};
const Spec kTabSpec{"Tab",
                    "One of them.",
                    {{"label", F::text, "Its name.", "", true},
                     {"id", F::text, "Its id."},
                     {"value", F::text, "Ignored."},
                     {"printShowAll", F::boolean, "Prints it when it is not chosen, too.", "true"},
                     kDescription}};
const Spec kAccordionSpec{"Accordion",
                          "Folds below each other.",
                          {{"single", F::boolean, "Only one is unfolded at a time.", "false"}, kClass}};
const Spec kItemSpec{"AccordionItem",
                     "One of them.",
                     {{"title", F::text, "What stands on it.", "", true},
                      {"small", F::boolean, "Smaller text.", "false"},
                      {"compact", F::boolean, "Less space.", "false"},
                      kDescription,
                      kClass}};
const Spec kModalSpec{"Modal",
                      "A window over the page.",
                      {{"buttonText", F::text, "What stands on the button that opens it.", "", true},
                       {"title", F::text, "Title of the window."},
                       {"open", F::boolean, "Begins open.", "false"}}};
const Spec kPrintSpec{"PrintGroup",
                      "Keeps things on one printed page.",
                      {{"hidden", F::boolean, "Leaves them out of prints.", "false"}}};
const Spec kFullscreenSpec{
    "Fullscreen", "A part that fills the screen.", {{"open", F::boolean, "Begins so.", "false"}}};

std::string class_of(const ComponentUse& use, const std::string& own) {
  return escape(own + (use.has("class") ? " " + use.text("class") : ""));
}

std::string render_grid(const ComponentUse& use) {
  std::string gap = use.text("gapSize", "md");
  std::string title = use.has("title") ? "<h3>" + escape(use.text("title")) + "</h3>" : "";
  return fmt::format("{}<div class=\"{}\" style=\"--columns:{}\">{}</div>", title,
                     class_of(use, "grid gap-" + gap), static_cast<int>(use.number("cols", 2)),
                     use.children());
}
std::string render_group(const ComponentUse& use) {
  return fmt::format("<div class=\"{}\">{}</div>", class_of(use, "group"), use.children());
}
std::string render_details(const ComponentUse& use) {
  return fmt::format("<details class=\"{}\"{}{}><summary>{}</summary>{}</details>", class_of(use, "fold"),
                     use.flag("open") ? " open" : "",
                     use.flag("printShowAll", true) ? "" : " data-print-closed",
                     escape(use.text("title", "Details")), use.children());
}

std::string render_tabs(const ComponentUse& use) {
  std::string names, panels, color = use.color("color");
  int number = use.page().next_number(), count = 0;
  use.each_child({"Tab"}, [&](const ComponentUse& tab) {
    std::string id = fmt::format("tab-{}-{}", number, ++count);
    names += fmt::format(
        "<button type=\"button\" role=\"tab\" id=\"{0}\" aria-controls=\"{0}-panel\" aria-selected=\"{1}\" "
        "tabindex=\"{2}\"{3}>{4}</button>",
        id, count == 1, count == 1 ? 0 : -1,
        tab.has("description") ? " title=\"" + escape(tab.text("description")) + "\"" : "",
        escape(tab.text("label")));
    panels += fmt::format("<div role=\"tabpanel\" id=\"{0}-panel\" aria-labelledby=\"{0}\"{1}{2}>{3}</div>",
                          id, count == 1 ? "" : " hidden",
                          tab.flag("printShowAll", true) ? "" : " data-print-closed", tab.children());
  });
  std::string look =
      std::string(use.flag("fullWidth") ? " wide" : "") + (use.flag("background") ? " ground" : "");
  return fmt::format("<div class=\"tabs{}\"{}{}><div role=\"tablist\">{}</div>{}</div>", look,
                     use.has("id") ? " data-tabs=\"" + escape(use.text("id")) + "\"" : "",
                     color.empty() ? "" : " style=\"--tab:" + escape(color) + "\"", names, panels);
}

std::string render_accordion(const ComponentUse& use) {
  std::string out;
  int number = use.page().next_number();
  std::string one = use.flag("single") ? fmt::format(" name=\"accordion-{}\"", number) : "";
  use.each_child({"AccordionItem"}, [&](const ComponentUse& item) {
    out +=
        fmt::format("<details class=\"{}\"{}{}><summary>{}</summary>{}</details>", class_of(item, "fold"),
                    one, item.has("description") ? " title=\"" + escape(item.text("description")) + "\"" : "",
                    escape(item.text("title")), item.children());
  });
  return fmt::format("<div class=\"{}\">{}</div>", class_of(use, "accordion"), out);
}

std::string render_modal(const ComponentUse& use) {
  int number = use.page().next_number();
  std::string title = use.has("title") ? use.text("title") : use.text("buttonText", "Open");
  return fmt::format(
      "<button type=\"button\" class=\"button\" data-opens=\"modal-{0}\">{1}</button><dialog "
      "id=\"modal-{0}\" aria-label=\"{2}\"{3}>"
      "<form method=\"dialog\"><button class=\"close\" aria-label=\"Close\">×</button></form><h2 "
      "class=\"dialog-title\">{2}</h2>{4}</dialog>",
      number, escape(use.text("buttonText", "Open")), escape(title), use.flag("open") ? " data-open" : "",
      use.children());
}
std::string render_print_group(const ComponentUse& use) {
  return fmt::format("<div class=\"print-group{}\">{}</div>", use.flag("hidden") ? " no-print" : "",
                     use.children());
}
std::string render_fullscreen(const ComponentUse& use) {
  return fmt::format(
      "<div class=\"fullscreen\"><button type=\"button\" class=\"button\" data-fullscreen>Full "
      "screen</button>{}</div>",
      use.children());
}

}  // namespace

const Component kGrid{&kGridSpec, Component::Place::box, render_grid};
const Component kHoverCard{&kHoverCardSpec, Component::Place::box, render_group};
const Component kGroup{&kGroupSpec, Component::Place::box, render_group};
const Component kDetails{&kDetailsSpec, Component::Place::box, render_details};
const Component kTabs{&kTabsSpec, Component::Place::box, render_tabs};
const Component kTab{&kTabSpec, Component::Place::part, nullptr};
const Component kAccordion{&kAccordionSpec, Component::Place::box, render_accordion};
const Component kAccordionItem{&kItemSpec, Component::Place::part, nullptr};
const Component kModal{&kModalSpec, Component::Place::box, render_modal};
const Component kPrintGroup{&kPrintSpec, Component::Place::box, render_print_group};
const Component kFullscreen{&kFullscreenSpec, Component::Place::box, render_fullscreen};

}  // namespace leat::pages
