#include "files/json_records.h"

#include <vector>

namespace leat::files {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  std::size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

// The end of the object or array that begins at `from`; npos when it does not end.
std::size_t end_of(std::string_view text, std::size_t from) {
  int depth = 0;
  bool is_quoted = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    char c = text[i];
    if (is_quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        is_quoted = false;
      }
    } else if (c == '"') {
      is_quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

void JsonRecords::push(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      is_too_long_ |= held_.size() + bytes.size() > kLineBytesMax;
      if (!is_too_long_) held_ += bytes;
      return;
    }
    if (held_.empty() && !is_too_long_) {
      take_line(bytes.substr(0, end), take);
    } else {
      held_ += bytes.substr(0, end);
      std::string line = std::move(held_);
      held_.clear();
      take_line(line, take);
    }
    bytes.remove_prefix(end + 1);
  }
}

void JsonRecords::finish(const Take& take) {
  if (held_.empty() && !is_too_long_) return;
  std::string line = std::move(held_);
  held_.clear();
  take_line(line, take);
}

void JsonRecords::take_line(std::string_view line, const Take& take) {
  ++line_;
  if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  line = trimmed(line);
  if (is_too_long_) {
    is_too_long_ = false;
    take({line.substr(0, 1024), line_, "The line is longer than 256 MB"});
    return;
  }
  // The lines of an array that has an element a line.
  if (line == "[" || line == "]" || line.empty()) return;
  if (line.ends_with(',')) line.remove_suffix(1);
  bool is_array = line.front() == '[';
  std::string problem = is_array ? "" : check_.problem(line);
  if (!is_array && problem.empty()) return take({line, line_, {}});
  if (take_several(line, take)) return;
  if (is_array) problem = check_.problem(line);
  if (problem.empty()) return take({line, line_, {}});
  take({line, line_, problem});
}

// Objects one after the other, or the elements of an array; nothing is taken unless all are good.
bool JsonRecords::take_several(std::string_view line, const Take& take) {
  std::vector<std::string_view> found;
  std::string_view rest = line;
  bool is_array = rest.front() == '[';
  if (is_array) rest = trimmed(rest.substr(1, rest.size() - (rest.back() == ']' ? 2 : 1)));
  while (!rest.empty()) {
    if (rest.front() != '{') return false;
    std::size_t end = end_of(rest, 0);
    if (end == std::string_view::npos) return false;
    found.push_back(rest.substr(0, end));
    rest = trimmed(rest.substr(end));
    if (is_array && rest.starts_with(',')) rest = trimmed(rest.substr(1));
  }
  if (found.empty() || (found.size() == 1 && !is_array)) return false;
  for (std::string_view each : found) {
    if (!check_.problem(each).empty()) return false;
  }
  for (std::string_view each : found) take({each, line_, {}});
  return true;
}

}  // namespace leat::files
