#include "base/spec.h"

#include <fmt/core.h>

#include <algorithm>

namespace leat {
namespace {

std::string_view json_type(FieldKind kind) {
  switch (kind) {
    case FieldKind::integer:
      return "integer";
    case FieldKind::boolean:
      return "boolean";
    case FieldKind::list:
      return "array";
    case FieldKind::mapping:
      return "object";
    default:
      return "string";
  }
}

std::string_view kind_name(FieldKind kind) {
  constexpr std::string_view names[] = {"text",  "secret", "integer", "boolean", "duration",
                                        "bytes", "path",   "list",    "mapping"};
  return names[static_cast<std::size_t>(kind)];
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string markdown(const Spec& spec) {
  std::string out =
      fmt::format("{}\n\n| setting | kind | default | what it does |\n|---|---|---|---|\n", spec.doc);
  for (const SpecField& field : spec.fields) {
    std::string value = field.required                ? "required"
                        : field.default_value.empty() ? ""
                                                      : fmt::format("`{}`", field.default_value);
    out += fmt::format("| `{}` | {} | {} | {} |\n", field.name, kind_name(field.kind), value, field.doc);
  }
  return out;
}

std::string json_schema(const Spec& spec) {
  std::string properties, required;
  for (const SpecField& field : spec.fields) {
    if (!properties.empty()) properties += ", ";
    properties += fmt::format("{}: {{\"type\": \"{}\", \"description\": {}{}}}", json_text(field.name),
                              json_type(field.kind), json_text(field.doc),
                              field.kind == FieldKind::secret ? ", \"airbyte_secret\": true" : "");
    if (field.required) required += (required.empty() ? "" : ", ") + json_text(field.name);
  }
  return fmt::format(
      "{{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"title\": {}, \"type\": \"object\", "
      "\"required\": [{}], \"properties\": {{{}}}}}",
      json_text(spec.name), required, properties);
}

std::string nearest(std::string_view word, const std::vector<std::string>& names) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& name : names) {
    std::size_t distance = edit_distance(word, name);
    if (distance < best_distance) {
      best_distance = distance;
      best = name;
    }
  }
  return best;
}

}  // namespace leat
