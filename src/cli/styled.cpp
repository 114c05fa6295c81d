#include "cli/styled.h"

namespace leat::cli {

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += (c & 0xC0) != 0x80;  // bytes that do not continue a character
  return count;
}

Styled& Styled::add(std::string_view text, Ink ink) {
  if (!text.empty()) parts_.emplace_back(ink, text);
  return *this;
}

Styled& Styled::cell(std::string_view text, std::size_t width, Ink ink, bool right) {
  return add(pad(fit(text, width), width, right), ink);
}

Styled& Styled::add(const Styled& other) {
  parts_.insert(parts_.end(), other.parts_.begin(), other.parts_.end());
  return *this;
}

std::size_t Styled::width() const {
  std::size_t total = 0;
  for (const auto& [ink, text] : parts_) total += characters(text);
  return total;
}

std::string Styled::str(std::size_t width_max) const {
  std::size_t left = width_max == 0 ? width() : width_max;
  std::size_t last = parts_.size();  // blanks at the end are nothing to see
  while (last > 0 && parts_[last - 1].second.find_first_not_of(' ') == std::string::npos) --last;
  std::string out;
  for (std::size_t i = 0; i < last; ++i) {
    const auto& [ink, text] = parts_[i];
    std::string_view part = text;
    if (i + 1 == last) part = part.substr(0, part.find_last_not_of(' ') + 1);
    std::size_t length = characters(part);
    bool more = i + 1 < last;
    // The character that stands for what is missing needs room too.
    if (length > left || (length == left && more))
      return out + Terminal::ink(ink, fit(std::string(part) + " ", left));
    out += Terminal::ink(ink, part);
    left -= length;
  }
  return out;
}

std::string wrap(std::string_view text, std::size_t width, std::string_view indent) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    std::string_view word = text.substr(0, end);
    std::size_t length = characters(word);
    if (column > 0 && column + length > width && column > characters(indent)) {
      while (!out.empty() && out.back() == ' ') out.pop_back();
      out += "\n" + std::string(indent);
      column = characters(indent);
    }
    out += word;
    column += length;
    if (end == text.size()) break;
    out.push_back(text[end]);
    column = text[end] == '\n' ? 0 : column + 1;
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace leat::cli
