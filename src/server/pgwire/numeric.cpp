#include "server/pgwire/numeric.h"

#include <vector>

#include "server/pgwire/messages.h"

namespace leat::server::pgwire {

void append_numeric(std::string_view text, std::string& out) {
  bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  std::size_t point = std::min(text.find('.'), text.size());
  std::string whole(text.substr(0, point)), fraction(text.substr(std::min(point + 1, text.size())));
  std::size_t scale = fraction.size();
  // Digits of base 10000: whole ones to the left of the point, whole ones to its right.
  whole.insert(0, (4 - whole.size() % 4) % 4, '0');
  fraction.append((4 - fraction.size() % 4) % 4, '0');
  std::string all = whole + fraction;
  std::vector<int> digits;
  for (std::size_t i = 0; i < all.size(); i += 4)
    digits.push_back((all[i] - '0') * 1000 + (all[i + 1] - '0') * 100 + (all[i + 2] - '0') * 10 + all[i + 3] -
                     '0');
  int weight = static_cast<int>(whole.size() / 4) - 1;
  std::size_t first = 0;
  while (first < digits.size() && digits[first] == 0) ++first;
  weight -= static_cast<int>(first);
  while (digits.size() > first && digits.back() == 0) digits.pop_back();
  bool is_zero = first >= digits.size();
  append_number(out, static_cast<std::uint16_t>(is_zero ? 0 : digits.size() - first));
  append_number(out, static_cast<std::uint16_t>(is_zero ? 0 : weight));
  append_number(out, static_cast<std::uint16_t>(is_negative && !is_zero ? 0x4000 : 0));
  append_number(out, static_cast<std::uint16_t>(scale));
  for (std::size_t i = first; i < digits.size(); ++i)
    append_number(out, static_cast<std::uint16_t>(digits[i]));
}

}  // namespace leat::server::pgwire
