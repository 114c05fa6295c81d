// DataTable: rows of a query as a table that is readable without script; the runtime adds search, order and
// pages.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "document/value.h"
#include "pages/components/all.h"
#include "pages/components/table_cells.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

using F = FieldKind;
constexpr std::size_t kRowsShownMax = 1000;

const Spec kTableSpec{
    "DataTable",
    "Rows of a query.",
    {{"data", F::text, "The query.", "", true},
     {"rows", F::text, "Rows a page; `all` for every row.", "10"},
     {"title", F::text, "Title."},
     {"subtitle", F::text, "Line below."},
     {"headerColor", F::text, "Ground of the header."},
     {"headerFontColor", F::text, "Text of the header."},
     {"totalRow", F::boolean, "Adds totals.", "false"},
     {"totalRowColor", F::text, "Ground of the totals."},
     {"totalFontColor", F::text, "Text of the totals."},
     {"rowNumbers", F::boolean, "Numbers the rows.", "false"},
     {"rowLines", F::boolean, "Lines between rows.", "true"},
     {"rowShading", F::boolean, "Shades every other row.", "false"},
     {"backgroundColor", F::text, "Ground of the table."},
     {"sortable", F::boolean, "Headers sort.", "true"},
     {"sort", F::text, "Column to sort by, with ` desc` behind it."},
     {"search", F::boolean, "A search field.", "false"},
     {"downloadable", F::boolean, "Offers CSV.", "true"},
     {"formatColumnTitles", F::boolean, "Makes titles of columns' names.", "true"},
     {"wrapTitles", F::boolean, "Breaks headers.", "false"},
     {"compact", F::boolean, "Less space.", "false"},
     {"link", F::text, "Column with each row's address."},
     {"showLinkCol", F::boolean, "Shows that column, too.", "false"},
     {"generateMarkdown", F::boolean, "Shows the table as Markdown to copy.", "false"},
     {"groupBy", F::text, "Column that puts rows together."},
     {"groupType", F::text, "How groups look.", "accordion", false, {"accordion", "section"}},
     {"subtotals", F::boolean, "Totals of each group.", "false"},
     {"subtotalFmt", F::text, "Their format."},
     {"groupsOpen", F::boolean, "Groups begin unfolded.", "true"},
     {"accordionRowColor", F::text, "Ground of groups' headers."},
     {"subtotalRowColor", F::text, "Ground of subtotals."},
     {"subtotalFontColor", F::text, "Text of subtotals."},
     {"groupNamePosition",
      F::text,
      "Where a section's name stands.",
      "middle",
      false,
      {"top", "middle", "bottom"}},
     {"emptySet", F::text, "What a query without rows does.", "error", false, {"error", "warn", "pass"}},
     {"emptyMessage", F::text, "Said when there is no row.", "No records"}}};
const Spec kColumnSpec{
    "Column",
    "A column of a DataTable.",
    {{"id", F::text, "The query's column.", "", true},
     {"title", F::text, "Header."},
     {"description", F::text, "A note under the pointer."},
     {"align", F::text, "Side of the text.", "", false, {"left", "center", "right"}},
     {"fmt", F::text, "Format."},
     {"fmtColumn", F::text, "Column with each row's format."},
     {"totalAgg", F::text, "sum, mean, weightedMean, median, min, max, count, countDistinct or a text.",
      "sum"},
     {"totalFmt", F::text, "Format of the total."},
     {"subtotalFmt", F::text, "Format of the subtotal."},
     {"weightCol", F::text, "Column of weights of a weighted mean."},
     {"wrap", F::boolean, "Breaks lines.", "false"},
     {"wrapTitle", F::boolean, "Breaks the header.", "false"},
     {"contentType",
      F::text,
      "How values are drawn.",
      "",
      false,
      {"link", "image", "delta", "colorscale", "html", "sparkline", "sparkarea", "sparkbar", "bar"}},
     {"colGroup", F::text, "Header above several columns."},
     {"fontColor", F::text, "Color of the text."},
     {"redNegatives", F::boolean, "Shows values below 0 in red.", "false"},
     {"height", F::integer, "Height of an image."},
     {"width", F::integer, "Width of an image."},
     {"alt", F::text, "Column that says what an image shows."},
     {"linkLabel", F::text, "Text of a link, or the column with it."},
     {"openInNewTab", F::boolean, "Opens a link beside this page.", "false"},
     {"deltaSymbol", F::boolean, "The arrow of a change.", "true"},
     {"downIsGood", F::boolean, "A fall is good.", "false"},
     {"showValue", F::boolean, "The number of a change.", "true"},
     {"neutralMin", F::integer, "Changes from here on are neither good nor bad.", "0"},
     {"neutralMax", F::integer, "Changes up to here are neither good nor bad.", "0"},
     {"chip", F::boolean, "Draws a change as a chip.", "false"},
     {"sparkX", F::text, "Part of a sparkline's points that goes across."},
     {"sparkY", F::text, "Part that goes up."},
     {"sparkYScale", F::boolean, "Fits a sparkline to its values.", "false"},
     {"sparkHeight", F::integer, "Its height.", "18"},
     {"sparkWidth", F::integer, "Its width.", "90"},
     {"sparkColor", F::text, "Its color."},
     {"barColor", F::text, "Color of a bar."},
     {"negativeBarColor", F::text, "Color of a bar below 0."},
     {"hideLabels", F::boolean, "Leaves the number of a bar out.", "false"},
     {"backgroundColor", F::text, "Ground of a bar."},
     {"colorScale", F::list, "Colors from the least to the most, or one color."},
     {"colorPalette", F::list, "The same."},
     {"colorMin", F::integer, "Value of the first color."},
     {"colorMid", F::integer, "Value of the middle color."},
     {"colorMax", F::integer, "Value of the last color."},
     {"colorBreakpoints", F::list, "Values of the colors, one by one."},
     {"scaleColumn", F::text, "Column whose values choose the colors."}}};

std::vector<ShownColumn> shown_columns(const ComponentUse& use, const Table& table) {
  std::vector<ShownColumn> shown;
  bool titles = use.flag("formatColumnTitles", true);
  use.each_child({"Column"}, [&](const ComponentUse& column) {
    // A column that an input names, while nothing is chosen.
    if (column.has("id") && !column.column("id", table)) return;
    shown.push_back(read_column(column, table, titles));
  });
  auto address = use.column("link", table);
  if (shown.empty()) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (address == i && !use.flag("showLinkCol")) continue;
      shown.push_back(plain_column(use, table, i, titles));
    }
  }
  auto group = use.column("groupBy", table);
  if (group) std::erase_if(shown, [&](const ShownColumn& column) { return column.index == *group; });
  return shown;
}

// "crimes desc" orders as the property says; without one the query's order stands.
std::vector<std::size_t> row_order(const ComponentUse& use, const Table& table) {
  std::vector<std::size_t> order(table.rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::string sort = use.text("sort");
  bool down = sort.ends_with(" desc");
  if (down) sort.resize(sort.size() - 5);
  if (sort.ends_with(" asc")) sort.resize(sort.size() - 4);
  auto column = table.find(sort);
  if (!column) return order;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Cell &x = table.rows[down ? b : a][*column], &y = table.rows[down ? a : b][*column];
    return x.kind == Cell::Kind::number && y.kind == Cell::Kind::number ? x.number < y.number
                                                                        : x.text < y.text;
  });
  return order;
}

std::string color_style(const ComponentUse& use, std::string_view ground, std::string_view text) {
  std::string style;
  if (std::string color = use.color(ground); !color.empty()) style += "background:" + color + ";";
  if (std::string color = use.color(text); !color.empty()) style += "color:" + color + ";";
  return style.empty() ? "" : " style=\"" + escape(style) + "\"";
}

std::string header(const ComponentUse& use, const std::vector<ShownColumn>& shown) {
  std::string style = color_style(use, "headerColor", "headerFontColor"), groups, names;
  bool numbered = use.flag("rowNumbers"), grouped = false;
  for (std::size_t i = 0; i < shown.size();) {
    std::size_t end = i + 1;
    while (end < shown.size() && shown[end].group == shown[i].group) ++end;
    const char* element = shown[i].group.empty() ? "td" : "th";
    groups += fmt::format("<{0} colspan=\"{1}\" class=\"group\"{2}>{3}</{0}>", element, end - i, style,
                          escape(shown[i].group));
    grouped = grouped || !shown[i].group.empty();
    i = end;
  }
  for (const ShownColumn& column : shown) {
    std::string note =
        column.description.empty() ? "" : fmt::format(" title=\"{}\"", escape(column.description));
    names += fmt::format("<th scope=\"col\" class=\"{}{}\"{}{}>{}</th>", column.is_number ? "number" : "",
                         column.wrap_title || use.flag("wrapTitles") ? " wrap" : "", style, note,
                         escape(column.title));
  }
  std::string first = numbered ? fmt::format("<th scope=\"col\" class=\"number\"{}>#</th>", style) : "";
  return "<thead>" +
         (grouped ? "<tr class=\"groups\">" + (numbered ? std::string("<td></td>") : "") + groups + "</tr>"
                  : "") +
         "<tr>" + first + names + "</tr></thead>";
}

std::string total_cells(const Table& table, const std::vector<ShownColumn>& shown,
                        const std::vector<std::size_t>& rows, const std::string& style, bool is_subtotal) {
  std::string out;
  for (const ShownColumn& column : shown)
    out += fmt::format("<td class=\"{}\"{}>{}</td>", column.is_number ? "number" : "", style,
                       total_text(table, column, rows, is_subtotal));
  return out;
}

std::string row_html(const ComponentUse& use, const Table& table, const std::vector<ShownColumn>& shown,
                     std::size_t row, std::size_t number, std::optional<std::size_t> address) {
  std::string href = address ? safe_url(table.rows[row][*address].text) : "";
  std::string out = href.empty() ? "<tr>" : fmt::format("<tr class=\"linked\">");
  if (use.flag("rowNumbers"))
    out += fmt::format("<td class=\"number soft\" data-value=\"{0}\">{0}</td>", number);
  bool first = true;
  for (const ShownColumn& column : shown) {
    out += cell_html(table, column, row, first ? href : "");
    first = false;
  }
  return out + "</tr>";
}

std::string section_head(const std::string& name, std::size_t width) {
  return fmt::format("<tr class=\"fold-head\"><th scope=\"rowgroup\" colspan=\"{}\">{}</th></tr>", width,
                     escape(name));
}

std::string grouped_body(const ComponentUse& use, const Table& table, const std::vector<ShownColumn>& shown,
                         const std::vector<std::size_t>& order, std::size_t by) {
  std::vector<std::pair<std::string, std::vector<std::size_t>>> groups;
  for (std::size_t row : order) {
    const std::string& name = table.rows[row][by].text;
    auto found =
        std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == name; });
    if (found == groups.end()) found = groups.insert(groups.end(), {name, {}});
    found->second.push_back(row);
  }
  bool accordion = use.text("groupType", "accordion") == "accordion", open = use.flag("groupsOpen", true),
       subtotals = use.flag("subtotals");
  auto address = use.column("link", table);
  std::string out, place = use.text("groupNamePosition", "middle");
  std::string head_style = color_style(use, "accordionRowColor", ""),
              sub_style = color_style(use, "subtotalRowColor", "subtotalFontColor");
  std::size_t width = shown.size() + (use.flag("rowNumbers") ? 1 : 0), written = 0;
  for (const auto& [name, rows] : groups) {
    std::string totals = total_cells(table, shown, rows, sub_style, true);
    std::string label = fmt::format("{} <small>({})</small>", escape(name), rows.size());
    if (accordion) {
      out += fmt::format(
          "<tbody class=\"fold{}\"><tr class=\"fold-head\"{}><th scope=\"rowgroup\" colspan=\"{}\"><button "
          "type=\"button\" aria-expanded=\"{}\">{}</button></th>",
          open ? "" : " closed", head_style, subtotals ? 1 : width, open, label);
      std::size_t first = totals.find("</td>");
      out += (subtotals && width > 1 ? (use.flag("rowNumbers") ? totals : totals.substr(first + 5)) : "") +
             "</tr>";
    } else {
      out += "<tbody class=\"section\">" + (place == "bottom" ? std::string() : section_head(name, width));
    }
    std::size_t number = 0;
    for (std::size_t row : rows) {
      if (++written > kRowsShownMax) break;
      out += row_html(use, table, shown, row, ++number, address);
    }
    if (!accordion && subtotals)
      out += "<tr class=\"subtotal\">" + (use.flag("rowNumbers") ? std::string("<td></td>") : "") + totals +
             "</tr>";
    if (!accordion && place == "bottom") out += section_head(name, width);
    out += "</tbody>";
  }
  return out;
}

std::string markdown_of(const Table& table, const std::vector<ShownColumn>& shown) {
  std::string head, line, body;
  for (const ShownColumn& column : shown) {
    head += "| " + column.title + " ";
    line += "| --- ";
  }
  for (std::size_t row = 0; row < std::min<std::size_t>(table.rows.size(), 100); ++row) {
    for (const ShownColumn& column : shown)
      body += "| " + format_code(table.rows[row][column.index], column.code) + " ";
    body += "|\n";
  }
  return "<pre class=\"markdown\" tabindex=\"0\">" + escape(head + "|\n" + line + "|\n" + body) + "</pre>";
}

std::string render_table(const ComponentUse& use) {
  TablePtr table = use.table();
  std::string out = "<figure class=\"table\">" + use.caption();
  if (table->rows.empty()) return out + use.empty() + "</figure>";
  std::vector<ShownColumn> shown = shown_columns(use, *table);
  std::vector<std::size_t> order = row_order(use, *table);
  auto group = use.column("groupBy", *table), address = use.column("link", *table);
  std::string body;
  if (group) {
    body = grouped_body(use, *table, shown, order, *group);
  } else {
    body = "<tbody>";
    for (std::size_t i = 0; i < std::min(order.size(), kRowsShownMax); ++i)
      body += row_html(use, *table, shown, order[i], i + 1, address);
    body += "</tbody>";
  }
  std::string foot;
  if (use.flag("totalRow")) {
    std::string style = color_style(use, "totalRowColor", "totalFontColor");
    foot = "<tfoot><tr>" + (use.flag("rowNumbers") ? "<td" + style + "></td>" : std::string()) +
           total_cells(*table, shown, order, style, false) + "</tr></tfoot>";
  }
  std::string marks;
  if (use.flag("search")) marks += " data-search";
  if (use.flag("sortable", true) && !group) marks += " data-sortable";
  if (use.flag("downloadable", true)) {
    marks += " data-download=\"" + escape(table->name) + "\"";
    if (table->rows.size() > kRowsShownMax) {
      std::vector<std::size_t> all(table->columns.size());
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
      marks += " data-rows-of=\"" + escape(use.page().needs_data(table, all)) + "\"";
    }
  }
  if (group) marks += " data-grouped";
  std::string look = std::string(use.flag("rowShading") ? " shaded" : "") +
                     (use.flag("compact") ? " compact" : "") +
                     (use.flag("rowLines", true) ? "" : " lineless");
  std::string ground = use.color("backgroundColor");
  if (!ground.empty()) ground = " style=\"background:" + escape(ground) + "\"";
  std::string label = use.has("title") ? use.text("title") : title_of(table->name);
  out += fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table class=\"data{}\" "
      "data-table data-rows=\"{}\"{}{}>{}{}{}</table></div>",
      escape(label), look, escape(use.text("rows", "10")), marks, ground, header(use, shown), body, foot);
  if (table->rows.size() > kRowsShownMax)
    out += fmt::format("<p class=\"soft\">The first {} of {} rows; the CSV has all.</p>", kRowsShownMax,
                       table->rows.size());
  if (use.flag("generateMarkdown")) out += markdown_of(*table, shown);
  return out + "</figure>";
}

}  // namespace

const Component kDataTable{&kTableSpec, Component::Place::block, render_table};
const Component kColumn{&kColumnSpec, Component::Place::part, nullptr};

}  // namespace leat::pages
