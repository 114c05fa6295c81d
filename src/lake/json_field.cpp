#include "lake/json_field.h"

#include "base/error.h"
#include "document/value.h"

namespace leat::lake {

std::optional<std::string> json_field(std::string_view json, std::string_view path) {
  document::Value root;
  try {
    root = document::parse_json(json, "");
  } catch (const Error&) {
    return std::nullopt;  // such a record goes to the partition of null
  }
  if (path.starts_with('.')) path.remove_prefix(1);
  const document::Value* at = &root;
  while (at && !path.empty()) {
    std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    at = at->find(name);
  }
  if (!at || at->is_null()) return std::nullopt;
  if (at->is_mapping() || at->is_list()) return document::to_json(*at);
  return at->raw();
}

}  // namespace leat::lake
