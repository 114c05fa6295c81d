#include "warehouses/json_escapes.h"

#include <charconv>

namespace leat::warehouses {
namespace {

// The number of the escape "\uXXXX" at `at`, -1 where there is none.
int code_at(std::string_view json, std::size_t at) {
  if (json.size() < at + 6 || json[at] != '\\' || json[at + 1] != 'u') return -1;
  int code = -1;
  const char* digits = json.data() + at + 2;
  return std::from_chars(digits, digits + 4, code, 16).ptr == digits + 4 ? code : -1;
}

}  // namespace

bool has_lone_surrogate(std::string_view json) {
  for (std::size_t at = json.find('\\'); at != std::string_view::npos; at = json.find('\\', at)) {
    int code = code_at(json, at);
    at += code < 0 ? 2 : 6;
    if (code >= 0xDC00 && code < 0xE000) return true;
    if (code < 0xD800 || code >= 0xDC00) continue;
    int low = code_at(json, at);
    if (low < 0xDC00 || low >= 0xE000) return true;
    at += 6;
  }
  return false;
}

}  // namespace leat::warehouses
