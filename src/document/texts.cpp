#include "document/texts.h"

namespace leat::document {

std::vector<std::string> texts(const Settings& settings, std::string_view field) {
  const Value& list = settings.value(field);
  if (list.is_text()) return {list.raw()};  // a default
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item.as_text(field));
  return out;
}

std::vector<std::string> texts_of(const Value& list) {
  if (list.is_text()) return {list.raw()};
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item.raw());
  return out;
}

Value with_lists(Value mapping, std::initializer_list<const char*> fields) {
  for (const char* field : fields) {
    if (const Value* given = mapping.find(field); given && given->is_text())
      mapping.set(field, Value::list({*given}));
  }
  return mapping;
}

}  // namespace leat::document
