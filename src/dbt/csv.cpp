#include "dbt/csv.h"

#include <fmt/core.h>

#include <charconv>

#include "base/error.h"
#include "base/time.h"

namespace leat::dbt {
namespace {

class Reader {
 public:
  Reader(std::string_view text, const std::string& file, char delimiter)
      : text_(text), file_(file), delimiter_(delimiter) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }
  bool done() const { return at_ >= text_.size(); }
  int line() const { return line_; }

  std::vector<std::optional<std::string>> row() {
    std::vector<std::optional<std::string>> fields;
    for (;;) {
      fields.push_back(field());
      if (done()) return fields;
      char c = text_[at_++];
      if (c == delimiter_) continue;
      if (c == '\r' && !done() && text_[at_] == '\n') ++at_;
      ++line_;
      return fields;
    }
  }

 private:
  std::optional<std::string> field() {
    if (!done() && text_[at_] == '"') return quoted();
    std::size_t from = at_;
    while (!done() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
    if (at_ == from) return std::nullopt;
    return std::string(text_.substr(from, at_ - from));
  }

  std::optional<std::string> quoted() {
    int began = line_;
    std::string out;
    for (++at_; !done(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          ++at_;
        } else {
          ++at_;
          return out;
        }
      } else if (text_[at_] == '\n') {
        ++line_;
      }
      out.push_back(text_[at_]);
    }
    throw Error(ErrorCode::dbt_project, "A quoted field is not closed", fmt::format("{}:{}", file_, began));
  }

  std::string_view text_;
  const std::string& file_;
  char delimiter_;
  std::size_t at_ = 0;
  int line_ = 1;
};

bool is_integer(const std::string& text) {
  std::int64_t value;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool is_number(const std::string& text) {
  double value;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() &&
         text.find_first_of("nN") == std::string::npos;
}

bool is_boolean(const std::string& text) {
  return text == "true" || text == "false" || text == "True" || text == "False" || text == "TRUE" ||
         text == "FALSE";
}

}  // namespace

CsvTable read_csv(std::string_view text, const std::string& file, char delimiter) {
  CsvTable table;
  Reader reader(text, file, delimiter);
  if (reader.done()) return table;
  for (std::optional<std::string>& field : reader.row()) table.header.push_back(field.value_or(""));
  while (!reader.done()) {
    int line = reader.line();
    std::vector<std::optional<std::string>> row = reader.row();
    if (row.size() == 1 && !row[0] && table.header.size() > 1) continue;  // an empty line
    if (row.size() != table.header.size()) {
      throw Error(ErrorCode::dbt_project,
                  fmt::format("The row has {} fields and the header {}", row.size(), table.header.size()),
                  fmt::format("{}:{}", file, line));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

batch::Type guess_type(const CsvTable& table, std::size_t column) {
  using batch::TypeKind;
  bool any = false, integer = true, number = true, date = true, timestamp = true, boolean = true;
  for (const auto& row : table.rows) {
    if (!row[column]) continue;
    const std::string& text = *row[column];
    any = true;
    integer = integer && is_integer(text);
    number = number && is_number(text);
    date = date && parse_iso_date(text);
    timestamp = timestamp && parse_iso_timestamp(text);
    boolean = boolean && is_boolean(text);
  }
  if (!any) return {TypeKind::text};
  if (integer) return {TypeKind::int64};
  if (number) return {TypeKind::float64};
  if (date) return {TypeKind::date};
  if (timestamp) return {TypeKind::timestamp};
  if (boolean) return {TypeKind::boolean};
  return {TypeKind::text};
}

}  // namespace leat::dbt
