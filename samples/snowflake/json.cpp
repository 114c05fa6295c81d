#include "json.h"

#include <fmt/core.h>
#include <simdjson.h>
#include <zlib.h>

namespace snowflake {

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string rows_json(const Table& table, std::size_t from, std::size_t to) {
  std::string out;
  for (std::size_t row = from; row < to; ++row) {
    out += row == from ? "[" : ",[";
    for (std::size_t i = 0; i < table.fields.size(); ++i) {
      const Cell& cell = table.rows[row][i];
      out += (i ? "," : "") + (cell ? quote(*cell) : std::string("null"));
    }
    out += "]";
  }
  return out;
}

std::string fields_json(const Table& table) {
  std::string out = "[";
  for (std::size_t i = 0; i < table.fields.size(); ++i) {
    const Field& field = table.fields[i];
    bool has_numbers = field.type == "fixed", has_scale = has_numbers || field.scale > 0;
    out += fmt::format(
        "{}{{\"name\":{},\"type\":{},\"precision\":{},\"scale\":{},\"nullable\":true,\"length\":null}}",
        i ? "," : "", quote(field.name), quote(field.type),
        has_numbers ? fmt::format("{}", field.precision) : "null",
        has_scale ? fmt::format("{}", field.scale) : "null");
  }
  return out + "]";
}

std::string member(const std::string& json, std::string_view path) {
  simdjson::dom::parser parser;
  simdjson::dom::element at;
  if (parser.parse(json).get(at)) return "";
  while (!path.empty()) {
    std::size_t dot = path.find('.');
    if (at[path.substr(0, dot)].get(at)) return "";
    path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
  }
  std::string_view text;
  return at.get_string().get(text) ? "" : std::string(text);
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace snowflake
