#include "sql/relation.h"

#include <algorithm>
#include <cctype>

namespace leat::sql {
namespace {
std::string quoted(std::string_view text, char mark) {
  std::string out(1, mark);
  for (char c : text) {
    if (c == mark) out.push_back(mark);
    out.push_back(c);
  }
  out.push_back(mark);
  return out;
}
}  // namespace

bool same_but_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string Dialect::quote(std::string_view identifier) const {
  return quoted(identifier, '"');
}
std::string Dialect::literal(std::string_view text) const {
  return quoted(text, '\'');
}

std::string Dialect::render(const Relation& relation) const {
  std::string out;
  if (!relation.database.empty()) out += quote(relation.database) + ".";
  if (!relation.schema.empty()) out += quote(relation.schema) + ".";
  return out + quote(relation.identifier);
}

}  // namespace leat::sql
