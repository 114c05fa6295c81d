// DataTable: rows of a query as a table that is readable without script; the runtime adds search, order and
// pages.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "pages/components/all.h"
#include "pages/format.h"
#include "pages/html.h"

namespace leat::pages {
namespace {

using F = FieldKind;
const Spec kTableSpec{"DataTable",
                      "Rows of a query.",
                      {{"data", F::text, "The query.", "", true},
                       {"rows", F::text, "Rows a page; `all` for every row.", "10"},
                       {"search", F::boolean, "A search field.", "false"},
                       {"sort", F::text, "Column to sort by, with ` desc` behind it."},
                       {"sortable", F::boolean, "Headers sort.", "true"},
                       {"title", F::text, "Title."},
                       {"subtitle", F::text, "Line below."},
                       {"rowNumbers", F::boolean, "Numbers the rows.", "false"},
                       {"totalRow", F::boolean, "Adds sums.", "false"},
                       {"downloadable", F::boolean, "Offers CSV.", "true"},
                       {"rowShading", F::boolean, "Shades every other row.", "false"},
                       {"compact", F::boolean, "Less space.", "false"},
                       {"link", F::text, "Column with each row's address."},
                       {"emptySet", F::text, "Ignored."},
                       {"emptyMessage", F::text, "Said when there is no row.", "No data"}}};
const Spec kColumnSpec{
    "Column",
    "A column of a DataTable.",
    {{"id", F::text, "The query's column.", "", true},
     {"title", F::text, "Header."},
     {"fmt", F::text, "Format."},
     {"align", F::text, "left, center or right."},
     {"contentType", F::text, "bar draws the value as a bar behind the number; link makes it an address."},
     {"totalAgg", F::text, "sum, mean, min, max, count or a text."},
     {"wrap", F::boolean, "Breaks lines.", "false"},
     {"wrapTitle", F::boolean, "Breaks the header.", "false"},
     {"description", F::text, "Tooltip of the header."}}};

struct Shown {
  std::size_t index;
  std::string title, format, align, content, total, description;
};

std::vector<Shown> shown_columns(const ComponentUse& use, const Table& table) {
  std::vector<Shown> shown;
  for (const PageNode& child : use.node.children) {
    if (child.kind != PageNode::Kind::component) continue;
    ComponentUse column{child,         use.scope,     use.where, use.number, use.render_children,
                        use.read_file, use.needs_data};
    find_component(child, use.where);
    std::vector<std::string> id = column.column_names("id", table);
    if (id.empty()) throw Error(ErrorCode::page_component, "<Column> needs id=column", use.where);
    shown.push_back({*table.find(id[0]), column.text("title", title_of(id[0])), column.text("fmt"),
                     column.text("align"), column.text("contentType"), column.text("totalAgg", "sum"),
                     column.text("description")});
  }
  if (shown.empty()) {
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      shown.push_back({i, title_of(table.columns[i]), "", "", "", "sum", ""});
  }
  return shown;
}

std::string cell_html(const Table& table, const Shown& column, const Cell& cell, double largest) {
  std::string text = escape(format_cell(cell, column.format));
  if (column.content == "link" && cell.kind == Cell::Kind::text)
    text = fmt::format("<a href=\"{}\">{}</a>", escape(cell.text), text);
  if (column.content == "bar" && cell.kind == Cell::Kind::number && largest > 0) {
    text = fmt::format("<span class=\"bar\" style=\"width:{:.1f}%\"></span><span class=\"over\">{}</span>",
                       100 * std::max(0.0, cell.number) / largest, text);
  }
  bool number = table.kinds[column.index] == Cell::Kind::number && column.align.empty();
  std::string style = number                 ? " class=\"number\""
                      : column.align.empty() ? ""
                                             : fmt::format(" style=\"text-align:{}\"", escape(column.align));
  return fmt::format("<td{} data-value=\"{}\">{}</td>", style, escape(cell.text), text);
}

std::string total_row(const Table& table, const std::vector<Shown>& shown) {
  std::string out = "<tfoot><tr>";
  for (const Shown& column : shown) {
    if (table.kinds[column.index] != Cell::Kind::number) {
      out += "<td></td>";
      continue;
    }
    double sum = 0;
    for (const auto& row : table.rows) sum += row[column.index].number;
    if (column.total == "mean" && !table.rows.empty()) sum /= static_cast<double>(table.rows.size());
    out += fmt::format("<td class=\"number\">{}</td>", escape(format_cell(Cell::of(sum), column.format)));
  }
  return out + "</tr></tfoot>";
}

// "crimes desc" orders as the property says; without one the query's order stands.
std::vector<std::size_t> row_order(const ComponentUse& use, const Table& table) {
  std::vector<std::size_t> order(table.rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::string sort = use.text("sort");
  bool down = sort.ends_with(" desc");
  if (down) sort.resize(sort.size() - 5);
  auto column = table.find(sort);
  if (!column) return order;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Cell &x = table.rows[down ? b : a][*column], &y = table.rows[down ? a : b][*column];
    return x.kind == Cell::Kind::number && y.kind == Cell::Kind::number ? x.number < y.number
                                                                        : x.text < y.text;
  });
  return order;
}

std::string render_table(const ComponentUse& use) {
  TablePtr table = use.table();
  std::string title = use.text("title"), out = "<figure class=\"table\">";
  if (!title.empty())
    out += "<figcaption>" + escape(title) +
           (use.has("subtitle") ? "<small>" + escape(use.text("subtitle")) + "</small>" : "") +
           "</figcaption>";
  if (table->rows.empty())
    return out + "<p class=\"empty\">" + escape(use.text("emptyMessage", "No data")) + "</p></figure>";
  std::vector<Shown> shown = shown_columns(use, *table);
  std::string rows = use.text("rows", "10");
  out += fmt::format(
      "<div class=\"scroll\"><table data-table data-query=\"{}\" data-rows=\"{}\"{}{}><thead><tr>",
      escape(table->name), escape(rows), use.flag("search") ? " data-search" : "",
      use.flag("downloadable", true) ? " data-download" : "");
  std::vector<double> largest;
  for (const Shown& column : shown) {
    bool number = table->kinds[column.index] == Cell::Kind::number;
    out += fmt::format(
        "<th scope=\"col\"{}{}>{}</th>", number ? " class=\"number\"" : "",
        column.description.empty() ? "" : fmt::format(" title=\"{}\"", escape(column.description)),
        escape(column.title));
    double most = 0;
    for (const auto& row : table->rows) most = std::max(most, row[column.index].number);
    largest.push_back(most);
  }
  out += "</tr></thead><tbody>";
  for (std::size_t row : row_order(use, *table)) {
    out += "<tr>";
    for (std::size_t i = 0; i < shown.size(); ++i)
      out += cell_html(*table, shown[i], table->rows[row][shown[i].index], largest[i]);
    out += "</tr>";
  }
  out += "</tbody>";
  if (use.flag("totalRow")) out += total_row(*table, shown);
  return out + "</table></div></figure>";
}

std::string render_column(const ComponentUse& use) {
  throw Error(ErrorCode::page_component, "<Column> stands inside <DataTable>", use.where);
}

}  // namespace

const Component kDataTable{&kTableSpec, false, render_table};
const Component kColumn{&kColumnSpec, false, render_column};

}  // namespace leat::pages
