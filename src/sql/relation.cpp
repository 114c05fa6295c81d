#include "sql/relation.h"

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
