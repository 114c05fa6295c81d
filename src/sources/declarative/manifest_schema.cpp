#include "sources/declarative/manifest_schema.h"

#include <fmt/core.h>

#include "document/value.h"
#include "sources/declarative/component_schema.h"

namespace leat::sources::declarative {
namespace {

constexpr int kDepthMax = 8;

std::string quoted(std::string_view text) {
  return document::json_quote(text);
}

// Cuts at `mark` where no bracket is open.
template <class Use>
void each_part(std::string_view text, char mark, Use&& use) {
  int depth = 0;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    char c = i < text.size() ? text[i] : mark;
    if (c == '[' || c == '{' || c == '<') ++depth;
    if (c == ']' || c == '}' || c == '>') --depth;
    if (c != mark || depth > 0) continue;
    if (i > from) use(text.substr(from, i - from));
    from = i + 1;
  }
}

std::string schema_of(std::string_view kind, int depth = 0);

std::string words_of(std::string_view words) {
  std::string out;
  each_part(words, '/', [&](std::string_view word) { out += (out.empty() ? "" : ",") + quoted(word); });
  return "{\"enum\":[" + out + "]}";
}

std::string schema_of_one(std::string_view kind, int depth) {
  if (kind == "text") return R"({"type":"string"})";
  if (kind == "int") return R"({"type":"integer"})";
  if (kind == "num") return R"({"type":"number"})";
  if (kind == "bool") return R"({"type":"boolean"})";
  if (kind == "null") return R"({"type":"null"})";
  if (kind == "map") return R"({"type":"object"})";
  if (kind == "any" || depth > kDepthMax) return "{}";
  std::string_view inner = kind.size() > 2 ? kind.substr(1, kind.size() - 2) : std::string_view();
  if (kind[0] == '<') return words_of(inner);
  if (kind[0] == '[') return "{\"type\":\"array\",\"items\":" + schema_of(inner, depth + 1) + "}";
  if (kind[0] == '{')
    return "{\"type\":\"object\",\"additionalProperties\":" + schema_of(inner, depth + 1) + "}";
  if (kind[0] == '@') return schema_of(resolve_kind(kind), depth + 1);
  return fmt::format(R"({{"$ref":"#/definitions/{}"}})", kind);
}

// References may stand wherever a value may.
std::string schema_of(std::string_view kind, int depth) {
  std::string choices;
  bool any = false;
  each_part(kind, '|', [&](std::string_view one) {
    any = any || one == "any";
    choices += (choices.empty() ? "" : ",") + schema_of_one(one, depth);
  });
  if (any || choices.empty()) return "{}";
  return "{\"anyOf\":[" + choices + R"(,{"$ref":"#/definitions/reference"}]})";
}

std::string definition_of(const ComponentSchema& component) {
  std::string_view fields = component.fields;
  bool has_type = fields.empty() || fields[0] != '~';
  if (!fields.empty() && (fields[0] == '~' || fields[0] == '?')) fields.remove_prefix(1);
  std::string properties, required;
  if (has_type) properties = fmt::format(R"("type":{{"const":{}}})", quoted(written_type(component.type)));
  each_part(fields, ' ', [&](std::string_view field) {
    std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) return;
    std::string_view name = field.substr(0, equals);
    // What has to be there may come out of $parameters or a $ref, so nothing is demanded of an editor's text.
    if (name.ends_with('*')) name.remove_suffix(1);
    properties += (properties.empty() ? "" : ",") + quoted(name) + ":" + schema_of(field.substr(equals + 1));
  });
  return fmt::format(R"({}:{{"type":"object","title":{},"properties":{{{}}}}})", quoted(component.type),
                     quoted(component.type), properties);
}

}  // namespace

std::string manifest_json_schema() {
  std::string definitions =
      R"("reference":{"anyOf":[{"type":"string","pattern":"^#/"},{"type":"object","required":["$ref"]}]})";
  for (const ComponentSchema& component : component_schemas())
    definitions += ",\n" + definition_of(component);
  return "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"title\":\"Low-code connector\","
         "\"allOf\":[{\"$ref\":\"#/definitions/DeclarativeSource\"}],\"type\":\"object\","
         "\"required\":[\"version\",\"check\"],\"definitions\":{\n" +
         definitions + "\n}}\n";
}

}  // namespace leat::sources::declarative
