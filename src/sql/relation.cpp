#include "sql/relation.h"

#include <algorithm>
#include <cctype>

#include "base/quotes.h"

namespace leat::sql {
bool same_but_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string Dialect::quote(std::string_view identifier) const {
  return in_marks(identifier, '"');
}
std::string Dialect::literal(std::string_view text) const {
  return in_marks(text, '\'');
}

std::string Dialect::render(const Relation& relation) const {
  std::string out;
  if (!relation.database.empty()) out += quote(relation.database) + ".";
  if (!relation.schema.empty()) out += quote(relation.schema) + ".";
  return out + quote(relation.identifier);
}

}  // namespace leat::sql
