// Charts with two axes: BarChart, LineChart, AreaChart, ScatterPlot. The page's runtime draws them; here
// their data is checked, sorted and described, and a table stands in for those who can't see them.
#include <fmt/core.h>

#include "base/error.h"
#include "document/value.h"
#include "pages/components/all.h"
#include "pages/format.h"
#include "pages/html.h"

namespace leat::pages {
namespace {

using F = FieldKind;
const std::vector<SpecField> kFields = {
    {"data", F::text, "The query.", "", true},
    {"x", F::text, "Column of the categories or times; the first one when left out."},
    {"y", F::text, "Column or columns of the values; all numbers when left out."},
    {"series", F::text, "Column that splits the values into series."},
    {"type", F::text, "stacked, grouped or stacked100.", "stacked"},
    {"swapXY", F::boolean, "Lays the bars down.", "false"},
    {"sort", F::boolean, "Sorts bars by their value; false keeps the query's order.", "true"},
    {"labels", F::boolean, "Writes values beside the marks.", "false"},
    {"legend", F::boolean, "Shows the legend; only with several series when left out."},
    {"title", F::text, "Title."},
    {"subtitle", F::text, "Line below the title."},
    {"xAxisTitle", F::text, "Title of the x axis."},
    {"yAxisTitle", F::text, "Title of the y axis."},
    {"xFmt", F::text, "Format of x."},
    {"yFmt", F::text, "Format of y."},
    {"yMin", F::text, "Start of the y axis."},
    {"yMax", F::text, "End of the y axis."},
    {"markers", F::boolean, "Points on lines.", "false"},
    {"chartAreaHeight", F::text, "Height in pixels.", "260"},
    {"colorPalette", F::text, "Colors, as a list."},
    {"emptySet", F::text, "What an empty query does: error, warn or pass.", "warn"},
    {"emptyMessage", F::text, "What is said then.", "No data"}};
const Spec kBarSpec{"BarChart", "Bars: amounts of categories.", kFields};
const Spec kLineSpec{"LineChart", "Lines: amounts over time.", kFields};
const Spec kAreaSpec{"AreaChart", "Areas: amounts over time, one on the other.", kFields};
const Spec kScatterSpec{"ScatterPlot", "Points: how two amounts go together.", kFields};

std::string json_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ",") + document::json_quote(text);
  return "[" + out + "]";
}

std::string data_table(const Table& table, const std::vector<std::string>& columns) {
  constexpr std::size_t kRowsShown = 50;
  std::string head, body;
  for (const std::string& column : columns) head += "<th>" + escape(title_of(column)) + "</th>";
  for (std::size_t row = 0; row < std::min(kRowsShown, table.rows.size()); ++row) {
    body += "<tr>";
    for (const std::string& column : columns) {
      std::size_t i = *table.find(column);
      body += fmt::format("<td{}>{}</td>", table.kinds[i] == Cell::Kind::number ? " class=\"number\"" : "",
                          escape(format_cell(table.rows[row][i], "")));
    }
    body += "</tr>";
  }
  std::string more = table.rows.size() > kRowsShown
                         ? fmt::format("<p>The first {} of {} rows.</p>", kRowsShown, table.rows.size())
                         : "";
  return fmt::format(
      "<details "
      "class=\"chart-data\"><summary>Data</summary><table><thead><tr>{}</tr></thead><tbody>{}</tbody></"
      "table>{}</details>",
      head, body, more);
}

std::string render(const ComponentUse& use, const char* kind) {
  TablePtr table = use.table();
  std::string title = use.text("title"), subtitle = use.text("subtitle");
  std::string caption;
  if (!title.empty())
    caption += "<figcaption>" + escape(title) +
               (subtitle.empty() ? "" : "<small>" + escape(subtitle) + "</small>") + "</figcaption>";
  if (table->rows.empty())
    return fmt::format("<figure class=\"chart\">{}<p class=\"empty\">{}</p></figure>", caption,
                       escape(use.text("emptyMessage", "No data")));
  std::vector<std::string> x = use.column_names("x", *table), y = use.column_names("y", *table),
                           series = use.column_names("series", *table);
  if (x.empty()) x.push_back(table->columns.at(0));
  if (y.empty()) {
    for (std::size_t i = 0; i < table->columns.size(); ++i) {
      bool taken = table->columns[i] == x[0] || (!series.empty() && table->columns[i] == series[0]);
      if (table->kinds[i] == Cell::Kind::number && !taken) y.push_back(table->columns[i]);
    }
  }
  if (y.empty())
    throw Error(ErrorCode::page_component,
                fmt::format("<{}> finds no column of numbers in {}", use.node.text, table->name), use.where)
        .fix("Name one: y=column.");
  use.needs_data(table);
  std::string options = fmt::format(
      "{{\"kind\":\"{}\",\"data\":{},\"x\":{},\"y\":{},\"type\":{},\"swapXY\":{},\"sort\":{},\"labels\":{},"
      "\"markers\":{}",
      kind, document::json_quote(table->name), document::json_quote(x[0]), json_list(y),
      document::json_quote(use.text("type", "stacked")), use.flag("swapXY"), use.flag("sort", true),
      use.flag("labels"), use.flag("markers"));
  if (!series.empty()) options += ",\"series\":" + document::json_quote(series[0]);
  if (use.has("legend")) options += fmt::format(",\"legend\":{}", use.flag("legend"));
  for (const char* name : {"xFmt", "yFmt", "xAxisTitle", "yAxisTitle", "yMin", "yMax"}) {
    if (use.has(name)) options += fmt::format(",\"{}\":{}", name, document::json_quote(use.text(name)));
  }
  if (const Property* palette = use.node.find("colorPalette"))
    options += ",\"palette\":" + document::json_quote(palette->text);
  options += "}";
  std::vector<std::string> shown = {x[0]};
  if (!series.empty()) shown.push_back(series[0]);
  shown.insert(shown.end(), y.begin(), y.end());
  std::string label = fmt::format("{}: {} by {}", title.empty() ? std::string(use.node.text) : title,
                                  title_of(y[0]), title_of(x[0]));
  return fmt::format(
      "<figure class=\"chart\">{}<div class=\"plot\" role=\"img\" aria-label=\"{}\" style=\"height:{}px\" "
      "data-chart=\"{}\"></div>{}</figure>",
      caption, escape(label), static_cast<int>(use.number_of("chartAreaHeight", 260)) + 40, escape(options),
      data_table(*table, shown));
}

std::string render_bar(const ComponentUse& use) {
  return render(use, "bar");
}
std::string render_line(const ComponentUse& use) {
  return render(use, "line");
}
std::string render_area(const ComponentUse& use) {
  return render(use, "area");
}
std::string render_scatter(const ComponentUse& use) {
  return render(use, "scatter");
}

}  // namespace

const Component kBarChart{&kBarSpec, false, render_bar};
const Component kLineChart{&kLineSpec, false, render_line};
const Component kAreaChart{&kAreaSpec, false, render_area};
const Component kScatterPlot{&kScatterSpec, false, render_scatter};

}  // namespace leat::pages
