// Spec: the settings of a component, declared once. Parsing, help, docs/reference and JSON Schema come from
// here.
//
// Guarantees: a Spec is a constant table; field order is the order of the docs.
// Threads: immutable.
// Errors: document/settings.h reports all problems of a mapping at once.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace leat {

enum class FieldKind { text, secret, integer, boolean, duration, bytes, path, list, mapping };

struct SpecField {
  std::string_view name;  ///< snake_case
  FieldKind kind = FieldKind::text;
  std::string_view doc;                 ///< one sentence
  std::string_view default_value = {};  ///< as written in YAML; "" means none
  bool required = false;
  std::vector<std::string_view> choices = {};  ///< empty: any value
};

struct Spec {
  std::string_view name;
  std::string_view doc;
  std::vector<SpecField> fields;
};

/// The Markdown table of a Spec, as printed in docs/reference and by `leat sources show`.
std::string markdown(const Spec& spec);
/// The JSON Schema (draft 7) of a Spec, one object with properties.
std::string json_schema(const Spec& spec);
/// The nearest of `names` to a misspelt `word` (edit distance of at most 2 or a third of its length), or "".
std::string nearest(std::string_view word, const std::vector<std::string>& names);

}  // namespace leat
