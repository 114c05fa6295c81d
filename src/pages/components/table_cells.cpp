#include "pages/components/table_cells.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "document/value.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

void read_scale(const ComponentUse& use, const Table& table, ShownColumn& out) {
  ColumnSummary summary = summarize(table, out.scale_column.value_or(out.index));
  out.least = use.has("colorMin") ? use.number("colorMin", summary.min) : summary.min;
  out.most = use.has("colorMax") ? use.number("colorMax", summary.max) : summary.max;
  Value given = use.value(use.has("colorScale") ? "colorScale" : "colorPalette");
  if (const ListPtr* list = given.list()) {
    for (const Value& each : **list) out.colors.push_back(text_of(each));
  } else {
    std::string name = text_of(given);
    bool plain = name.empty() || name == "default";
    out.colors = {plain ? "var(--scale-least, transparent)" : "transparent",
                  plain ? "var(--scale-most, var(--c1))" : name};
    if (name == "green" || name == "positive") out.colors[1] = "var(--good)";
    if (name == "red" || name == "negative") out.colors[1] = "var(--bad)";
    if (name == "blue" || name == "info") out.colors[1] = "var(--c1)";
  }
  if (out.colors.size() == 1) out.colors.insert(out.colors.begin(), "transparent");
  Value breaks = use.value("colorBreakpoints");
  if (const ListPtr* list = breaks.list()) {
    for (const Value& each : **list) out.stops.push_back(each.cell() ? each.cell()->number : 0);
  }
  if (out.stops.size() == out.colors.size()) return;
  out.stops.clear();
  double last = static_cast<double>(out.colors.size() - 1);
  for (std::size_t i = 0; i < out.colors.size(); ++i)
    out.stops.push_back(out.least + (out.most - out.least) * static_cast<double>(i) / last);
  if (use.has("colorMid") && out.stops.size() == 3) out.stops[1] = use.number("colorMid", out.stops[1]);
}

// Mixes the two colors that a value stands between; the browser computes it, so that themes count.
std::string scale_color(const ShownColumn& column, double value) {
  const std::vector<double>& stops = column.stops;
  if (stops.empty() || value <= stops.front()) return stops.empty() ? "" : column.colors.front();
  for (std::size_t i = 1; i < stops.size(); ++i) {
    if (value > stops[i]) continue;
    double share = stops[i] > stops[i - 1] ? (value - stops[i - 1]) / (stops[i] - stops[i - 1]) : 1;
    return fmt::format("color-mix(in srgb, {} {:.0f}%, {})", column.colors[i], share * 100,
                       column.colors[i - 1]);
  }
  return column.colors.back();
}

std::string safe_color(const std::string& color) {
  bool fits = std::all_of(color.begin(), color.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("#(),.% -").find(c) != std::string_view::npos;
  });
  return fits ? color : "transparent";
}

std::string delta_html(const ShownColumn& column, const Cell& cell, const std::string& text) {
  if (cell.kind != Cell::Kind::number) return text;
  bool neutral = cell.number >= column.neutral_min && cell.number <= column.neutral_max;
  std::string_view look = neutral                                                     ? ""
                          : (cell.number > column.neutral_max) != column.down_is_good ? "good"
                                                                                      : "bad";
  std::string_view arrow = cell.number > 0 ? "▲" : cell.number < 0 ? "▼" : "–";
  return fmt::format(
      "<span class=\"delta {}{}\">{} {}</span>", look, column.chip ? " chip" : "",
      column.show_value ? text : "",
      column.arrow ? fmt::format("<span class=\"arrow\" aria-hidden=\"true\">{}</span>", arrow) : "");
}

std::string bar_html(const ShownColumn& column, const Cell& cell, const std::string& text) {
  if (cell.kind != Cell::Kind::number) return text;
  double least = std::min(column.least, 0.0), most = std::max(column.most, 0.0),
         span = std::max(most - least, 1e-12);
  double from = (std::min(cell.number, 0.0) - least) / span, width = std::fabs(cell.number) / span;
  std::string color = cell.number < 0 ? column.negative_color : column.bar_color;
  if (color.empty()) color = cell.number < 0 ? "var(--bad)" : "var(--c1)";
  return fmt::format(
      "<span class=\"bar\" style=\"left:{:.1f}%;width:{:.1f}%;background:{}\"></span><span "
      "class=\"over\">{}</span>",
      100 * from, 100 * width, escape(color), column.hide_labels ? "" : text);
}

std::string link_html(const Table& table, const ShownColumn& column, std::size_t row,
                      const std::string& text) {
  const Cell& cell = table.rows[row][column.index];
  if (cell.kind == Cell::Kind::null) return text;
  std::string label = column.label_column    ? escape(table.rows[row][*column.label_column].text)
                      : column.label.empty() ? text
                                             : escape(column.label);
  return fmt::format("<a href=\"{}\"{}>{}</a>", escape(safe_url(cell.text)),
                     column.new_tab ? " target=\"_blank\" rel=\"noopener\"" : "", label);
}

std::string image_html(const Table& table, const ShownColumn& column, std::size_t row) {
  const Cell& cell = table.rows[row][column.index];
  std::string size;
  if (column.height > 0) size += fmt::format(" height=\"{}\"", column.height);
  if (column.width > 0) size += fmt::format(" width=\"{}\"", column.width);
  std::size_t slash = cell.text.rfind('/'), from = slash == std::string::npos ? 0 : slash + 1;
  std::string alt = column.alt_column ? table.rows[row][*column.alt_column].text
                                      : cell.text.substr(from, cell.text.rfind('.') - from);
  return fmt::format("<img src=\"{}\" alt=\"{}\"{} loading=\"lazy\">", escape(safe_url(cell.text)),
                     escape(alt), size);
}

std::string spark_html(const ShownColumn& column, const Cell& cell) {
  std::string options = column.spark_json;
  options.pop_back();
  options += ",\"points\":" + document::json_quote(cell.text) + "}";
  return fmt::format(
      "<span class=\"spark\" role=\"img\" aria-label=\"{}\" style=\"width:{}px;height:{}px\" "
      "data-chart=\"{}\"></span>",
      escape(column.title), column.width, column.height, escape(options));
}

}  // namespace

ShownColumn plain_column(const ComponentUse& use, const Table& table, std::size_t index, bool makes_titles) {
  ShownColumn out;
  out.index = index;
  out.is_number = table.kinds[index] == Cell::Kind::number;
  out.title = makes_titles ? title_of(table.columns[index]) : table.columns[index];
  out.code = use.code("", table, index);
  return out;
}

ShownColumn read_column(const ComponentUse& use, const Table& table, bool makes_titles) {
  ShownColumn out = plain_column(use, table, use.required_column("id", table), makes_titles);
  if (use.has("title")) out.title = use.text("title");
  if (use.has("fmt")) out.code = use.code("fmt", table, out.index);
  out.align = use.text("align");
  out.content = use.text("contentType");
  out.group = use.text("colGroup");
  out.description = use.text("description");
  out.wrap = use.flag("wrap");
  out.wrap_title = use.flag("wrapTitle");
  out.red_negatives = use.flag("redNegatives");
  out.font_color = use.has("fontColor") ? safe_color(use.text("fontColor")) : "";
  out.total = use.text("totalAgg", out.is_number ? "sum" : "");
  out.total_code = use.has("totalFmt") ? use.code("totalFmt", table, out.index) : "";
  out.subtotal_code = use.has("subtotalFmt") ? use.code("subtotalFmt", table, out.index) : "";
  out.weight = use.column("weightCol", table);
  out.format_column = use.column("fmtColumn", table);
  out.alt_column = use.column("alt", table);
  out.scale_column = use.column("scaleColumn", table);
  out.label_column = table.find(use.text("linkLabel"));
  out.label = use.text("linkLabel");
  out.new_tab = use.flag("openInNewTab");
  out.arrow = use.flag("deltaSymbol", true);
  out.show_value = use.flag("showValue", true);
  out.down_is_good = use.flag("downIsGood");
  out.chip = use.flag("chip");
  out.neutral_min = use.number("neutralMin", 0);
  out.neutral_max = use.number("neutralMax", 0);
  out.bar_color = use.color("barColor");
  out.negative_color = use.color("negativeBarColor");
  out.ground = use.color("backgroundColor");
  out.hide_labels = use.flag("hideLabels");
  bool is_spark = out.content.starts_with("spark");
  out.height = use.number(is_spark ? "sparkHeight" : "height", is_spark ? 18 : 0);
  out.width = use.number(is_spark ? "sparkWidth" : "width", is_spark ? 90 : 0);
  if (is_spark) {
    JsonObject json;
    json.text("kind", "spark");
    json.text("type", out.content.substr(5));
    json.text("dateCol", use.text("sparkX"));
    json.text("valueCol", use.text("sparkY"));
    json.raw("yScale", use.flag("sparkYScale") ? "true" : "false");
    if (use.has("sparkColor")) json.text("color", use.color("sparkColor"));
    out.spark_json = json.done();
  }
  read_scale(use, table, out);
  return out;
}

std::string cell_html(const Table& table, const ShownColumn& column, std::size_t row,
                      const std::string& href) {
  const Cell& cell = table.rows[row][column.index];
  std::string code = column.code;
  if (column.format_column) {
    ColumnSummary summary;
    summary.add(cell);
    summary.finish();
    code = resolve_format(table.rows[row][*column.format_column].text, cell.kind, &summary);
  }
  std::string text = escape(format_code(cell, code)), style;
  if (column.content == "link") text = link_html(table, column, row, text);
  if (column.content == "image") text = image_html(table, column, row);
  if (column.content == "delta") text = delta_html(column, cell, text);
  if (column.content == "bar") text = bar_html(column, cell, text);
  if (column.content == "html") text = sanitized(cell.text);
  if (column.content.starts_with("spark")) text = spark_html(column, cell);
  if (column.content == "colorscale") {
    const Cell& by = table.rows[row][column.scale_column.value_or(column.index)];
    if (by.kind == Cell::Kind::number)
      style += fmt::format("--cell:{};", safe_color(scale_color(column, by.number)));
  }
  if (!column.ground.empty() && column.content == "bar") style += "background:" + column.ground + ";";
  if (!column.align.empty()) style += "text-align:" + column.align + ";";
  if (!column.font_color.empty()) style += "color:" + column.font_color + ";";
  if (column.red_negatives && cell.kind == Cell::Kind::number && cell.number < 0)
    style += "color:var(--bad);";
  if (!href.empty() && column.content != "link")
    text = fmt::format("<a href=\"{}\">{}</a>", escape(href), text);
  std::string look = column.is_number ? "number" : "";
  if (cell.kind == Cell::Kind::date) look += " date";
  if (column.wrap) look += " wrap";
  if (column.content == "colorscale") look += " scaled";
  return fmt::format("<td{}{} data-value=\"{}\">{}</td>", look.empty() ? "" : " class=\"" + look + "\"",
                     style.empty() ? "" : " style=\"" + escape(style) + "\"", escape(cell.text), text);
}

std::string total_text(const Table& table, const ShownColumn& column, const std::vector<std::size_t>& rows,
                       bool is_subtotal) {
  const std::string& how = column.total;
  if (how.empty() || (!column.is_number && how == "sum")) return "";
  std::vector<double> values;
  std::set<std::string> distinct;
  double sum = 0, weighted = 0, weights = 0;
  std::size_t count = 0;
  for (std::size_t row : rows) {
    const Cell& cell = table.rows[row][column.index];
    if (cell.kind == Cell::Kind::null) continue;
    ++count;
    distinct.insert(cell.text);
    if (cell.kind != Cell::Kind::number) continue;
    values.push_back(cell.number);
    sum += cell.number;
    double weight = column.weight ? table.rows[row][*column.weight].number : 1;
    weighted += cell.number * weight;
    weights += weight;
  }
  std::string code = is_subtotal && !column.subtotal_code.empty() ? column.subtotal_code
                     : column.total_code.empty()                  ? column.code
                                                                  : column.total_code;
  auto number = [&](double value) { return escape(format_code(Cell::of(value), code)); };
  if (how == "count") return number(static_cast<double>(count));
  if (how == "countDistinct") return number(static_cast<double>(distinct.size()));
  bool known = how == "sum" || how == "mean" || how == "weightedMean" || how == "median" || how == "min" ||
               how == "max";
  if (!known) {
    Cell spelt = parse_number(how);
    return spelt.kind == Cell::Kind::number ? number(spelt.number) : escape(how);
  }
  if (values.empty()) return "–";
  std::sort(values.begin(), values.end());
  if (how == "sum") return number(sum);
  if (how == "mean") return number(sum / static_cast<double>(values.size()));
  if (how == "weightedMean") return number(weights == 0 ? 0 : weighted / weights);
  if (how == "min") return number(values.front());
  if (how == "max") return number(values.back());
  std::size_t middle = values.size() / 2;
  return number(values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2);
}

}  // namespace leat::pages
