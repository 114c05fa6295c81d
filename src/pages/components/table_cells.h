// The cells of a DataTable: what a <Column> says of one, and how its values and totals look.
//
// Guarantees: every value of the data is escaped; addresses run no script.
// Threads: pure functions.
// Errors: Error(page_component).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pages/component.h"

namespace leat::pages {

struct ShownColumn {
  std::size_t index = 0;
  std::string font_color;  ///< "" for the page's own
  bool is_number = false, wrap = false, wrap_title = false, red_negatives = false;
  std::string title, code, align, content, group, description;
  std::string total = "sum", total_code, subtotal_code;
  std::optional<std::size_t> weight, format_column, label_column, alt_column, scale_column;
  std::string label, bar_color, negative_color, ground, spark_json;
  bool new_tab = false, arrow = true, show_value = true, down_is_good = false, chip = false,
       hide_labels = false;
  double neutral_min = 0, neutral_max = 0, height = 0, width = 0;
  double least = 0, most = 0;       ///< of the values that bars and colors go by
  std::vector<std::string> colors;  ///< of a color scale
  std::vector<double> stops;        ///< their values
};

ShownColumn read_column(const ComponentUse& column, const Table& table, bool makes_titles);
/// A column that no <Column> names.
ShownColumn plain_column(const ComponentUse& use, const Table& table, std::size_t index, bool makes_titles);
/// A cell; with `href` it leads there.
std::string cell_html(const Table& table, const ShownColumn& column, std::size_t row,
                      const std::string& href);
/// The total of rows, as HTML.
std::string total_text(const Table& table, const ShownColumn& column, const std::vector<std::size_t>& rows,
                       bool is_subtotal);

}  // namespace leat::pages
