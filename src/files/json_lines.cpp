#include "files/json_lines.h"

#include <charconv>
#include <cmath>

#include "base/base64.h"
#include "base/quotes.h"
#include "base/time.h"
#include "batch/decimal.h"

namespace leat::files {
namespace {

using batch::ColumnData;
using batch::TypeKind;

// A line break in JSON can only stand between its parts.
void append_on_one_line(std::string_view json, std::string& out) {
  std::size_t at = out.size();
  out += json;
  if (json.find('\n') == json.npos && json.find('\r') == json.npos) return;
  for (; at < out.size(); ++at) {
    if (out[at] == '\n' || out[at] == '\r') out[at] = ' ';
  }
}

template <class Number>
void append_number(Number value, std::string& out) {
  char digits[40];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

template <class Real>
void append_real(Real value, std::string& out) {
  if (std::isfinite(value)) return append_number(value, out);
  out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
}

void append_value(const ColumnData& column, std::size_t row, std::string& out) {
  switch (column.type().kind) {
    case TypeKind::boolean:
      out += column.value<std::uint8_t>(row) ? "true" : "false";
      return;
    case TypeKind::int16:
      return append_number(column.value<std::int16_t>(row), out);
    case TypeKind::int32:
      return append_number(column.value<std::int32_t>(row), out);
    case TypeKind::int64:
      return append_number(column.value<std::int64_t>(row), out);
    case TypeKind::float32:
      return append_real(column.value<float>(row), out);
    case TypeKind::float64:
      return append_real(column.value<double>(row), out);
    case TypeKind::decimal:
      out += column.print(row);
      return;
    case TypeKind::json:
      return append_on_one_line(column.text(row), out);
    case TypeKind::text:
    case TypeKind::uuid:
      return append_json_string(column.text(row), out);
    case TypeKind::bytes:
      out += '"';
      out += base64(column.text(row));
      out += '"';
      return;
    case TypeKind::timestamptz:
      out += '"';
      out += format_iso_timestamp(Timestamp(std::chrono::microseconds(column.value<std::int64_t>(row))));
      out += '"';
      return;
    case TypeKind::timestamp: {
      std::string text =
          format_iso_timestamp(Timestamp(std::chrono::microseconds(column.value<std::int64_t>(row))));
      text.pop_back();  // it has no zone
      out += '"';
      out += text;
      out += '"';
      return;
    }
    case TypeKind::date:
    case TypeKind::time:
      out += '"';
      out += column.print(row);
      out += '"';
      return;
  }
}

}  // namespace

void append_json_lines(const batch::RecordBatch& batch, std::size_t from, std::size_t to, std::string& out,
                       std::string_view raw_column) {
  const batch::Schema& schema = *batch.schema();
  if (std::optional<std::size_t> raw = raw_column.empty() ? std::nullopt : schema.find(raw_column)) {
    const ColumnData& column = batch.column(*raw);
    for (std::size_t row = from; row < to; ++row) {
      append_on_one_line(column.is_null(row) ? "null" : column.text(row), out);
      out += '\n';
    }
    return;
  }
  std::vector<std::string> names;
  for (const batch::Column& column : schema.columns()) {
    std::string name(names.empty() ? "{" : ",");
    append_json_string(column.name, name);
    names.push_back(name + ":");
  }
  for (std::size_t row = from; row < to; ++row) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      out += names[i];
      if (batch.column(i).is_null(row)) {
        out += "null";
      } else {
        append_value(batch.column(i), row, out);
      }
    }
    out += names.empty() ? "{}\n" : "}\n";
  }
}

}  // namespace leat::files
