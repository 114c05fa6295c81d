#include "dbt/csv.h"

#include <fmt/core.h>

#include <charconv>
#include <limits>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

namespace leat::dbt {
namespace {

class Reader {
 public:
  Reader(std::string_view text, const std::string& file, char delimiter, CsvTable& table)
      : text_(text), file_(file), delimiter_(delimiter), table_(table) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }
  bool done() const { return at_ >= text_.size(); }
  int line() const { return line_; }

  // Appends the fields of one row; returns how many there were.
  std::size_t row(std::vector<std::string_view>& fields) {
    for (std::size_t count = 1;; ++count) {
      fields.push_back(field());
      if (done()) return count;
      char c = text_[at_++];
      if (c == delimiter_) {
        if (!done()) continue;
        fields.emplace_back();
        return count + 1;
      }
      if (c == '\r' && !done() && text_[at_] == '\n') ++at_;
      ++line_;
      return count;
    }
  }

 private:
  std::string_view field() {
    if (!done() && text_[at_] == '"') return quoted();
    std::size_t from = at_;
    while (!done() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
    return text_.substr(from, at_ - from);
  }

  std::string_view quoted() {
    int began = line_;
    std::size_t from = ++at_;
    bool doubled = false;
    for (; !done(); ++at_) {
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') continue;
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') return closed(from, doubled);
      doubled = true;
      ++at_;
    }
    throw Error(ErrorCode::dbt_project, "A quoted field is not closed", fmt::format("{}:{}", file_, began));
  }

  std::string_view closed(std::size_t from, bool doubled) {
    std::string_view inside = text_.substr(from, at_++ - from);
    std::size_t tail = at_;
    while (!done() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
    if (!doubled && tail == at_) return inside;
    std::string& out = table_.unescaped.emplace_back();
    for (std::size_t i = 0; i < inside.size(); ++i) {
      out.push_back(inside[i]);
      if (inside[i] == '"') ++i;
    }
    // What follows the closing quote belongs to the field, as other readers have it.
    out += text_.substr(tail, at_ - tail);
    return out;
  }

  std::string_view text_;
  const std::string& file_;
  char delimiter_;
  CsvTable& table_;
  std::size_t at_ = 0;
  int line_ = 1;
};

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != lower[i]) return false;
  }
  return true;
}

// The digits of a number: without group commas, percent and currency signs; `changed` holds them where that
// takes something out of the middle.
std::string_view bare_number(std::string_view field, std::string& changed) {
  constexpr std::string_view kSigns = ",%$";
  std::string_view out = trimmed(field);
  if (out.find_first_of(kSigns) != std::string_view::npos) {
    changed.clear();
    for (char c : out) {
      if (kSigns.find(c) == std::string_view::npos) changed.push_back(c);
    }
    out = changed;
  }
  if (out.starts_with('+')) out.remove_prefix(1);
  return out;
}

std::optional<double> number_of(std::string_view text) {
  double value;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || text.find_first_of("nNiI") != std::string_view::npos) return std::nullopt;
  return value;
}

// What a column may still be.
struct Candidates {
  bool integer = true, wide = false, number = true, date = true, timestamp = true, boolean = true;

  void take(std::string_view field) {
    if (number) take_number(field);
    std::string_view text = trimmed(field);
    date = date && parse_iso_date(text).has_value();
    timestamp = timestamp && text.size() > 10 && parse_iso_timestamp(text).has_value();
    boolean = boolean && (equals_ignoring_case(text, "true") || equals_ignoring_case(text, "false"));
  }
  bool none() const { return !number && !date && !timestamp && !boolean; }

 private:
  void take_number(std::string_view field) {
    std::string_view bare = bare_number(field, changed_);
    std::int64_t whole;
    auto [end, error] = std::from_chars(bare.data(), bare.data() + bare.size(), whole);
    bool is_whole = error == std::errc() && end == bare.data() + bare.size();
    if (is_whole) {
      wide = wide || whole > std::numeric_limits<std::int32_t>::max() ||
             whole < std::numeric_limits<std::int32_t>::min();
      return;
    }
    integer = false;
    number = number_of(bare).has_value();
  }

  std::string changed_;
};

}  // namespace

CsvTable read_csv(std::string_view text, const std::string& file, char delimiter) {
  CsvTable table;
  Reader reader(text, file, delimiter, table);
  if (reader.done()) return table;
  std::vector<std::string_view> header;
  reader.row(header);
  for (std::string_view name : header) table.header.emplace_back(trimmed(name));
  while (!reader.done()) {
    int line = reader.line();
    std::size_t count = reader.row(table.fields);
    if (count == 1 && table.fields.back().empty() && table.width() > 1) {
      table.fields.pop_back();  // an empty line
    } else if (count != table.width()) {
      throw Error(ErrorCode::dbt_project,
                  fmt::format("The row has {} fields and the header {}", count, table.width()),
                  fmt::format("{}:{}", file, line));
    }
  }
  return table;
}

bool is_null_field(std::string_view field) {
  std::string_view text = trimmed(field);
  return text.empty() || equals_ignoring_case(text, "null");
}

batch::Type guess_type(const CsvTable& table, std::size_t column) {
  using batch::TypeKind;
  Candidates still;
  bool any = false;
  for (std::size_t row = 0; row < table.rows() && !still.none(); ++row) {
    std::string_view field = table.at(row, column);
    if (is_null_field(field)) continue;
    any = true;
    still.take(field);
  }
  // A column without a value is an integer to dbt.
  if (!any) return {TypeKind::int32};
  if (still.number && still.integer) return {still.wide ? TypeKind::int64 : TypeKind::int32};
  if (still.number) return {TypeKind::float64};
  if (still.date) return {TypeKind::date};
  if (still.timestamp) return {TypeKind::timestamp};
  if (still.boolean) return {TypeKind::boolean};
  return {TypeKind::text};
}

std::string_view normalized(std::string_view field, const batch::Type& type, std::string& changed) {
  switch (type.kind) {
    case batch::TypeKind::text:
      return field;
    case batch::TypeKind::int32:
    case batch::TypeKind::int64:
    case batch::TypeKind::float64:
      return bare_number(field, changed);
    default:
      return trimmed(field);
  }
}

}  // namespace leat::dbt
