#include "sources/authoring/openapi.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"

namespace leat::sources::authoring {
namespace {

using document::Value;

constexpr int kDepthMax = 12;
constexpr std::size_t kStreamsMax = 500;

Value text_value(std::string text) {
  return Value::of(std::move(text));
}

class Reader {
 public:
  explicit Reader(const Value& document) : document_(document) {}

  /// The value that a $ref names, or the value itself.
  const Value& resolve(const Value& value, int depth = 0) const {
    const Value& reference = value["$ref"];
    if (!reference.is_text() || depth > kDepthMax || !reference.raw().starts_with("#/")) return value;
    const Value* at = &document_;
    std::string_view rest = std::string_view(reference.raw()).substr(2);
    while (!rest.empty()) {
      std::size_t slash = std::min(rest.find('/'), rest.size());
      at = &(*at)[unescaped(rest.substr(0, slash))];
      rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
    return resolve(*at, depth + 1);
  }

  /// A schema as connectors write it: no references, null allowed.
  Value plain_schema(const Value& given, int depth = 0) const {
    const Value& schema = resolve(given);
    Value out = Value::mapping();
    if (depth > kDepthMax) return out;
    if (std::find(open_.begin(), open_.end(), &schema) != open_.end()) {
      // What holds itself is described once.
      out.set("type", Value::list({text_value("null"), text_value("object")}));
      return out;
    }
    Opened opened(open_, schema);
    std::vector<std::string> types;
    if (schema["type"].is_text()) types.push_back(schema["type"].raw());
    for (const Value& type : schema["type"].items()) types.push_back(type.raw());
    if (types.empty() && schema.find("properties")) types.push_back("object");
    if (types.empty()) return depth == 0 ? merged(schema, depth) : any_of(schema, depth);
    Value list = Value::list({text_value("null")});
    for (const std::string& type : types) {
      if (type != "null") list.items().push_back(text_value(type));
    }
    out.set("type", list);
    if (schema["format"].raw() == "date" || schema["format"].raw() == "date-time")
      out.set("format", schema["format"]);
    if (schema.find("items")) out.set("items", plain_schema(schema["items"], depth + 1));
    if (Value properties = properties_of(schema, depth); !properties.members().empty())
      out.set("properties", properties);
    return out;
  }

  Value properties_of(const Value& given, int depth = 0) const {
    const Value& schema = resolve(given);
    Value out = Value::mapping();
    if (depth > kDepthMax) return out;
    Opened opened(open_, schema);
    for (const Value& part : schema["allOf"].items()) {
      Value inherited = properties_of(part, depth + 1);
      for (const auto& [name, property] : inherited.members()) out.set(name, property);
    }
    for (const auto& [name, property] : schema["properties"].members())
      out.set(name, plain_schema(property, depth + 1));
    return out;
  }

 private:
  // Schemas that are being described, from the outermost on.
  class Opened {
   public:
    Opened(std::vector<const Value*>& open, const Value& schema) : open_(open) { open_.push_back(&schema); }
    ~Opened() { open_.pop_back(); }
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;

   private:
    std::vector<const Value*>& open_;
  };
  static std::string unescaped(std::string_view segment) {
    std::string out(segment);
    for (auto [escape, plain] : {std::pair<std::string_view, char>{"~1", '/'}, {"~0", '~'}}) {
      for (std::size_t at = out.find(escape); at != std::string::npos; at = out.find(escape, at + 1))
        out.replace(at, 2, 1, plain);
    }
    return out;
  }
  Value merged(const Value& schema, int depth) const {
    Value out = Value::mapping();
    out.set("type", Value::list({text_value("null"), text_value("object")}));
    out.set("properties", properties_of(schema, depth));
    return out;
  }
  Value any_of(const Value& schema, int depth) const {
    if (schema.find("allOf")) return merged(schema, depth);
    for (std::string_view choice : {"oneOf", "anyOf"}) {
      if (!schema[choice].items().empty()) return plain_schema(schema[choice].items()[0], depth + 1);
    }
    return Value::mapping();
  }
  const Value& document_;
  mutable std::vector<const Value*> open_;
};

// The list of objects in an answer's schema: at its top, or in one of its members.
bool find_records(const Reader& reader, const Value& given, DraftStream& stream, int depth = 0) {
  const Value& schema = reader.resolve(given);
  if (schema["type"].raw() == "array") {
    stream.properties = reader.properties_of(schema["items"]);
    return true;
  }
  if (depth >= 2) return false;
  std::vector<std::pair<std::string, const Value*>> members;
  for (const Value& part : schema["allOf"].items()) {
    for (const auto& [name, property] : reader.resolve(part)["properties"].members())
      members.emplace_back(name, &property);
  }
  for (const auto& [name, property] : schema["properties"].members()) members.emplace_back(name, &property);
  // Beside the records there may be lists of errors or links.
  auto rank = [&](const std::string& name) {
    constexpr std::string_view kNames[] = {"data", "items", "results", "records", "values"};
    if (name == stream.name) return 0;
    return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) ? 1 : 2;
  };
  std::stable_sort(members.begin(), members.end(),
                   [&](const auto& left, const auto& right) { return rank(left.first) < rank(right.first); });
  for (const auto& [name, property] : members) {
    const Value& each = reader.resolve(*property);
    bool is_list = each["type"].raw() == "array" && !reader.properties_of(each["items"]).members().empty();
    if (!is_list) continue;
    stream.field_path.push_back(name);
    return find_records(reader, each, stream, depth + 1);
  }
  return false;
}

const Value& answer_schema(const Reader& reader, const Value& operation) {
  static const Value none;
  for (const char* status : {"200", "2XX", "default"}) {
    const Value& content = reader.resolve(operation["responses"][status])["content"];
    for (const auto& [kind, body] : content.members()) {
      if (kind.find("json") != std::string::npos) return body["schema"];
    }
  }
  return none;
}

DraftPaging paging_of(const Reader& reader, const Value& path_item, const Value& operation,
                      const Value& answer) {
  DraftPaging paging;
  std::string offset, page;
  auto look = [&](const Value& parameters) {
    for (const Value& given : parameters.items()) {
      const Value& parameter = reader.resolve(given);
      if (parameter["in"].raw() != "query") continue;
      const std::string& name = parameter["name"].raw();
      const Value& schema = reader.resolve(parameter["schema"]);
      if (name == "offset" || name == "skip" || name == "$offset") offset = name;
      if (name == "page" || name == "page_number" || name == "pageNumber") page = name;
      for (std::string_view size : {"limit", "per_page", "page_size", "pageSize", "perPage", "$limit"}) {
        if (name != size) continue;
        paging.size_name = name;
        // More than the API gives at once would look like the last page.
        for (std::string_view known : {"default", "maximum"}) {
          if (schema[known].integer() > 0)
            paging.page_size = std::min<std::int64_t>(schema[known].integer(), 1000);
        }
      }
    }
  };
  look(path_item["parameters"]);
  look(operation["parameters"]);
  const Value& body = reader.resolve(answer);
  if (!offset.empty() || !page.empty()) {
    paging.kind = offset.empty() ? Paging::page : Paging::offset;
    paging.token_name = offset.empty() ? page : offset;
  } else if (reader.resolve(body["properties"]["next"])["type"].raw() == "string") {
    paging.kind = Paging::link_in_body;
    paging.link_field = "next";
  }
  return paging;
}

// Parameters that have to be sent, with a value that the document names, or one of the config.
void read_parameters(const Reader& reader, const Value& parameters, DraftStream& stream,
                     ManifestDraft& draft) {
  for (const Value& given : parameters.items()) {
    const Value& parameter = reader.resolve(given);
    const std::string& name = parameter["name"].raw();
    bool is_paging = name == stream.paging.token_name || name == stream.paging.size_name;
    if (parameter["in"].raw() != "query" || !parameter["required"].boolean() || name.empty() || is_paging ||
        (draft.auth == Auth::api_key_query && name == draft.key_name))
      continue;
    const Value& schema = reader.resolve(parameter["schema"]);
    const Value* value = schema.find("default") ? schema.find("default") : parameter.find("example");
    if (!value && !schema["enum"].items().empty()) value = &schema["enum"].items()[0];
    if (value && !value->raw().empty()) {
      stream.parameters.emplace_back(name, value->raw());
      continue;
    }
    stream.parameters.emplace_back(name, fmt::format("{{{{ config['{}'] }}}}", name));
    if (std::find(draft.settings.begin(), draft.settings.end(), name) == draft.settings.end())
      draft.settings.push_back(name);
  }
}

// The first server's address, with the defaults of its variables.
std::string address_of(const Value& document) {
  if (document["servers"].items().empty()) return {};
  const Value& server = document["servers"].items()[0];
  std::string url = server["url"].raw();
  for (const auto& [name, variable] : server["variables"].members()) {
    std::size_t at = url.find("{" + name + "}");
    if (at != std::string::npos) url.replace(at, name.size() + 2, variable["default"].raw());
  }
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

void read_security(const Reader& reader, const Value& document, ManifestDraft& draft) {
  std::string wanted;
  for (const Value& each : document["security"].items()) {
    if (wanted.empty() && !each.members().empty()) wanted = each.members()[0].first;
  }
  for (const auto& [name, given] : document["components"]["securitySchemes"].members()) {
    if (!wanted.empty() && name != wanted) continue;
    const Value& scheme = reader.resolve(given);
    const std::string& type = scheme["type"].raw();
    draft.key_name = scheme["name"].raw();
    if (type == "apiKey")
      draft.auth = scheme["in"].raw() == "query" ? Auth::api_key_query : Auth::api_key_header;
    if (type == "http") draft.auth = scheme["scheme"].raw() == "basic" ? Auth::basic : Auth::bearer;
    if (type == "oauth2" || type == "openIdConnect") draft.auth = Auth::bearer;
    return;
  }
}

}  // namespace

ManifestDraft draft_of_openapi(const Value& document) {
  if (!document["openapi"].raw().starts_with("3.") || !document["paths"].is_mapping()) {
    throw Error(ErrorCode::config_invalid,
                "This is no OpenAPI 3 document: `openapi: 3.…` and `paths` are missing", document.where());
  }
  Reader reader(document);
  ManifestDraft draft;
  draft.title = document["info"]["title"].raw();
  draft.base_url = address_of(document);
  read_security(reader, document, draft);
  for (const auto& [path, given] : document["paths"].members()) {
    const Value& item = reader.resolve(given);
    const Value& operation = item["get"];
    if (!operation.is_mapping() || path.find('{') != std::string::npos) continue;
    if (draft.streams.size() == kStreamsMax) break;
    DraftStream stream;
    stream.name = stream_name(path);
    stream.path = path;
    const Value& answer = answer_schema(reader, operation);
    if (answer.is_null() || !find_records(reader, answer, stream)) continue;
    if (stream.properties.find("id")) stream.primary_key = "id";
    stream.paging = paging_of(reader, item, operation, answer);
    read_parameters(reader, item["parameters"], stream, draft);
    read_parameters(reader, operation["parameters"], stream, draft);
    auto same = [&](const DraftStream& other) { return other.name == stream.name; };
    for (int i = 2; std::any_of(draft.streams.begin(), draft.streams.end(), same); ++i)
      stream.name = fmt::format("{}_{}", stream_name(path), i);
    draft.streams.push_back(std::move(stream));
  }
  if (draft.streams.empty())
    throw Error(ErrorCode::config_invalid, "No path answers a list of objects to a plain GET",
                document.where());
  return draft;
}

}  // namespace leat::sources::authoring
