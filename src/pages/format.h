// Format: values as people read them, by Evidence's format names and Excel's number format codes.
//
// Guarantees: a name is first resolved to a code, then the code prints. Numbers are rounded on their decimal
//   digits, half away from zero, so that 1.005 with two digits is 1.01 and no whole number loses digits; the
//   reader's runtime (web/pages/format.js) prints every code alike. Null prints as "–".
// Threads: pure functions, but for the names that a FormatsInForce adds on its own thread.
// Errors: none: what is no code prints the value as it is.
// Source: https://docs.evidence.dev/core-concepts/formatting; ECMA-376 part 1, 18.8.31 (number formats)
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pages/cell.h"

namespace leat::pages {

/// A format of a project's own.
struct CustomFormat {
  std::string name;  ///< in small letters
  std::string code;
  bool is_date = false;
};
using CustomFormats = std::vector<CustomFormat>;
/// Reads custom-formatting.json as Evidence writes it. Error(document_syntax).
CustomFormats read_custom_formats(const std::string& text, const std::string& path);
/// As long as it lives, the functions below know these names too, on this thread.
class FormatsInForce {
 public:
  explicit FormatsInForce(const CustomFormats& formats);
  ~FormatsInForce();
  FormatsInForce(const FormatsInForce&) = delete;
  FormatsInForce& operator=(const FormatsInForce&) = delete;

 private:
  const CustomFormats* before_;
};

/// The code of a format: a name ("num0", "usd1k", "shortdate"), "auto" (units by the column), a code itself,
/// or "" (by the column's values). `summary` may be null.
std::string resolve_format(std::string_view format, Cell::Kind kind, const ColumnSummary* summary);
/// The format that a column carries in its name: "growth_pct" has pct; "" where it carries none.
std::string_view format_tag(std::string_view column);
/// Prints a cell by a code of resolve_format.
std::string format_code(const Cell& cell, std::string_view code);
/// Resolves and prints; the cell itself stands for its column.
std::string format_cell(const Cell& cell, std::string_view format);
/// A column's name as a title: "arrest_percent" is "Arrest Percent", "growth_pct" is "Growth".
std::string title_of(std::string_view column);

/// A number's decimal digits, exactly as they are printed: 0.0125 is "125" and point -1.
struct Decimal {
  bool negative = false;
  std::string digits;  ///< without leading zeros; "" is zero
  int point = 0;       ///< how many digits stand before the decimal point; negative: zeros behind it

  static Decimal of(std::string_view printed);
  /// Rounds to `places` digits behind the point, half away from zero.
  void round(int places);
  /// At least `least` and at most the rounded digits behind the point: "1,234.50".
  std::string print(int least, int places, bool grouped, int whole_digits_min) const;
};

}  // namespace leat::pages
