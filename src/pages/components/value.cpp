// Single values: in a sentence, as a tile, as a change.
#include <fmt/core.h>

#include <algorithm>

#include "pages/components/all.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

using F = FieldKind;
std::vector<SpecField> with_empty(std::vector<SpecField> fields) {
  fields.push_back(
      {"emptySet", F::text, "What a query without rows does.", "error", false, {"error", "warn", "pass"}});
  fields.push_back({"emptyMessage", F::text, "Shown when there is no row.", "No records"});
  return fields;
}

const Spec kValueSpec{
    "Value", "One value inside a sentence.",
    with_empty(
        {{"data", F::text, "The query.", "", true},
         {"column", F::text, "Its column; the first one when left out."},
         {"value", F::text, "The same as column."},
         {"row", F::integer, "Its row.", "0"},
         {"index", F::integer, "The same as row."},
         {"fmt", F::text, "Format."},
         {"agg", F::text, "Takes all rows together.", "", false, {"sum", "avg", "min", "median", "max"}},
         {"placeholder", F::text, "A note in place of the value while a page is written."},
         {"color", F::text, "Color."},
         {"redNegatives", F::boolean, "Shows values below 0 in red.", "false"},
         {"description", F::text, "A note under the pointer."}})};
const Spec kBigValueSpec{
    "BigValue", "One value as a tile.",
    with_empty({{"data", F::text, "The query.", "", true},
                {"value", F::text, "Its column.", "", true},
                {"title", F::text, "Title; the column's name when left out."},
                {"fmt", F::text, "Format."},
                {"comparison", F::text, "Column that is shown below."},
                {"comparisonTitle", F::text, "What it is."},
                {"comparisonFmt", F::text, "Its format."},
                {"comparisonDelta", F::boolean, "Shows it as a change with an arrow.", "true"},
                {"downIsGood", F::boolean, "A fall is good.", "false"},
                {"neutralMin", F::integer, "Changes from here on are neither good nor bad.", "0"},
                {"neutralMax", F::integer, "Changes up to here are neither good nor bad.", "0"},
                {"sparkline", F::text, "Column of times for a small chart."},
                {"sparklineType", F::text, "How it is drawn.", "line", false, {"line", "area", "bar"}},
                {"sparklineColor", F::text, "Its color."},
                {"sparklineValueFmt", F::text, "Format of its values."},
                {"sparklineDateFmt", F::text, "Format of its times."},
                {"sparklineYScale", F::boolean, "Fits its axis to the values.", "false"},
                {"connectGroup", F::text, "Charts of one group show their tooltips together."},
                {"link", F::text, "Where the tile leads."},
                {"description", F::text, "A note under the pointer."},
                {"minWidth", F::text, "Least width.", "18%"},
                {"maxWidth", F::text, "Most width."}})};
const Spec kDeltaSpec{
    "Delta", "A change with an arrow.",
    with_empty({{"data", F::text, "The query."},
                {"column", F::text, "Its column; the first one when left out."},
                {"row", F::integer, "Its row.", "0"},
                {"value", F::integer, "A number in place of a query."},
                {"fmt", F::text, "Format."},
                {"downIsGood", F::boolean, "A fall is good.", "false"},
                {"showSymbol", F::boolean, "Shows the arrow.", "true"},
                {"showValue", F::boolean, "Shows the number.", "true"},
                {"text", F::text, "A text behind it."},
                {"neutralMin", F::integer, "Changes from here on are neither good nor bad.", "0"},
                {"neutralMax", F::integer, "Changes up to here are neither good nor bad.", "0"},
                {"chip", F::boolean, "Draws it as a chip.", "false"},
                {"symbolPosition", F::text, "Side of the arrow.", "right", false, {"left", "right"}}})};

// The number's origin stands beside it, so that a check can compare the two.
std::string marked(const ComponentUse& use, const TablePtr& table, std::size_t column, std::size_t row,
                   std::string_view format, const std::string& more = "") {
  const Cell& cell = table->rows[row][column];
  std::string code = use.code(use.has(format) ? format : "", *table, column);
  return fmt::format(
      "<span class=\"value\" data-query=\"{}\" data-column=\"{}\" data-row=\"{}\" "
      "data-value=\"{}\"{}>{}</span>",
      escape(use.page().needs_data(table, {column})), escape(table->columns[column]), row, escape(cell.text),
      more, escape(format_code(cell, code)));
}

// "good", "bad" or "" for a change.
std::string_view judged(const ComponentUse& use, double change) {
  double least = use.number("neutralMin", 0), most = use.number("neutralMax", 0);
  if (change >= least && change <= most) return "";
  return (change > most) != use.flag("downIsGood") ? "good" : "bad";
}
std::string arrow(double change) {
  return fmt::format("<span class=\"arrow\" aria-hidden=\"true\">{}</span>", change > 0   ? "▲"
                                                                             : change < 0 ? "▼"
                                                                                          : "–");
}

double aggregated(const Table& table, std::size_t column, const std::string& how) {
  std::vector<double> values;
  double sum = 0;
  for (const auto& row : table.rows) {
    if (row[column].kind != Cell::Kind::number) continue;
    values.push_back(row[column].number);
    sum += row[column].number;
  }
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  if (how == "sum") return sum;
  if (how == "avg") return sum / static_cast<double>(values.size());
  if (how == "min") return values.front();
  if (how == "max") return values.back();
  std::size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string look(const ComponentUse& use, const Cell& cell) {
  std::string color = use.color("color"), out;
  if (use.flag("redNegatives") && cell.kind == Cell::Kind::number && cell.number < 0) color = "var(--bad)";
  if (!color.empty()) out += fmt::format(" style=\"color:{}\"", escape(color));
  if (use.has("description")) out += fmt::format(" title=\"{}\"", escape(use.text("description")));
  return out;
}

std::string render_value(const ComponentUse& use) {
  if (use.has("placeholder"))
    return "<span class=\"placeholder\">[" + escape(use.text("placeholder")) + "]</span>";
  TablePtr table = use.table();
  auto row = static_cast<std::size_t>(use.number(use.has("index") ? "index" : "row", 0));
  if (row >= table->rows.size())
    return "<span class=\"empty-value\">" + escape(use.text("emptyMessage", "No records")) + "</span>";
  std::size_t column = use.column(use.has("value") ? "value" : "column", *table).value_or(0);
  if (!use.has("agg")) return marked(use, table, column, row, "fmt", look(use, table->rows[row][column]));
  Cell cell = Cell::of(aggregated(*table, column, use.text("agg")));
  return fmt::format("<span class=\"value\" data-value=\"{}\"{}>{}</span>", escape(cell.text),
                     look(use, cell), escape(format_code(cell, use.code("fmt", *table, column))));
}

std::string spark(const ComponentUse& use, const TablePtr& table, std::size_t value) {
  std::size_t date = use.required_column("sparkline", *table);
  JsonObject json, codes;
  json.text("kind", "spark");
  json.text("data", use.page().needs_data(table, {date, value}));
  json.text("dateCol", table->columns[date]);
  json.text("valueCol", table->columns[value]);
  json.text("type", use.text("sparklineType", "line"));
  if (use.has("sparklineColor")) json.text("color", use.color("sparklineColor"));
  json.raw("yScale", use.flag("sparklineYScale") ? "true" : "false");
  codes.text(table->columns[date], use.code("sparklineDateFmt", *table, date));
  codes.text(table->columns[value],
             use.code(use.has("sparklineValueFmt") ? "sparklineValueFmt" : "fmt", *table, value));
  json.raw("codes", codes.done());
  return fmt::format(
      "<span class=\"spark\" role=\"img\" aria-label=\"{} over time\" data-chart=\"{}\"></span>",
      escape(title_of(table->columns[value])), escape(json.done()));
}

std::string comparison(const ComponentUse& use, const TablePtr& table) {
  auto column = use.column("comparison", *table);
  if (!column) return "";
  const Cell& cell = table->rows[0][*column];
  bool delta = use.flag("comparisonDelta", true) && cell.kind == Cell::Kind::number;
  std::string title =
      use.has("comparisonTitle") ? use.text("comparisonTitle") : title_of(table->columns[*column]);
  return fmt::format("<div class=\"comparison\"><span class=\"delta {}\">{}{}</span> {}</div>",
                     delta ? judged(use, cell.number) : "", delta ? arrow(cell.number) + " " : "",
                     marked(use, table, *column, 0, "comparisonFmt"), escape(title));
}

std::string render_big_value(const ComponentUse& use) {
  TablePtr table = use.table();
  std::string style;
  if (use.has("minWidth")) style += "min-width:" + use.color("minWidth") + ";";
  if (use.has("maxWidth")) style += "max-width:" + use.color("maxWidth") + ";";
  std::string out =
      fmt::format("<div class=\"big-value\"{}{}>", style.empty() ? "" : " style=\"" + escape(style) + "\"",
                  use.has("description") ? " title=\"" + escape(use.text("description")) + "\"" : "");
  if (table->rows.empty())
    return out + "<div class=\"label\">" + escape(use.text("title")) + "</div>" + use.empty() + "</div>";
  std::size_t column = use.required_column("value", *table);
  std::string figure = marked(use, table, column, 0, "fmt");
  std::string address = use.text("link");
  if (!address.empty()) figure = fmt::format("<a href=\"{}\">{}</a>", escape(safe_url(address)), figure);
  out += fmt::format("<div class=\"label\">{}</div><div class=\"figure\">{}{}</div>",
                     escape(use.has("title") ? use.text("title") : title_of(table->columns[column])), figure,
                     use.has("sparkline") ? spark(use, table, column) : "");
  return out + comparison(use, table) + "</div>";
}

std::string render_delta(const ComponentUse& use) {
  double change = 0;
  std::string shown;
  if (use.has("data")) {
    TablePtr table = use.table();
    auto row = static_cast<std::size_t>(use.number("row", 0));
    if (row >= table->rows.size())
      return "<span class=\"empty-value\">" + escape(use.text("emptyMessage", "No records")) + "</span>";
    std::size_t column = use.column("column", *table).value_or(0);
    change = table->rows[row][column].number;
    shown = marked(use, table, column, row, "fmt");
  } else {
    Cell cell = Cell::of(use.number("value", 0));
    change = cell.number;
    shown = fmt::format("<span class=\"value\" data-value=\"{}\">{}</span>", cell.text,
                        escape(format_cell(cell, use.text("fmt"))));
  }
  std::string symbol = use.flag("showSymbol", true) ? arrow(change) : "";
  if (!use.flag("showValue", true)) shown.clear();
  bool left = use.text("symbolPosition", "right") == "left";
  std::string text =
      use.has("text") ? " <span class=\"delta-text\">" + escape(use.text("text")) + "</span>" : "";
  return fmt::format("<span class=\"delta {}{}\">{} {}</span>{}", judged(use, change),
                     use.flag("chip") ? " chip" : "", left ? symbol : shown, left ? shown : symbol, text);
}

}  // namespace

const Component kValue{&kValueSpec, Component::Place::word, render_value};
const Component kBigValue{&kBigValueSpec, Component::Place::block, render_big_value};
const Component kDelta{&kDeltaSpec, Component::Place::word, render_delta};

}  // namespace leat::pages
