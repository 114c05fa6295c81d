#include "files/xml.h"

#include <charconv>

#include "base/utf8.h"

namespace leat::files {
namespace {

void append_entity(std::string& out, std::string_view name) {
  if (name == "amp") {
    out += '&';
  } else if (name == "lt") {
    out += '<';
  } else if (name == "gt") {
    out += '>';
  } else if (name == "quot") {
    out += '"';
  } else if (name == "apos") {
    out += '\'';
  } else if (name.starts_with('#')) {
    bool is_hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    std::uint32_t code = 0;
    std::from_chars(name.data() + (is_hex ? 2 : 1), name.data() + name.size(), code, is_hex ? 16 : 10);
    // What is no character stands for itself as the sign for that.
    bool is_character = code > 0 && code <= 0x10FFFF && !(code >= 0xD800 && code < 0xE000);
    append_code_point(out, is_character ? code : 0xFFFD);
  }
}

std::string resolve(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t end = text[i] == '&' ? text.find(';', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text[i];
    } else {
      append_entity(out, text.substr(i + 1, end - i - 1));
      i = end;
    }
  }
  return out;
}

}  // namespace

std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view name) {
  std::vector<std::string_view> out;
  std::string close = "</" + std::string(name) + ">";
  for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    std::string_view rest = xml.substr(at + 1);
    if (!rest.starts_with(name) || rest.size() <= name.size()) continue;
    char after = rest[name.size()];
    if (after != '>' && after != ' ' && after != '/') continue;
    std::size_t open_end = rest.find('>');
    if (open_end == std::string_view::npos) break;
    if (rest[open_end - 1] == '/') {
      out.emplace_back();
      continue;
    }
    std::size_t end = rest.find(close, open_end);
    if (end == std::string_view::npos) break;
    out.push_back(rest.substr(open_end + 1, end - open_end - 1));
    at += 1 + end;
  }
  return out;
}

std::optional<std::string> xml_text(std::string_view xml, std::string_view name) {
  std::vector<std::string_view> found = xml_elements(xml, name);
  if (found.empty()) return std::nullopt;
  return resolve(found[0]);
}

std::string xml_escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace leat::files
