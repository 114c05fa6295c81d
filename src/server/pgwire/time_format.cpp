#include "server/pgwire/time_format.h"

#include <algorithm>
#include <utility>

namespace leat::server::pgwire {

std::optional<std::string> strftime_format(std::string_view format) {
  constexpr std::pair<std::string_view, std::string_view> kParts[] = {
      {"YYYY", "%Y"},  {"HH24", "%H"},  {"HH12", "%I"}, {"Month", "%B"}, {"FMMonth", "%B"}, {"FMDay", "%A"},
      {"FMMM", "%-m"}, {"FMDD", "%-d"}, {"MON", "%b"},  {"Mon", "%b"},   {"DDD", "%j"},     {"Day", "%A"},
      {"Dy", "%a"},    {"MI", "%M"},    {"SS", "%S"},   {"US", "%f"},    {"MS", "%g"},      {"MM", "%m"},
      {"DD", "%d"},    {"YY", "%y"},    {"AM", "%p"},   {"PM", "%p"},    {"HH", "%I"},      {"IW", "%V"},
      {"IYYY", "%G"},  {"ID", "%u"},    {"TZ", "%Z"}};
  std::string out;
  bool has_part = false;
  while (!format.empty()) {
    auto part = std::find_if(std::begin(kParts), std::end(kParts),
                             [&](const auto& each) { return format.starts_with(each.first); });
    if (part != std::end(kParts)) {
      out += part->second;
      format.remove_prefix(part->first.size());
      has_part = true;
      continue;
    }
    if (format[0] == '"') {  // a text as it is
      format.remove_prefix(1);
      continue;
    }
    out += format[0] == '%' ? "%%" : std::string(1, format[0]);
    format.remove_prefix(1);
  }
  if (!has_part) return std::nullopt;
  return out;
}

}  // namespace leat::server::pgwire
