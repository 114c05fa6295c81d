// Inputs that choose from a list: Dropdown, ButtonGroup, Checkbox, DimensionGrid.
#include <fmt/core.h>

#include <algorithm>

#include "pages/components/all.h"
#include "pages/components/input_options.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

using F = FieldKind;
constexpr std::size_t kSubsetsOfMax = 6;  // so many options give all of their subsets
const SpecField kName = {"name", F::text, "Name under `inputs`.", "", true};
const SpecField kTitle = {"title", F::text, "What stands beside it."};
const SpecField kPrint = {"hideDuringPrint", F::boolean, "Leaves it out of prints.", "true"};
const SpecField kDescription = {"description", F::text, "A note under the pointer."};
const SpecField kClass = {"class", F::text, "CSS classes."};

const Spec kDropdownSpec{"Dropdown",
                         "Chooses from a list.",
                         {kName,
                          kTitle,
                          kPrint,
                          kDescription,
                          kClass,
                          {"data", F::text, "A query with the choices."},
                          {"value", F::text, "Its column of values."},
                          {"label", F::text, "Its column of texts."},
                          {"order", F::text, "Column that sorts the choices, with asc or desc."},
                          {"where", F::text, "SQL that narrows the choices."},
                          {"multiple", F::boolean, "Several at once.", "false"},
                          {"defaultValue", F::list, "What is chosen at first."},
                          {"selectAllByDefault", F::boolean, "Begins with all chosen.", "false"},
                          {"noDefault", F::boolean, "Begins with nothing chosen.", "false"},
                          {"disableSelectAll", F::boolean, "No button for all.", "false"}}};
const Spec kDropdownOptionSpec{"DropdownOption",
                               "A choice of a Dropdown.",
                               {{"value", F::list, "Its value.", "", true},
                                {"valueLabel", F::text, "Its text."},
                                {"default", F::boolean, "Chosen at first.", "false"},
                                {"label", F::text, "The same as valueLabel."},
                                {"idx", F::integer, "Ignored."}}};
const Spec kButtonsSpec{"ButtonGroup",
                        "Chooses by buttons.",
                        {kName,
                         kTitle,
                         kPrint,
                         kDescription,
                         {"data", F::text, "A query with the choices."},
                         {"value", F::text, "Its column of values."},
                         {"label", F::text, "Its column of texts."},
                         {"order", F::text, "Column that sorts the choices."},
                         {"where", F::text, "SQL that narrows the choices."},
                         {"defaultValue", F::list, "What is chosen at first."},
                         {"preset", F::text, "dates offers ranges of time.", "", false, {"dates"}},
                         {"display", F::text, "How it looks.", "buttons", false, {"buttons", "tabs"}},
                         {"colorPalette", F::list, "Ignored."},
                         {"colorScale", F::list, "Ignored."}}};
const Spec kButtonSpec{"ButtonGroupItem",
                       "A button of a ButtonGroup.",
                       {{"value", F::list, "Its value.", "", true},
                        {"valueLabel", F::text, "Its text."},
                        {"default", F::boolean, "Chosen at first.", "false"},
                        {"hideDuringPrint", F::boolean, "Leaves it out of prints.", "true"}}};
const Spec kCheckboxSpec{"Checkbox",
                         "Yes or no.",
                         {kName,
                          kTitle,
                          kPrint,
                          kDescription,
                          {"checked", F::boolean, "Begins checked.", "false"},
                          {"defaultValue", F::boolean, "The same.", "false"}}};
const Spec kGridSpec{"DimensionGrid",
                     "Chooses by the values of every text column of a query.",
                     {kName,
                      kTitle,
                      kDescription,
                      {"data", F::text, "The query.", "", true},
                      {"metric", F::text, "SQL that sorts the values.", "count(*)"},
                      {"metricLabel", F::text, "What it is."},
                      {"subtitle", F::text, "Line below the title."},
                      {"fmt", F::text, "Format of the metric."},
                      {"limit", F::integer, "Values of a column.", "10"},
                      {"multiple", F::boolean, "Several values of a column.", "false"}}};

Choice several(const std::vector<InputOption>& options, const std::vector<std::size_t>& chosen) {
  std::vector<std::string> keys;
  std::string sql, label;
  List raw;
  for (std::size_t i : chosen) {
    keys.push_back(options[i].value.text);
    sql += (sql.empty() ? "" : ",") + sql_literal(options[i].value);
    label += (label.empty() ? "" : ", ") + options[i].label;
    raw.push_back(options[i].value);
  }
  sql = chosen.empty() ? "(select null where false)" : "(" + sql + ")";
  Object object = {{"value", Cell::of(sql)},
                   {"sql", Cell::of(sql)},
                   {"label", Cell::of(label)},
                   {"rawValues", ListPtr(std::make_shared<const List>(std::move(raw)))}};
  return {input_key(keys), ObjectPtr(std::make_shared<const Object>(std::move(object)))};
}

std::vector<std::size_t> defaults_of(const ComponentUse& use, const std::vector<InputOption>& options) {
  std::vector<std::size_t> chosen = named_options(options, use.value("defaultValue"));
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i].is_default && std::find(chosen.begin(), chosen.end(), i) == chosen.end())
      chosen.push_back(i);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

Choices multiple_choices(const ComponentUse& use, const std::vector<InputOption>& options) {
  std::vector<std::size_t> all(options.size()), chosen = defaults_of(use, options);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  if (use.flag("selectAllByDefault")) chosen = all;
  if (use.flag("noDefault")) chosen.clear();
  Choices out;
  std::vector<std::vector<std::size_t>> sets;
  if (options.size() <= kSubsetsOfMax) {
    for (std::size_t bits = 0; bits < (std::size_t{1} << options.size()); ++bits) {
      std::vector<std::size_t> set;
      for (std::size_t i : all) {
        if (bits >> i & 1) set.push_back(i);
      }
      sets.push_back(std::move(set));
    }
  } else {
    out.is_open = true;
    sets = {chosen, {}, all};
    for (std::size_t i : all) sets.push_back({i});
  }
  for (const auto& set : sets) {
    Choice choice = several(options, set);
    bool known = std::any_of(out.all.begin(), out.all.end(),
                             [&](const Choice& each) { return each.key == choice.key; });
    if (known) continue;
    if (set == chosen) out.chosen = out.all.size();
    out.all.push_back(std::move(choice));
  }
  return out;
}

Choices single_choices(const ComponentUse& use, const std::vector<InputOption>& options, bool takes_first) {
  Choices out;
  std::vector<std::size_t> chosen = defaults_of(use, options);
  for (const InputOption& option : options)
    out.all.push_back({input_key({option.value.text}), labelled_value(option.value, option.label)});
  if (!chosen.empty()) {
    out.chosen = chosen[0];
  } else if (!takes_first || options.empty()) {
    out.chosen = out.all.size();
    out.all.push_back({input_key({}), Value()});
  }
  return out;
}

bool is_multiple(const ComponentUse& use) {
  return use.flag("multiple");
}

Choices dropdown_choices(const ComponentUse& use) {
  std::vector<InputOption> options = input_options(use, "DropdownOption");
  return is_multiple(use) ? multiple_choices(use, options)
                          : single_choices(use, options, !use.flag("noDefault"));
}

std::string print_mark(const ComponentUse& use) {
  return use.flag("hideDuringPrint", true) ? " no-print" : "";
}

std::string render_dropdown(const ComponentUse& use) {
  std::vector<InputOption> options = input_options(use, "DropdownOption");
  std::string name = escape(use.text("name")), inside;
  if (!is_multiple(use)) {
    Choices choices = single_choices(use, options, !use.flag("noDefault"));
    for (std::size_t i = 0; i < choices.all.size(); ++i)
      inside += fmt::format("<option value=\"{}\"{}>{}</option>", escape(choices.all[i].key.substr(1)),
                            i == choices.chosen ? " selected" : "",
                            i < options.size() ? escape(options[i].label) : "–");
    return fmt::format("<div class=\"{}\">{}</div>", print_mark(use),
                       labelled(use, fmt::format("<select data-input=\"{}\">{}</select>", name, inside)));
  }
  Choices choices = multiple_choices(use, options);
  std::string chosen = choices.all[choices.chosen].key.substr(1) + "\x1f";
  for (const InputOption& option : options) {
    bool checked = ("\x1f" + chosen).find("\x1f" + option.value.text + "\x1f") != std::string::npos;
    inside += fmt::format("<label><input type=\"checkbox\" value=\"{}\"{}> {}</label>",
                          escape(option.value.text), checked ? " checked" : "", escape(option.label));
  }
  std::string all =
      use.flag("disableSelectAll")
          ? ""
          : "<button type=\"button\" data-all>All</button><button type=\"button\" data-none>None</button>";
  std::string list = fmt::format(
      "<details class=\"multi\" data-input=\"{}\"><summary></summary><div "
      "class=\"options\">{}{}</div></details>",
      name, all, inside);
  return fmt::format("<div class=\"{}\">{}</div>", print_mark(use), labelled(use, list, "div"));
}

std::vector<InputOption> button_options(const ComponentUse& use) {
  if (use.text("preset") != "dates") return input_options(use, "ButtonGroupItem");
  std::vector<InputOption> options;
  for (const char* name : {"Last 7 Days", "Last 30 Days", "Last 90 Days", "Last 12 Months", "All Time"})
    options.push_back({Cell::of(std::string(name)), name, false});
  return options;
}

Choices button_choices(const ComponentUse& use) {
  return single_choices(use, button_options(use), false);
}

std::string render_buttons(const ComponentUse& use) {
  std::vector<InputOption> options = button_options(use);
  Choices choices = single_choices(use, options, false);
  std::string name = escape(use.text("name")), inside;
  for (std::size_t i = 0; i < options.size(); ++i)
    inside += fmt::format("<button type=\"button\" value=\"{}\" aria-pressed=\"{}\">{}</button>",
                          escape(options[i].value.text), i == choices.chosen, escape(options[i].label));
  return fmt::format(
      "<div class=\"{}\">{}</div>", print_mark(use),
      labelled(use,
               fmt::format(
                   "<span class=\"buttons {}\" role=\"group\" aria-label=\"{}\" data-input=\"{}\">{}</span>",
                   use.text("display", "buttons"), escape(use.text("title", use.text("name"))), name, inside),
               "div"));
}

Choices checkbox_choices(const ComponentUse& use) {
  Choices out;
  for (bool checked : {false, true}) {
    Cell cell = Cell::of(checked);
    out.all.push_back({input_key({cell.text}), cell});
  }
  out.chosen = use.flag("checked") || use.flag("defaultValue") ? 1 : 0;
  return out;
}
std::string render_checkbox(const ComponentUse& use) {
  bool checked = checkbox_choices(use).chosen == 1;
  return labelled(use, fmt::format("<input type=\"checkbox\" data-input=\"{}\"{}>", escape(use.text("name")),
                                   checked ? " checked" : ""));
}

struct Dimension {
  std::string column;
  TablePtr values;
};
std::vector<Dimension> dimensions(const ComponentUse& use) {
  TablePtr table = use.table();
  std::vector<Dimension> out;
  auto limit = static_cast<int>(std::clamp(use.number("limit", 10), 1.0, 100.0));
  for (std::size_t i = 0; i < table->columns.size() && out.size() < 12; ++i) {
    if (table->kinds[i] != Cell::Kind::text) continue;
    std::string quoted = "\"" + table->columns[i] + "\"";
    out.push_back(
        {table->columns[i],
         asked_around(use, table,
                      fmt::format("SELECT {} AS value, {} AS metric", quoted, use.text("metric", "count(*)")),
                      fmt::format("GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {}", limit))});
  }
  return out;
}

Choices grid_choices(const ComponentUse& use) {
  Choices out;
  out.is_open = true;
  out.all.push_back({input_key({}), Cell::of(std::string("true"))});
  for (const Dimension& dimension : dimensions(use)) {
    for (const auto& row : dimension.values->rows) {
      // SQL already: it holds quotes that must stay.
      Cell clause = Cell::of(fmt::format("\"{}\" = {}", dimension.column, sql_literal(row[0])));
      Object sql;
      sql.emplace_back("value", clause);
      sql.emplace_back("sql", clause);
      out.all.push_back({input_key({dimension.column + "\x1d" + row[0].text}),
                         ObjectPtr(std::make_shared<const Object>(sql))});
    }
  }
  return out;
}

std::string render_grid(const ComponentUse& use) {
  std::string columns;
  for (const Dimension& dimension : dimensions(use)) {
    double most = 1e-12;
    for (const auto& row : dimension.values->rows) most = std::max(most, row[1].number);
    columns += fmt::format("<div class=\"dimension\"><h4>{}</h4>", escape(title_of(dimension.column)));
    for (const auto& row : dimension.values->rows)
      columns += fmt::format(
          "<button type=\"button\" value=\"{}\" aria-pressed=\"false\"><span class=\"bar\" "
          "style=\"width:{:.1f}%\"></span><span>{}</span><span class=\"number\">{}</span></button>",
          escape(dimension.column + "\x1d" + row[0].text), 100 * row[1].number / most,
          escape(row[0].kind == Cell::Kind::null ? "–" : row[0].text),
          escape(format_code(row[1], use.code("fmt", *dimension.values, 1, "num0"))));
    columns += "</div>";
  }
  return fmt::format(
      "<figure class=\"dimension-grid\">{}<div class=\"dimensions\" data-input=\"{}\">{}</div></figure>",
      use.caption(), escape(use.text("name")), columns);
}

}  // namespace

const Component kDropdown{&kDropdownSpec, Component::Place::block, render_dropdown, dropdown_choices};
const Component kDropdownOption{&kDropdownOptionSpec, Component::Place::part, nullptr};
const Component kButtonGroup{&kButtonsSpec, Component::Place::block, render_buttons, button_choices};
const Component kButtonGroupItem{&kButtonSpec, Component::Place::part, nullptr};
const Component kCheckbox{&kCheckboxSpec, Component::Place::block, render_checkbox, checkbox_choices};
const Component kDimensionGrid{&kGridSpec, Component::Place::block, render_grid, grid_choices};

}  // namespace leat::pages
