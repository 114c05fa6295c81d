#include "files/ini_file.h"

namespace leat::files {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

}  // namespace

IniFile parse_ini(std::string_view text) {
  IniFile out;
  std::string section;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    bool is_nested = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      std::string_view name = trim(line.substr(
          1, line.find(']') == std::string_view::npos ? std::string_view::npos : line.find(']') - 1));
      if (name.starts_with("profile ")) name = trim(name.substr(8));
      section = name;
      out[section];
      continue;
    }
    std::size_t equals = line.find('=');
    if (is_nested || equals == std::string_view::npos) continue;
    std::string_view value = trim(line.substr(equals + 1));
    if (std::size_t comment = value.find(" #"); comment != std::string_view::npos)
      value = trim(value.substr(0, comment));
    out[section][std::string(trim(line.substr(0, equals)))] = value;
  }
  return out;
}

}  // namespace leat::files
