// Charts with two axes. The page's runtime draws them; here their data is checked and described, and a table
// stands in for those who can't see them.
#include "pages/components/chart.h"

#include <fmt/core.h>

#include <algorithm>

#include "document/value.h"
#include "pages/components/all.h"
#include "pages/components/chart_fields.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

using F = FieldKind;

const Fields kSizeFields = {{"size", F::text, "Column of the bubbles' sizes.", "", true},
                            {"sizeFmt", F::text, "Its format."},
                            {"scaleTo", F::integer, "Multiplies all sizes.", "1"},
                            {"minSize", F::integer, "Area of the smallest bubble."},
                            {"maxSize", F::integer, "Area of the largest bubble."}};
const Fields kPartFields = {
    {"y", F::list, "Column or columns of the values; those of the chart when left out."},
    {"series", F::text, "Column that splits the values; that of the chart when left out."},
    {"x", F::text, "Column of the values of a histogram."},
    {"name", F::text, "Name in the legend."},
    {"options", F::mapping, "Laid over the options of the series."},
    {"seriesOptions", F::mapping, "The same."},
    {"y2", F::list, "Column or columns on the second axis."},
    {"sort", F::boolean, "Sorts by value.", "true"}};

Fields part_fields(const Fields& marks) {
  return joined({kPartFields, marks, kLabelFields});
}
Fields chart_fields(const Fields& marks) {
  return joined({kDataFields, kSecondAxisFields, marks, kColorFields, kLabelFields, kAxisFields,
                 kFigureFields, kEchartsFields});
}

const Spec kBarSpec{"BarChart", "Bars: amounts of categories.", chart_fields(kBarFields)};
const Spec kLineSpec{"LineChart", "Lines: amounts over time.", chart_fields(kLineFields)};
const Spec kAreaSpec{"AreaChart", "Areas: amounts over time, one on the other.", chart_fields(kAreaFields)};
const Spec kScatterSpec{"ScatterPlot", "Points: how two amounts go together.", chart_fields(kPointFields)};
const Spec kBubbleSpec{"BubbleChart", "Points with sizes: three amounts.",
                       chart_fields(joined({kPointFields, kSizeFields}))};
const Spec kHistogramSpec{
    "Histogram", "How often values fall into ranges.",
    chart_fields({{"fillColor", F::text, "Color of the bars."},
                  {"fillOpacity", F::integer, "0 to 1.", "1"},
                  {"color", F::text, "The same as fillColor."},
                  {"showDownload", F::boolean, "The same as downloadableData.", "true"}})};
const Spec kChartSpec{"Chart", "Axes for <Bar>, <Line>, <Area>, <Scatter>, <Bubble> and <Hist>.",
                      chart_fields({{"options", F::mapping, "The same as echartsOptions."}})};
const Spec kBarPartSpec{"Bar", "Bars of a Chart.", part_fields(kBarFields)};
const Spec kLinePartSpec{"Line", "Lines of a Chart.", part_fields(kLineFields)};
const Spec kAreaPartSpec{"Area", "Areas of a Chart.", part_fields(kAreaFields)};
const Spec kScatterPartSpec{"Scatter", "Points of a Chart.", part_fields(kPointFields)};
const Spec kBubblePartSpec{"Bubble", "Bubbles of a Chart.", part_fields(joined({kPointFields, kSizeFields}))};
const Spec kHistPartSpec{
    "Hist", "A histogram of a Chart.",
    part_fields({{"fillColor", F::text, "Color."}, {"fillOpacity", F::integer, "0 to 1.", "1"}})};

std::string json_names(const Table& table, const std::vector<std::size_t>& columns) {
  std::string out;
  for (std::size_t column : columns)
    out += (out.empty() ? "" : ",") + document::json_quote(table.columns[column]);
  return "[" + out + "]";
}

struct Axes {
  std::size_t x = 0;
  std::vector<std::size_t> y, y2;
  std::optional<std::size_t> series, size, name;
};

Axes find_axes(const ComponentUse& use, const Table& table, bool needs_y) {
  Axes axes;
  auto optional = [&](const char* property) -> std::optional<std::size_t> {
    return use.has(property) ? use.column(property, table) : std::nullopt;
  };
  axes.series = optional("series");
  axes.y = use.columns("y", table);
  axes.y2 = use.columns("y2", table);
  bool is_chart = use.has("size") || use.name() == "BubbleChart";
  if (is_chart) axes.size = use.required_column("size", table);
  if (use.has("tooltipTitle")) axes.name = use.column("tooltipTitle", table);
  auto taken = [&](std::size_t i) {
    return std::find(axes.y.begin(), axes.y.end(), i) != axes.y.end() ||
           std::find(axes.y2.begin(), axes.y2.end(), i) != axes.y2.end() || axes.series == i ||
           axes.size == i;
  };
  if (auto x = optional("x")) {
    axes.x = *x;
  } else {
    while (axes.x + 1 < table.columns.size() && taken(axes.x)) ++axes.x;
  }
  if (axes.y.empty()) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.kinds[i] == Cell::Kind::number && i != axes.x && !taken(i)) axes.y.push_back(i);
    }
  }
  if (axes.y.empty() && needs_y)
    use.fail(fmt::format("finds no column of numbers in {}; name one: y=column", table.name));
  return axes;
}

void add_column(const ComponentUse& use, JsonObject& codes, JsonObject& titles, const Table& table,
                std::size_t column, std::string_view format) {
  codes.text(table.columns[column], use.code(use.has(format) ? format : "", table, column));
  titles.text(table.columns[column], title_of(table.columns[column]));
}

// The series that a Chart holds, each with its columns.
std::string parts_json(const ComponentUse& use, const Table& table, Axes& axes) {
  std::string parts;
  use.each_child({"Bar", "Line", "Area", "Scatter", "Bubble", "Hist", "ReferenceLine", "ReferenceArea",
                  "ReferencePoint", "Callout"},
                 [&](const ComponentUse& part) {
                   if (part.name().size() > 7 && part.name().starts_with("Reference")) return;
                   if (part.name() == "Callout") return;
                   JsonObject json;
                   std::string kind = part.name();
                   kind[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(kind[0])));
                   json.text("kind", kind);
                   std::vector<std::size_t> y = part.columns("y", table), y2 = part.columns("y2", table);
                   if (part.has("x")) y = part.columns("x", table);
                   json.raw("y", json_names(table, y.empty() && y2.empty() ? axes.y : y));
                   json.raw("y2", json_names(table, y2));
                   for (std::size_t column : y) {
                     if (std::find(axes.y.begin(), axes.y.end(), column) == axes.y.end())
                       axes.y.push_back(column);
                   }
                   for (std::size_t column : y2) axes.y2.push_back(column);
                   if (part.has("series"))
                     json.text("series", table.columns[part.required_column("series", table)]);
                   if (part.has("size")) {
                     axes.size = part.required_column("size", table);
                     json.text("size", table.columns[*axes.size]);
                   }
                   part.add_json(json, {"y", "y2", "x", "series", "size"});
                   parts += (parts.empty() ? "" : ",") + json.done();
                 });
  return "[" + parts + "]";
}

std::string describe(const ComponentUse& use, const Table& table, const Axes& axes) {
  if (use.has("description")) return use.text("description");
  std::string title = use.has("title") ? use.text("title") : std::string(use.name());
  std::string amounts;
  for (std::size_t column : axes.y)
    amounts += (amounts.empty() ? "" : ", ") + title_of(table.columns[column]);
  return fmt::format("{}: {} by {}", title, amounts.empty() ? "count" : amounts,
                     title_of(table.columns[axes.x]));
}

std::string render(const ComponentUse& use, const char* kind) {
  TablePtr table = use.table();
  bool is_mixed = std::string_view(kind) == "chart", counts = std::string_view(kind) == "hist";
  if (table->rows.empty() || table->columns.empty())
    return fmt::format("<figure class=\"chart\">{}{}</figure>", use.caption(), use.empty());
  Axes axes = find_axes(use, *table, !counts && !is_mixed);
  JsonObject json, codes, titles;
  if (is_mixed) json.raw("parts", parts_json(use, *table, axes));
  add_column(use, codes, titles, *table, axes.x, "xFmt");
  for (std::size_t column : axes.y) {
    if (column != axes.x) add_column(use, codes, titles, *table, column, "yFmt");
  }
  for (std::size_t column : axes.y2) add_column(use, codes, titles, *table, column, "y2Fmt");
  if (axes.size) add_column(use, codes, titles, *table, *axes.size, "sizeFmt");
  if (axes.series)
    codes.text(table->columns[*axes.series],
               use.code(use.has("seriesLabelFmt") ? "seriesLabelFmt" : "", *table, *axes.series));
  std::vector<std::size_t> columns = {axes.x};
  for (const auto& more : {axes.y, axes.y2}) columns.insert(columns.end(), more.begin(), more.end());
  for (const auto& more : {axes.series, axes.size, axes.name}) {
    if (more) columns.push_back(*more);
  }
  json.text("kind", kind);
  json.text("data", use.page().needs_data(table, columns));
  json.text("x", table->columns[axes.x]);
  json.raw("y", json_names(*table, axes.y));
  json.raw("y2", json_names(*table, axes.y2));
  if (axes.series) json.text("series", table->columns[*axes.series]);
  if (axes.size) json.text("size", table->columns[*axes.size]);
  if (axes.name) json.text("tooltipTitle", table->columns[*axes.name]);
  json.raw("codes", codes.done());
  json.raw("names", titles.done());
  add_label_codes(use, json, *table, axes.y.empty() ? axes.x : axes.y[0]);
  use.add_json(json,
               {"data", "x", "y", "y2", "series", "size", "tooltipTitle", "title", "subtitle", "xFmt", "yFmt",
                "y2Fmt", "sizeFmt", "seriesLabelFmt", "labelFmt", "yLabelFmt", "y2LabelFmt", "description"});
  json.raw("marks", annotations_json(use));
  double height = use.number("chartAreaHeight",
                             counts || !use.has("swapXY") || !use.flag("swapXY") ? 180 : bars_height(*table));
  return chart_figure(use, json.done(), height + 80, describe(use, *table, axes),
                      data_details(*table, columns));
}

template <const char* kKind>
std::string render_kind(const ComponentUse& use) {
  return render(use, kKind);
}
constexpr char kBarKind[] = "bar", kLineKind[] = "line", kAreaKind[] = "area", kScatterKind[] = "scatter",
               kBubbleKind[] = "bubble", kHistKind[] = "hist", kMixedKind[] = "chart";

}  // namespace

double bars_height(const Table& table) {
  return std::clamp(static_cast<double>(table.rows.size()) * 22.0, 180.0, 900.0);
}

void add_label_codes(const ComponentUse& use, JsonObject& json, const Table& table, std::size_t column) {
  for (const char* name : {"labelFmt", "yLabelFmt", "y2LabelFmt"}) {
    if (use.has(name)) json.text(name, use.code(name, table, column));
  }
}

std::string data_details(const Table& table, const std::vector<std::size_t>& columns) {
  constexpr std::size_t kRowsShown = 20;
  std::string head, body;
  std::vector<std::size_t> shown;
  for (std::size_t column : columns) {
    if (std::find(shown.begin(), shown.end(), column) == shown.end()) shown.push_back(column);
  }
  for (std::size_t column : shown) {
    bool number = table.kinds[column] == Cell::Kind::number;
    head += fmt::format("<th{}>{}</th>", number ? " class=\"number\"" : "",
                        escape(title_of(table.columns[column])));
  }
  for (std::size_t row = 0; row < std::min(kRowsShown, table.rows.size()); ++row) {
    body += "<tr>";
    for (std::size_t column : shown)
      body +=
          fmt::format("<td{}>{}</td>", table.kinds[column] == Cell::Kind::number ? " class=\"number\"" : "",
                      escape(format_cell(table.rows[row][column], "")));
    body += "</tr>";
  }
  std::string more = table.rows.size() > kRowsShown
                         ? fmt::format("<p>The first {} of {} rows.</p>", kRowsShown, table.rows.size())
                         : "";
  return fmt::format(
      "<details class=\"chart-data\"><summary>Data</summary><div class=\"scroll\" "
      "tabindex=\"0\"><table><thead><tr>{}</tr></thead><tbody>"
      "{}</tbody></table></div>{}</details>",
      head, body, more);
}

const Component kBarChart{&kBarSpec, Component::Place::block, render_kind<kBarKind>};
const Component kLineChart{&kLineSpec, Component::Place::block, render_kind<kLineKind>};
const Component kAreaChart{&kAreaSpec, Component::Place::block, render_kind<kAreaKind>};
const Component kScatterPlot{&kScatterSpec, Component::Place::block, render_kind<kScatterKind>};
const Component kBubbleChart{&kBubbleSpec, Component::Place::block, render_kind<kBubbleKind>};
const Component kHistogram{&kHistogramSpec, Component::Place::block, render_kind<kHistKind>};
const Component kChart{&kChartSpec, Component::Place::block, render_kind<kMixedKind>};
const Component kBarPart{&kBarPartSpec, Component::Place::part, nullptr};
const Component kLinePart{&kLinePartSpec, Component::Place::part, nullptr};
const Component kAreaPart{&kAreaPartSpec, Component::Place::part, nullptr};
const Component kScatterPart{&kScatterPartSpec, Component::Place::part, nullptr};
const Component kBubblePart{&kBubblePartSpec, Component::Place::part, nullptr};
const Component kHistPart{&kHistPartSpec, Component::Place::part, nullptr};

}  // namespace leat::pages
