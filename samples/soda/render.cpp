#include "render.h"

#include <fmt/core.h>

#include <cstring>

#include "problem.h"

namespace soda {
namespace {

constexpr std::string_view kNoAddress =
    R"("human_address":"{\"address\": \"\", \"city\": \"\", \"state\": \"\", \"zip\": \"\"}"})";

inline char* put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_escaped(char* out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      *out++ = '\\';
      *out++ = c;
    } else if (byte >= 0x20) {
      *out++ = c;
    } else if (c == '\n' || c == '\r' || c == '\t') {
      *out++ = '\\';
      *out++ = c == '\n' ? 'n' : c == '\r' ? 'r' : 't';
    } else {
      out = put(out, "\\u00");
      *out++ = kHex[byte >> 4];
      *out++ = kHex[byte & 15];
    }
  }
  return out;
}

char* put_pair(char* out, const Table& table, const Column& column, std::size_t row) {
  out = put(out, "{\"latitude\":\"");
  out = put(out, table.columns[column.latitude].text(row));
  out = put(out, "\",\"longitude\":\"");
  out = put(out, table.columns[column.longitude].text(row));
  out = put(out, "\",");
  return put(out, kNoAddress);
}

bool is_null(const Table& table, const Column& column, std::size_t row) {
  switch (column.storage) {
    case Column::Storage::heap:
      return column.slots[row] == Column::kNullSlot;
    case Column::Storage::words:
      return column.words[row] == Column::kNullWord;
    case Column::Storage::pair:
      return is_null(table, table.columns[column.latitude], row) ||
             is_null(table, table.columns[column.longitude], row);
  }
  return true;
}

char* put_word(char* out, const Column& column, std::int64_t word) {
  if (column.type == Type::checkbox) return put(out, word ? "true" : "false");
  *out++ = '"';
  if (is_row_code(column.type)) {
    out = put(out, row_code_prefix(column.type));
    out = write_row_code(out, static_cast<std::uint64_t>(word));
  } else {
    out = write_instant(out, word);
    if (column.type == Type::fixed_timestamp) *out++ = 'Z';
  }
  *out++ = '"';
  return out;
}

// A word cell is at most a fixed timestamp in quotes; a pair adds its frame to the bytes of its two numbers.
constexpr std::size_t kWordBytes = 26;
constexpr std::size_t kPairBytes = 160;

std::string quoted_csv(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out += '"';
}

/// A point's coordinates in GeoJSON's order, out of either kind of object cell.
std::string coordinates_of(const Table& table, const Column& column, std::size_t row) {
  if (column.storage == Column::Storage::pair)
    return fmt::format("[{},{}]", table.columns[column.longitude].text(row),
                       table.columns[column.latitude].text(row));
  const std::string_view text = column.text(row);
  const auto part = [&](std::string_view key) -> std::string_view {
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) return {};
    const std::size_t start = at + key.size();
    return text.substr(start, text.find('"', start) - start);
  };
  if (column.type == Type::location) {
    const std::string_view latitude = part("\"latitude\":\""), longitude = part("\"longitude\":\"");
    return latitude.empty() || longitude.empty() ? "" : fmt::format("[{},{}]", longitude, latitude);
  }
  const std::size_t open = text.find('['), close = text.find(']');
  return open == std::string_view::npos ? "" : std::string(text.substr(open, close - open + 1));
}

}  // namespace

std::string object_text(const Table& table, std::size_t index, std::size_t row) {
  const Column& column = table.columns[index];
  if (column.storage != Column::Storage::pair) return std::string(column.text(row));
  std::string text(kPairBytes + table.columns[column.latitude].text(row).size() +
                       table.columns[column.longitude].text(row).size(),
                   '\0');
  text.resize(static_cast<std::size_t>(put_pair(text.data(), table, column, row) - text.data()));
  return text;
}

Renderer::Renderer(const Answer& answer, Format format) : answer_(answer), format_(format) {
  fixed_bytes_ = 8;
  for (const Output& output : answer.outputs) {
    const Column& column = answer.table->columns[output.column];
    std::string key = fmt::format(",{}:", json_string(output.name));
    fixed_bytes_ += key.size() + (column.storage == Column::Storage::pair ? kPairBytes : kWordBytes);
    fields_.push_back({&column, std::move(key), output.column});
  }
}

std::string Renderer::head() const {
  if (format_ == Format::json) return "[";
  if (format_ == Format::geojson) return "{\"type\":\"FeatureCollection\",\"features\":[";
  std::string line;
  for (const Output& output : answer_.outputs) line += (line.empty() ? "" : ",") + quoted_csv(output.name);
  return line + "\n";
}

std::string Renderer::tail() const {
  if (format_ == Format::json) return "]\n";
  if (format_ == Format::csv) return "";
  return "],\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:OGC:1.3:CRS84\"}}}\n";
}

std::string Renderer::field_names() const {
  std::string text = "[";
  for (const Output& output : answer_.outputs)
    text += (text.size() > 1 ? "," : "") + json_string(output.name);
  return text + "]";
}

std::string Renderer::field_types() const {
  std::string text = "[";
  for (const Field& field : fields_) {
    if (text.size() > 1) text += ",";
    text += json_string(header_name(field.column->type));
  }
  return text + "]";
}

std::size_t Renderer::row_bytes_max(std::uint32_t row) const {
  std::size_t bytes = fixed_bytes_;
  for (const Field& field : fields_) {
    const Column& column = *field.column;
    if (column.storage == Column::Storage::heap && column.slots[row] != Column::kNullSlot)
      bytes += column.text(row).size() * (column.escapes ? 6 : 1);
    if (column.storage == Column::Storage::pair && !is_null(*answer_.table, column, row))
      bytes += answer_.table->columns[column.latitude].text(row).size() +
               answer_.table->columns[column.longitude].text(row).size();
  }
  return bytes;
}

char* Renderer::put_json_row(char* out, std::uint32_t row) {
  char* const start = out;
  for (const Field& field : fields_) {
    const Column& column = *field.column;
    switch (column.storage) {
      case Column::Storage::heap: {
        const std::uint32_t slot = column.slots[row];
        if (slot == Column::kNullSlot) continue;
        const std::string_view text = column.text_at(slot);
        out = put(out, field.key);
        if (is_object(column.type)) {
          out = put(out, text);
        } else {
          *out++ = '"';
          out = column.escapes ? put_escaped(out, text) : put(out, text);
          *out++ = '"';
        }
        break;
      }
      case Column::Storage::words: {
        const std::int64_t word = column.words[row];
        if (word == Column::kNullWord) continue;
        out = put_word(put(out, field.key), column, word);
        break;
      }
      case Column::Storage::pair:
        if (is_null(*answer_.table, column, row)) continue;
        out = put_pair(put(out, field.key), *answer_.table, column, row);
        break;
    }
  }
  // Every key begins with a comma; the row's first one becomes its brace.
  if (out == start) ++out;
  *start = '{';
  *out++ = '}';
  return out;
}

void Renderer::rows(std::size_t first, std::size_t count, std::string& out) {
  for (std::size_t i = first; i < first + count; ++i) {
    const std::uint32_t row = answer_.rows[i];
    if (format_ == Format::csv) {
      put_csv_row(out, row);
    } else if (format_ == Format::geojson) {
      if (i > 0) out += "\n,";
      put_feature(out, row);
    } else {
      const std::size_t size = out.size(), room = row_bytes_max(row) + 2;
      out.resize(size + room);
      char* end = out.data() + size;
      if (i > 0) end = put(end, "\n,");
      end = put_json_row(end, row);
      out.resize(static_cast<std::size_t>(end - out.data()));
    }
  }
}

void Renderer::put_csv_row(std::string& out, std::uint32_t row) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (i > 0) out += ',';
    const Column& column = *fields_[i].column;
    if (is_null(*answer_.table, column, row)) continue;
    if (column.type == Type::location || column.type == Type::point) {
      const std::string pair = coordinates_of(*answer_.table, column, row);
      const std::size_t comma = pair.find(',');
      if (comma == std::string::npos) continue;
      const std::string x = pair.substr(1, comma - 1), y = pair.substr(comma + 1, pair.size() - comma - 2);
      out += column.type == Type::point ? fmt::format("\"POINT ({} {})\"", x, y)
                                        : fmt::format("\"({}, {})\"", y, x);
    } else if (column.storage == Column::Storage::heap) {
      out += quoted_csv(column.text(row));
    } else {
      char cell[32];
      char* end = put_word(cell, column, column.words[row]);
      out.append(cell, end);
    }
  }
  out += '\n';
}

void Renderer::put_feature(std::string& out, std::uint32_t row) {
  std::string geometry = "null", properties(row_bytes_max(row) + 2, '\0');
  for (const Field& field : fields_) {
    const Column& column = *field.column;
    if (!is_object(column.type) || column.type == Type::url || column.type == Type::document) continue;
    if (is_null(*answer_.table, column, row)) continue;
    const bool spot = column.type == Type::point || column.type == Type::location;
    const std::string pair = spot ? coordinates_of(*answer_.table, column, row) : "";
    if (!spot)
      geometry = object_text(*answer_.table, field.index, row);
    else if (!pair.empty())
      geometry = fmt::format("{{\"type\":\"Point\",\"coordinates\":{}}}", pair);
    break;
  }
  properties.resize(static_cast<std::size_t>(put_json_row(properties.data(), row) - properties.data()));
  out += fmt::format("{{\"type\":\"Feature\",\"geometry\":{},\"properties\":{}}}", geometry, properties);
}

}  // namespace soda
