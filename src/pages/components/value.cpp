// Value: one number in a sentence. BigValue: one number as a tile.
#include <fmt/core.h>

#include "base/error.h"
#include "pages/components/all.h"
#include "pages/format.h"
#include "pages/html.h"

namespace leat::pages {
namespace {

using F = FieldKind;
const Spec kValueSpec{"Value",
                      "One value in a sentence.",
                      {{"data", F::text, "The query.", "", true},
                       {"column", F::text, "Its column; the first when left out."},
                       {"row", F::integer, "Its row.", "0"},
                       {"fmt", F::text, "Format."},
                       {"placeholder", F::text, "Shown when there is no row."},
                       {"emptySet", F::text, "Ignored."},
                       {"emptyMessage", F::text, "Shown when there is no row.", "–"}}};
const Spec kBigValueSpec{"BigValue",
                         "One value as a tile.",
                         {{"data", F::text, "The query.", "", true},
                          {"value", F::text, "Its column.", "", true},
                          {"title", F::text, "Title; the column's name when left out."},
                          {"fmt", F::text, "Format."},
                          {"comparison", F::text, "Column that is shown below."},
                          {"comparisonTitle", F::text, "What it is."},
                          {"comparisonFmt", F::text, "Its format."},
                          {"comparisonDelta", F::boolean, "Shows it as a change with an arrow.", "true"},
                          {"downIsGood", F::boolean, "A fall is good.", "false"},
                          {"minWidth", F::text, "Least width.", "18%"},
                          {"maxWidth", F::text, "Most width."}}};

const Cell& pick(const Table& table, const std::string& column, std::size_t row) {
  static const Cell none;
  if (row >= table.rows.size()) return none;
  return table.rows[row][*table.find(column)];
}

// The number's origin stands beside it, so that a check can compare the two.
std::string marked(const Table& table, const std::string& column, std::size_t row, const Cell& cell,
                   const std::string& format) {
  return fmt::format(
      "<span class=\"value\" data-query=\"{}\" data-column=\"{}\" data-row=\"{}\" "
      "data-value=\"{}\">{}</span>",
      escape(table.name), escape(column), row, escape(cell.text), escape(format_cell(cell, format)));
}

std::string render_value(const ComponentUse& use) {
  TablePtr table = use.table();
  std::vector<std::string> columns = use.column_names("column", *table);
  std::string column = columns.empty() ? table->columns.at(0) : columns[0];
  auto row = static_cast<std::size_t>(use.number_of("row", 0));
  if (row >= table->rows.size()) return escape(use.text("emptyMessage", "–"));
  use.needs_data(table);
  return marked(*table, column, row, pick(*table, column, row), use.text("fmt"));
}

std::string render_big_value(const ComponentUse& use) {
  TablePtr table = use.table();
  std::vector<std::string> columns = use.column_names("value", *table);
  if (columns.empty()) throw Error(ErrorCode::page_component, "<BigValue> needs value=column", use.where);
  use.needs_data(table);
  std::string title = use.text("title", title_of(columns[0]));
  std::string out =
      fmt::format("<div class=\"big-value\"><div class=\"label\">{}</div><div class=\"figure\">{}</div>",
                  escape(title), marked(*table, columns[0], 0, pick(*table, columns[0], 0), use.text("fmt")));
  std::vector<std::string> comparison = use.column_names("comparison", *table);
  if (!comparison.empty()) {
    const Cell& cell = pick(*table, comparison[0], 0);
    bool delta = use.flag("comparisonDelta", true) && cell.kind == Cell::Kind::number;
    bool good = (cell.number >= 0) != use.flag("downIsGood");
    out += fmt::format("<div class=\"comparison{}\">{}{} {}</div>", delta ? (good ? " good" : " bad") : "",
                       delta ? (cell.number >= 0 ? "▲ " : "▼ ") : "",
                       marked(*table, comparison[0], 0, cell, use.text("comparisonFmt")),
                       escape(use.text("comparisonTitle", title_of(comparison[0]))));
  }
  return out + "</div>";
}

}  // namespace

const Component kValue{&kValueSpec, true, render_value};
const Component kBigValue{&kBigValueSpec, false, render_big_value};

}  // namespace leat::pages
