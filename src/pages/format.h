// Format: values as people read them, by Evidence's format names and Excel's codes.
//
// Guarantees: thousands are separated by commas; null prints as "–". An unknown format prints the value as it
// is. Threads: pure functions. Source: https://docs.evidence.dev/core-concepts/formatting and Excel's number
// format codes
#pragma once
#include <string>
#include <string_view>

#include "pages/cell.h"

namespace leat::pages {

/// Formats a cell: "num0", "pct1", "usd", "shortdate", "mmm yyyy", "#,##0.0"; "" chooses by the value.
std::string format_cell(const Cell& cell, std::string_view format);
/// 1234567.891 with 2 digits: "1,234,567.89".
std::string format_number(double value, int digits);
/// A column's name as a title: "arrest_percent" is "Arrest Percent".
std::string title_of(std::string_view column);

}  // namespace leat::pages
