#include "server/pgwire/copy_writer.h"

#include "server/pgwire/messages.h"

namespace leat::server::pgwire {

void CopyWriter::append_header(const std::vector<Field>& fields, std::string& out) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += command_.delimiter;
    append_value(fields[i].name, out);
  }
  out += '\n';
}

void CopyWriter::append_row(std::string_view row, std::string& out) const {
  Fields fields(row);
  int count = fields.int16();
  for (int i = 0; i < count; ++i) {
    if (i > 0) out += command_.delimiter;
    std::optional<std::string_view> value = fields.value();
    if (value) {
      append_value(*value, out);
    } else {
      out += command_.null_text;
    }
  }
  out += '\n';
}

void CopyWriter::append_value(std::string_view value, std::string& out) const {
  if (command_.is_csv) {
    bool is_plain = value.find_first_of("\"\r\n") == std::string_view::npos &&
                    value.find(command_.delimiter) == std::string_view::npos && value != command_.null_text;
    if (is_plain) {
      out += value;
      return;
    }
    out += quoted_name(value);
    return;
  }
  for (char c : value) {
    switch (c) {
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        if (c == command_.delimiter) out += '\\';
        out += c;
    }
  }
}

}  // namespace leat::server::pgwire
