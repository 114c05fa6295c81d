// Inputs of numbers, texts and times: Slider, TextInput, DateRange, DateInput.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "base/time.h"
#include "pages/components/all.h"
#include "pages/components/input_options.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

using F = FieldKind;
constexpr double kStepsMax = 200;
constexpr std::size_t kDaysMax = 100;
const SpecField kName = {"name", F::text, "Name under `inputs`.", "", true};
const SpecField kTitle = {"title", F::text, "What stands beside it."};
const SpecField kPrint = {"hideDuringPrint", F::boolean, "Leaves it out of prints.", "true"};
const SpecField kDescription = {"description", F::text, "A note under the pointer."};

const Spec kSliderSpec{"Slider",
                       "Chooses a number.",
                       {kName,
                        kTitle,
                        kPrint,
                        kDescription,
                        {"defaultValue", F::text, "The number at first, or the column with it."},
                        {"value", F::text, "The same."},
                        {"min", F::integer, "The least.", "0"},
                        {"max", F::integer, "The most.", "100"},
                        {"step", F::integer, "The step.", "1"},
                        {"data", F::text, "A query with the limits."},
                        {"range", F::text, "Column whose values give both limits."},
                        {"minColumn", F::text, "Column of the least."},
                        {"maxColumn", F::text, "Column of the most."},
                        {"showMinMax", F::boolean, "Shows the limits.", "true"},
                        {"showMaxMin", F::boolean, "The same.", "true"},
                        {"showInput", F::boolean, "A field to type the number.", "false"},
                        {"debounceDelay", F::integer, "Ignored: the page answers at once.", "0"},
                        {"size", F::text, "small, medium, large or full.", "small"},
                        {"fmt", F::text, "Format of the number."}}};
const Spec kTextSpec{"TextInput",
                     "Takes a text.",
                     {kName,
                      kTitle,
                      kPrint,
                      kDescription,
                      {"placeholder", F::text, "What stands in it while it is empty.", "Type to search"},
                      {"defaultValue", F::text, "The text at first."},
                      {"unsafe", F::boolean, "Ignored: quotes are doubled anyway.", "false"}}};
const std::vector<SpecField> kDateFields = {kName,
                                            kTitle,
                                            kPrint,
                                            kDescription,
                                            {"data", F::text, "A query with the days."},
                                            {"dates", F::text, "Its column of days."},
                                            {"range", F::boolean, "A range in place of a day.", "false"},
                                            {"start", F::text, "The first day."},
                                            {"end", F::text, "The last day."},
                                            {"presetRanges", F::list, "Ranges that are offered by name."},
                                            {"defaultValue", F::text, "The range or day at first."},
                                            {"for", F::text, "Ignored."}};
const Spec kRangeSpec{"DateRange", "Chooses a range of days.", kDateFields};
const Spec kDateSpec{"DateInput", "Chooses a day, or a range of days.", kDateFields};

struct Limits {
  double least = 0, most = 100, step = 1, start = 0;
};
Limits limits_of(const ComponentUse& use) {
  Limits out{use.number("min", 0), use.number("max", 100), std::max(use.number("step", 1), 1e-9), 0};
  out.start = out.least;
  TablePtr table = use.has("data") ? use.table() : nullptr;
  auto extreme = [&](const char* property, bool wants_most, double fallback) {
    if (!table || !use.has(property)) return fallback;
    ColumnSummary summary = summarize(*table, use.required_column(property, *table));
    return summary.numbers == 0 ? fallback : wants_most ? summary.max : summary.min;
  };
  out.least = extreme("minColumn", false, extreme("range", false, out.least));
  out.most = extreme("maxColumn", true, extreme("range", true, out.most));
  std::string given = use.text(use.has("defaultValue") ? "defaultValue" : "value");
  auto column = table ? table->find(given) : std::nullopt;
  if (column && !table->rows.empty()) given = table->rows[0][*column].text;
  Cell start = parse_number(given);
  out.start = std::clamp(start.kind == Cell::Kind::number ? start.number : out.least, out.least,
                         std::max(out.least, out.most));
  return out;
}

Choices slider_choices(const ComponentUse& use) {
  Limits limits = limits_of(use);
  Choices out;
  auto add = [&](double number) {
    Cell cell = Cell::of(std::round(number * 1e9) / 1e9);
    bool known = std::any_of(out.all.begin(), out.all.end(),
                             [&](const Choice& each) { return each.key == input_key({cell.text}); });
    if (!known) out.all.push_back({input_key({cell.text}), cell});
    return cell.text;
  };
  std::string start = add(limits.start);
  double steps = (limits.most - limits.least) / limits.step;
  out.is_open = steps > kStepsMax;
  if (!out.is_open) {
    for (double i = 0; i <= steps + 1e-9; ++i) add(limits.least + i * limits.step);
  }
  add(limits.most);
  return out;
}

std::string render_slider(const ComponentUse& use) {
  Limits limits = limits_of(use);
  std::string range = fmt::format("min=\"{}\" max=\"{}\" step=\"{}\" value=\"{}\"", limits.least, limits.most,
                                  limits.step, limits.start);
  std::string ends = use.flag("showMinMax", true) && use.flag("showMaxMin", true)
                         ? fmt::format("<small class=\"ends\"><span>{}</span><span>{}</span></small>",
                                       format_cell(Cell::of(limits.least), use.text("fmt")),
                                       format_cell(Cell::of(limits.most), use.text("fmt")))
                         : "";
  return labelled(
      use,
      fmt::format(
          "<span class=\"slider {}\"><input type=\"range\" data-input=\"{}\" {}><output>{}</output>{}</span>",
          escape(use.text("size", "small")), escape(use.text("name")), range,
          escape(format_cell(Cell::of(limits.start), use.text("fmt"))), ends));
}

Choices text_choices(const ComponentUse& use) {
  std::string start = use.text("defaultValue");
  return {{{input_key({start}), Cell::of(start)}}, 0, true};
}
std::string render_text(const ComponentUse& use) {
  return labelled(use,
                  fmt::format("<input type=\"search\" data-input=\"{}\" placeholder=\"{}\" value=\"{}\">",
                              escape(use.text("name")), escape(use.text("placeholder", "Type to search")),
                              escape(use.text("defaultValue"))));
}

using Day = std::chrono::sys_days;

std::optional<Day> parse_day(const std::string& text) {
  auto time = parse_iso_timestamp(text);
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*time);
}
std::string printed(Day day) {
  return format_iso_date(static_cast<std::int32_t>(day.time_since_epoch().count()));
}

struct Days {
  Day start, end, today;
  std::set<std::string> all;
};
Days days_of(const ComponentUse& use) {
  Days out;
  out.today = parse_day(use.page().now()).value_or(Day());
  out.end = out.today;
  out.start = out.today - std::chrono::days(365);
  if (use.has("data")) {
    TablePtr table = use.table();
    if (!table->rows.empty()) {
      std::size_t column = use.column("dates", *table).value_or(0);
      for (const auto& row : table->rows) {
        if (row[column].text.size() >= 10) out.all.insert(row[column].text.substr(0, 10));
      }
    }
    if (!out.all.empty()) {
      out.start = parse_day(*out.all.begin()).value_or(out.start);
      out.end = parse_day(*out.all.rbegin()).value_or(out.end);
    }
  }
  if (use.has("start")) out.start = parse_day(use.text("start")).value_or(out.start);
  if (use.has("end")) out.end = parse_day(use.text("end")).value_or(out.end);
  return out;
}

// A range by its name, counted back from the last day.
std::optional<std::pair<Day, Day>> preset(const std::string& name, const Days& days) {
  using namespace std::chrono;
  auto back = [&](months count) {
    year_month_day date{days.end};
    year_month_day moved = date - count;
    if (!moved.ok()) moved = moved.year() / moved.month() / last;
    return Day(moved) + std::chrono::days(1);
  };
  year_month_day end{days.end};
  Day month = end.year() / end.month() / 1, year = end.year() / January / 1;
  if (name == "All Time") return std::pair{days.start, days.end};
  if (name == "Month to Date") return std::pair{month, days.end};
  if (name == "Year to Date") return std::pair{year, days.end};
  year_month_day today{days.today};
  if (name == "Month to Today") return std::pair{Day(today.year() / today.month() / 1), days.today};
  if (name == "Year to Today") return std::pair{Day(today.year() / January / 1), days.today};
  if (name == "Last Month")
    return std::pair{Day(year_month_day{month - std::chrono::days(1)}.year() /
                         year_month_day{month - std::chrono::days(1)}.month() / 1),
                     month - std::chrono::days(1)};
  if (name == "Last Year")
    return std::pair{Day((end.year() - years(1)) / January / 1), year - std::chrono::days(1)};
  if (!name.starts_with("Last ")) return std::nullopt;
  Cell count = parse_number(name.substr(5, name.find(' ', 5) - 5));
  if (count.kind != Cell::Kind::number) return std::nullopt;
  int number = static_cast<int>(count.number);
  if (name.ends_with("Days")) return std::pair{days.end - std::chrono::days(number - 1), days.end};
  if (name.ends_with("Months")) return std::pair{back(months(number)), days.end};
  return std::nullopt;
}

Value range_value(const std::string& start, const std::string& end) {
  return ObjectPtr(std::make_shared<const Object>(
      Object{{"start", Cell::of(start)}, {"end", Cell::of(end)}, {"value", Cell::of(start)}}));
}

std::vector<std::string> preset_names(const ComponentUse& use) {
  std::vector<std::string> names;
  Value given = use.value("presetRanges");
  if (const ListPtr* list = given.list()) {
    for (const Value& each : **list) names.push_back(text_of(each));
  } else if (!given.is_null()) {
    names.push_back(text_of(given));
  } else {
    names = {"Last 7 Days", "Last 30 Days", "Last 90 Days",  "Last 6 Months", "Last 12 Months",
             "Last Month",  "Last Year",    "Month to Date", "Year to Date",  "All Time"};
  }
  return names;
}

bool wants_range(const ComponentUse& use) {
  return use.name() == "DateRange" || use.flag("range");
}

Choices date_choices(const ComponentUse& use) {
  Days days = days_of(use);
  Choices out;
  out.is_open = true;
  std::string start = use.text("defaultValue");
  auto add = [&](const std::string& key, Value value) {
    bool known =
        std::any_of(out.all.begin(), out.all.end(), [&](const Choice& each) { return each.key == key; });
    if (!known) out.all.push_back({key, std::move(value)});
  };
  if (!wants_range(use)) {
    std::string first = start.empty() ? printed(days.end) : start;
    auto day = [&](const std::string& text) {
      add(input_key({text}), ObjectPtr(std::make_shared<const Object>(Object{{"value", Cell::of(text)}})));
    };
    day(first);
    if (days.all.size() <= kDaysMax) {
      for (const std::string& each : days.all) day(each);
    }
    return out;
  }
  auto range = [&](const std::pair<Day, Day>& both) {
    std::string from = printed(both.first), to = printed(both.second);
    add(input_key({from + "/" + to}), range_value(from, to));
  };
  range(preset(start, days).value_or(std::pair{days.start, days.end}));
  for (const std::string& name : preset_names(use)) {
    if (auto both = preset(name, days)) range(*both);
  }
  range({days.start, days.end});
  return out;
}

std::string render_date(const ComponentUse& use) {
  Days days = days_of(use);
  std::string key = date_choices(use).all[0].key.substr(1), name = escape(use.text("name")),
              title = escape(use.text("title", use.text("name")));
  if (!wants_range(use))
    return labelled(
        use, fmt::format("<input type=\"date\" data-input=\"{}\" value=\"{}\" min=\"{}\" max=\"{}\">", name,
                         key, printed(days.start), printed(days.end)));
  std::size_t slash = key.find('/');
  std::string options = "<option value=\"\">Custom</option>";
  for (const std::string& each : preset_names(use)) {
    auto both = preset(each, days);
    if (!both) continue;
    std::string value = printed(both->first) + "/" + printed(both->second);
    options += fmt::format("<option value=\"{}\"{}>{}</option>", value, value == key ? " selected" : "",
                           escape(each));
  }
  std::string inside = fmt::format(
      "<span class=\"range\" data-input=\"{0}\"><input type=\"date\" aria-label=\"{1}: first day\" "
      "value=\"{2}\"> – <input type=\"date\" aria-label=\"{1}: last day\" value=\"{3}\">"
      "<select aria-label=\"{1}: ranges\">{4}</select></span>",
      name, title, key.substr(0, slash), key.substr(slash + 1), options);
  return labelled(use, inside, "div");
}

}  // namespace

const Component kSlider{&kSliderSpec, Component::Place::block, render_slider, slider_choices};
const Component kTextInput{&kTextSpec, Component::Place::block, render_text, text_choices};
const Component kDateRange{&kRangeSpec, Component::Place::block, render_date, date_choices};
const Component kDateInput{&kDateSpec, Component::Place::block, render_date, date_choices};

}  // namespace leat::pages
