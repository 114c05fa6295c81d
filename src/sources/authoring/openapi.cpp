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
      at = &(*at)[std::string(rest.substr(0, slash))];
      rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
    return resolve(*at, depth + 1);
  }

  /// A schema as connectors write it: no references, null allowed.
  Value plain_schema(const Value& given, int depth = 0) const {
    const Value& schema = resolve(given);
    Value out = Value::mapping();
    if (depth > kDepthMax) return out;
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
    for (const Value& part : schema["allOf"].items()) {
      Value inherited = properties_of(part, depth + 1);
      for (const auto& [name, property] : inherited.members()) out.set(name, property);
    }
    for (const auto& [name, property] : schema["properties"].members())
      out.set(name, plain_schema(property, depth + 1));
    return out;
  }

 private:
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
        if (schema["maximum"].integer() > 0)
          paging.page_size = std::min<std::int64_t>(schema["maximum"].integer(), 1000);
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
  if (!document["servers"].items().empty()) draft.base_url = document["servers"].items()[0]["url"].raw();
  while (!draft.base_url.empty() && draft.base_url.back() == '/') draft.base_url.pop_back();
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
