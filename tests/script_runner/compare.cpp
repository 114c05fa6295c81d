#include "compare.h"

#include <fmt/core.h>

#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace script {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

/// The length of "8-4-4-4-12" hexadecimal digits at the start, or 0.
std::size_t uuid_length(std::string_view text) {
  constexpr std::size_t kLength = 36;
  if (text.size() < kLength) return 0;
  for (std::size_t i = 0; i < kLength; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return 0;
  }
  return kLength;
}

/// The unit of time or rate at the start, behind spaces; empty if there is none.
std::string_view unit_at(std::string_view text) {
  const std::size_t start = std::min(text.find_first_not_of(' '), text.size());
  constexpr std::array<std::string_view, 11> kUnits{"rows/s", "records/s", "MB/s", "GB/s", "kB/s", "ms",
                                                    "µs",     "min",       "s",    "h",    "ns"};
  for (std::string_view unit : kUnits) {
    if (!text.substr(start).starts_with(unit)) continue;
    const std::size_t end = start + unit.size();
    const bool ends =
        end == text.size() || !(std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '/');
    if (start <= 1 && ends) return unit;
  }
  return {};
}

struct Cell {
  std::string text;
  bool quoted = false;
};

std::vector<std::vector<Cell>> parse_csv(std::string_view text) {
  std::vector<std::vector<Cell>> rows(1, std::vector<Cell>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    Cell& cell = rows.back().back();
    const char c = text[i];
    if (quoted) {
      const bool doubled = c == '"' && i + 1 < text.size() && text[i + 1] == '"';
      if (c != '"' || doubled) cell.text += c;
      if (doubled)
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = cell.quoted = true;
    } else if (c == ',') {
      rows.back().emplace_back();
    } else if (c == '\n') {
      rows.emplace_back(1);
    } else if (c != '\r') {
      cell.text += c;
    }
  }
  if (rows.back().size() == 1 && rows.back()[0].text.empty() && !rows.back()[0].quoted) rows.pop_back();
  return rows;
}

std::string print_cell(const Cell& cell, char type) {
  if (cell.text.empty()) return cell.quoted ? "''" : "NULL";
  if (type == 'R') {
    double number = 0;
    const auto end = std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), number);
    if (end.ec == std::errc() && end.ptr == cell.text.data() + cell.text.size())
      return fmt::format("{:.6g}", number);
  }
  std::string text;
  for (char c : cell.text) text += c == '\n' ? std::string("\\n") : std::string(1, c);
  return text;
}

bool agree_from(const std::vector<std::string>& expected, std::size_t e,
                const std::vector<std::string>& actual, std::size_t a) {
  for (; e < expected.size(); ++e, ++a) {
    if (expected[e] == "...") {
      for (std::size_t next = a; next <= actual.size(); ++next)
        if (agree_from(expected, e + 1, actual, next)) return true;
      return false;
    }
    if (a >= actual.size() || normalise(expected[e]) != normalise(actual[a])) return false;
  }
  return a == actual.size();
}

}  // namespace

std::string normalise(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    const bool starts_word = i == 0 || !std::isalnum(static_cast<unsigned char>(line[i - 1]));
    const std::size_t uuid = starts_word ? uuid_length(line.substr(i)) : 0;
    if (uuid > 0) {
      out += "UUID";
      i += uuid;
      continue;
    }
    if (starts_word && (is_digit(line[i]) || (line[i] == 'N' && i + 1 < line.size() && line[i + 1] == ' '))) {
      std::size_t end = i + 1;
      while (is_digit(line[i]) && end < line.size() &&
             (is_digit(line[end]) || line[end] == '.' || line[end] == ','))
        ++end;
      const std::string_view unit = unit_at(line.substr(end));
      if (!unit.empty()) {
        // A duration is told in the unit that suits it, so the unit may differ, too.
        const bool rate = unit.find('/') != std::string_view::npos;
        out += rate ? "N " + std::string(unit) : "N s";
        i = line.find(unit, end) + unit.size();
        continue;
      }
      out += line.substr(i, end - i);
      i = end;
      continue;
    }
    out += line[i++];
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '\r')) out.pop_back();
  return out;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool agree(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
  return agree_from(expected, 0, actual, 0);
}

bool rows_of_csv(std::string_view csv, std::string_view types, std::vector<std::string>& rows) {
  const auto cells = parse_csv(csv);
  bool fits = !cells.empty();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    fits = fits && cells[i].size() == types.size();
    if (i == 0) continue;  // the header
    std::string line;
    for (std::size_t c = 0; c < cells[i].size(); ++c)
      line += (c > 0 ? "  " : "") + print_cell(cells[i][c], c < types.size() ? types[c] : 'T');
    rows.push_back(std::move(line));
  }
  return fits;
}

}  // namespace script
