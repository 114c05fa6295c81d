// Charts without two plain axes: funnels, flows, heatmaps, calendars, boxes, sparklines, and ECharts' own
// options.
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "document/value.h"
#include "pages/components/all.h"
#include "pages/components/chart.h"
#include "pages/components/chart_fields.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

using F = FieldKind;

const Fields kQueryFields = {{"data", F::text, "The query.", "", true}};
const Fields kScaleFields = {{"colorScale", F::list, "Colors from the least to the most."},
                             {"colorPalette", F::list, "The same."},
                             {"min", F::integer, "Value of the first color; the least when left out."},
                             {"max", F::integer, "Value of the last color; the most when left out."},
                             {"valueFmt", F::text, "Format of the values."},
                             {"filter", F::boolean, "Lets the reader narrow the range.", "false"}};

const Spec kFunnelSpec{
    "FunnelChart", "Stages that get smaller.",
    joined(
        {kQueryFields,
         {{"nameCol", F::text, "Column of the stages.", "", true},
          {"valueCol", F::text, "Column of the amounts.", "", true},
          {"valueFmt", F::text, "Format of the amounts."},
          {"outlineColor", F::text, "Color of the outline.", "transparent"},
          {"outlineWidth", F::integer, "Its width.", "1"},
          {"labelPosition", F::text, "Where names stand.", "inside", false, {"left", "right", "inside"}},
          {"showPercent", F::boolean, "Shares of the first stage.", "false"},
          {"funnelSort", F::text, "Order of the stages.", "none", false, {"none", "ascending", "descending"}},
          {"sort", F::text, "The same."},
          {"funnelAlign", F::text, "Side on which they stand.", "center", false, {"left", "right", "center"}},
          {"colorPalette", F::list, "Colors."}},
         kEmptyFields,
         kFigureFields,
         kEchartsFields})};
const Spec kSankeySpec{
    "SankeyDiagram", "Flows between places.",
    joined({kQueryFields,
            {{"sourceCol", F::text, "Column of where they begin.", "source"},
             {"targetCol", F::text, "Column of where they end.", "target"},
             {"valueCol", F::text, "Column of the amounts.", "value"},
             {"percentCol", F::text, "Column of their shares."},
             {"depthOverride", F::mapping, "Columns of nodes, by name."},
             {"valueFmt", F::text, "Format of the amounts."},
             {"orient", F::text, "Direction.", "horizontal", false, {"horizontal", "vertical"}},
             {"sort", F::boolean, "Sorts nodes by size.", "false"},
             {"nodeAlign", F::text, "Where nodes stand.", "justify", false, {"justify", "left", "right"}},
             {"nodeGap", F::integer, "Space between nodes.", "8"},
             {"nodeWidth", F::integer, "Their width.", "20"},
             {"outlineColor", F::text, "Color of their outline.", "transparent"},
             {"outlineWidth", F::integer, "Its width.", "1"},
             {"colorPalette", F::list, "Colors."},
             {"linkColor", F::text, "Color of the flows: source, target, gradient or a color.",
              "base-content-muted"},
             {"nodeLabels", F::text, "What nodes say.", "name", false, {"name", "value", "full"}},
             {"linkLabels", F::text, "What flows say.", "", false, {"full", "value", "percent"}}},
            kEmptyFields,
            kFigureFields,
            kEchartsFields})};
const Spec kHeatmapSpec{
    "Heatmap", "Amounts as colors in a grid.",
    joined({kQueryFields,
            {{"x", F::text, "Column across.", "", true},
             {"y", F::text, "Column down.", "", true},
             {"value", F::text, "Column of the amounts.", "", true},
             {"nullsZero", F::boolean, "Takes missing values as 0.", "true"},
             {"zeroDisplay", F::text, "What stands for 0."},
             {"cellHeight", F::integer, "Height of a row.", "30"},
             {"leftPadding", F::integer, "Pixels left of the plot."},
             {"rightPadding", F::integer, "Pixels right of the plot."},
             {"valueLabels", F::boolean, "Writes the amounts.", "true"},
             {"mobileValueLabels", F::boolean, "Writes them on a phone, too.", "false"},
             {"borders", F::boolean, "Lines between cells.", "true"},
             {"xTickMarks", F::boolean, "Ticks on x.", "false"},
             {"yTickMarks", F::boolean, "Ticks on y.", "false"},
             {"xLabelRotation", F::integer, "Turns the labels of x.", "0"},
             {"xAxisPosition", F::text, "Where x stands.", "top", false, {"top", "bottom"}},
             {"xSort", F::text, "Column that sorts x."},
             {"xSortOrder", F::text, "Its order.", "asc", false, {"asc", "desc"}},
             {"ySort", F::text, "Column that sorts y."},
             {"ySortOrder", F::text, "Its order.", "asc", false, {"asc", "desc"}},
             {"xFmt", F::text, "Format of x."},
             {"yFmt", F::text, "Format of y."}},
            kScaleFields,
            kEmptyFields,
            kFigureFields,
            kEchartsFields})};
const Spec kCalendarSpec{"CalendarHeatmap", "Amounts as colors in a calendar.",
                         joined({kQueryFields,
                                 {{"date", F::text, "Column of the days.", "", true},
                                  {"value", F::text, "Column of the amounts.", "", true},
                                  {"yearLabel", F::boolean, "Names years.", "true"},
                                  {"monthLabel", F::boolean, "Names months.", "true"},
                                  {"dayLabel", F::boolean, "Names days.", "true"}},
                                 kScaleFields,
                                 kEmptyFields,
                                 kFigureFields,
                                 kEchartsFields})};
const Spec kBoxSpec{"BoxPlot", "How values spread.",
                    joined({kQueryFields,
                            {{"name", F::text, "Column of the boxes' names.", "", true},
                             {"min", F::text, "Column of the least."},
                             {"intervalBottom", F::text, "Column of the box's bottom."},
                             {"midpoint", F::text, "Column of the middle.", "", true},
                             {"intervalTop", F::text, "Column of the box's top."},
                             {"max", F::text, "Column of the most."},
                             {"confidenceInterval", F::text,
                              "Column of the distance from the middle, in place of bottom and top."},
                             {"color", F::text, "Column of the colors."},
                             {"yFmt", F::text, "Format of the values."},
                             {"xTitle", F::text, "The same as xAxisTitle."},
                             {"sort", F::boolean, "Sorts boxes.", "false"}},
                            kColorFields,
                            kAxisFields,
                            kEmptyFields,
                            kFigureFields,
                            kEchartsFields})};
const Spec kSparkSpec{
    "Sparkline", "A small chart inside a sentence.",
    joined({kQueryFields,
            {{"dateCol", F::text, "Column of the times.", "", true},
             {"valueCol", F::text, "Column of the values.", "", true},
             {"type", F::text, "How it is drawn.", "line", false, {"line", "area", "bar"}},
             {"color", F::text, "Its color."},
             {"valueFmt", F::text, "Format of the values."},
             {"dateFmt", F::text, "Format of the times."},
             {"yScale", F::boolean, "Fits the axis to the values.", "false"},
             {"height", F::integer, "Height in pixels.", "15"},
             {"width", F::integer, "Width in pixels.", "50"},
             {"interactive", F::boolean, "Shows values under the pointer.", "true"},
             {"connectGroup", F::text, "Charts of one group show their tooltips together."}},
            kEmptyFields})};
const Spec kEchartsSpec{"ECharts",
                        "A chart by ECharts' own options.",
                        {{"config", F::mapping, "The options.", "", true},
                         {"data", F::text, "A query whose rows the options use."},
                         {"height", F::text, "Height, as 291px.", "291px"},
                         {"width", F::text, "Width.", "100%"},
                         {"evidenceChartTitle", F::text, "Title."},
                         {"title", F::text, "Title."},
                         {"subtitle", F::text, "Line below the title."},
                         {"connectGroup", F::text, "Charts of one group show their tooltips together."},
                         {"renderer", F::text, "How it is drawn.", "svg", false, {"canvas", "svg"}},
                         {"printEchartsConfig", F::boolean, "Shows the options below the chart.", "false"}}};

// The column that a property names when it is left out: its Spec's default.
std::optional<std::size_t> usual_column(const ComponentUse& use, std::string_view property,
                                        const Table& table) {
  for (const SpecField& field : use.component().spec->fields) {
    if (field.name != property || field.default_value.empty()) continue;
    auto found = table.find(field.default_value);
    if (!found) use.fail(fmt::format("needs {}=column", property));
    return found;
  }
  return std::nullopt;
}

// A chart of named columns: each property of `wanted` that is given names a column.
std::string column_chart(const ComponentUse& use, const char* kind, const std::vector<const char*>& wanted,
                         std::string_view format, double height) {
  TablePtr table = use.table();
  if (table->rows.empty())
    return fmt::format("<figure class=\"chart\">{}{}</figure>", use.caption(), use.empty());
  JsonObject json, codes, names;
  std::vector<std::size_t> columns;
  std::vector<std::string_view> done = {"data", "title", "subtitle", "chartAreaHeight", "valueFmt",
                                        "yFmt", "xFmt",  "dateFmt",  "description"};
  json.text("kind", kind);
  for (const char* property : wanted) {
    auto found =
        use.has(property) ? use.required_column(property, *table) : usual_column(use, property, *table);
    if (!found) continue;
    std::size_t column = *found;
    columns.push_back(column);
    json.text(property, table->columns[column]);
    done.push_back(property);
    bool is_date = table->kinds[column] == Cell::Kind::date;
    std::string_view name = property, by = name == "x"   ? "xFmt"
                                           : name == "y" ? "yFmt"
                                           : is_date     ? ""
                                                         : format;
    codes.text(table->columns[column], use.code(!by.empty() && use.has(by) ? by : "", *table, column));
    names.text(table->columns[column], title_of(table->columns[column]));
  }
  for (const SpecField& field : use.component().spec->fields) {
    bool named = std::find(wanted.begin(), wanted.end(), field.name) != wanted.end();
    if (field.required && field.name != "data" && named && !use.has(field.name))
      use.fail(fmt::format("needs {}=column", field.name));
  }
  json.text("data", use.page().needs_data(table, columns));
  json.raw("codes", codes.done());
  json.raw("names", names.done());
  use.add_json(json, done);
  std::string title = use.has("title") ? use.text("title") : std::string(use.name());
  std::string label = use.has("description") ? use.text("description")
                                             : fmt::format("{}: {} rows", title, table->rows.size());
  return chart_figure(use, json.done(), use.number("chartAreaHeight", height), label,
                      data_details(*table, columns));
}

std::string render_funnel(const ComponentUse& use) {
  return column_chart(use, "funnel", {"nameCol", "valueCol"}, "valueFmt", 300);
}
std::string render_sankey(const ComponentUse& use) {
  return column_chart(use, "sankey", {"sourceCol", "targetCol", "valueCol", "percentCol"}, "valueFmt", 320);
}
std::string render_heatmap(const ComponentUse& use) {
  TablePtr table = use.table();
  std::set<std::string> rows;
  if (!table->rows.empty()) {
    std::size_t y = use.required_column("y", *table);
    for (const auto& row : table->rows) rows.insert(row[y].text);
  }
  double height = static_cast<double>(rows.size()) * use.number("cellHeight", 30) + 110;
  return column_chart(use, "heatmap", {"x", "y", "value", "xSort", "ySort"}, "valueFmt",
                      std::clamp(height, 150.0, 2000.0));
}
std::string render_calendar(const ComponentUse& use) {
  TablePtr table = use.table();
  std::set<std::string> years;
  if (!table->rows.empty()) {
    std::size_t date = use.required_column("date", *table);
    for (const auto& row : table->rows) {
      if (row[date].text.size() >= 4) years.insert(row[date].text.substr(0, 4));
    }
  }
  double height = static_cast<double>(std::clamp<std::size_t>(years.size(), 1, 20)) * 150 + 60;
  return column_chart(use, "calendar", {"date", "value"}, "valueFmt", height);
}
std::string render_box(const ComponentUse& use) {
  return column_chart(
      use, "box",
      {"name", "min", "intervalBottom", "midpoint", "intervalTop", "max", "confidenceInterval", "color"},
      "yFmt", 260);
}

std::string render_sparkline(const ComponentUse& use) {
  TablePtr table = use.table();
  if (table->rows.empty()) return use.empty();
  std::size_t date = use.required_column("dateCol", *table), value = use.required_column("valueCol", *table);
  JsonObject json, codes;
  json.text("kind", "spark");
  json.text("data", use.page().needs_data(table, {date, value}));
  json.text("dateCol", table->columns[date]);
  json.text("valueCol", table->columns[value]);
  codes.text(table->columns[date], use.code("dateFmt", *table, date));
  codes.text(table->columns[value], use.code("valueFmt", *table, value));
  json.raw("codes", codes.done());
  use.add_json(json, {"data", "dateCol", "valueCol", "valueFmt", "dateFmt"});
  return fmt::format(
      "<span class=\"spark\" role=\"img\" aria-label=\"{}\" style=\"width:{}px;height:{}px\" "
      "data-chart=\"{}\"></span>",
      escape(fmt::format("{} over time", title_of(table->columns[value]))), use.number("width", 50),
      use.number("height", 15), escape(json.done()));
}

std::string render_echarts(const ComponentUse& use) {
  JsonObject json;
  json.text("kind", "echarts");
  use.add_json(json, {"data", "height", "width", "title", "subtitle", "evidenceChartTitle"});
  std::string title = use.has("title") ? use.text("title") : use.text("evidenceChartTitle", "Chart");
  return chart_figure(use, json.done(), use.number("height", 291), title, "");
}

}  // namespace

const Component kFunnelChart{&kFunnelSpec, Component::Place::block, render_funnel};
const Component kSankeyDiagram{&kSankeySpec, Component::Place::block, render_sankey};
const Component kHeatmap{&kHeatmapSpec, Component::Place::block, render_heatmap};
const Component kCalendarHeatmap{&kCalendarSpec, Component::Place::block, render_calendar};
const Component kBoxPlot{&kBoxSpec, Component::Place::block, render_box};
const Component kSparkline{&kSparkSpec, Component::Place::word, render_sparkline};
const Component kEcharts{&kEchartsSpec, Component::Place::block, render_echarts};

}  // namespace leat::pages
