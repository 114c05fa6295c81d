#include "sources/authoring/openapi.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "http/url.h"
#include "sources/authoring/request_guess.h"

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
    const Value& response = reader.resolve(operation["responses"][status]);
    if (response.find("schema")) return response["schema"];  // as OpenAPI 2 has it
    const Value& content = response["content"];
    for (const auto& [kind, body] : content.members()) {
      if (kind.find("json") != std::string::npos) return body["schema"];
    }
  }
  return none;
}

// OpenAPI 2 says at the parameter itself what it takes.
const Value& schema_of(const Reader& reader, const Value& parameter) {
  return reader.resolve(parameter.find("schema") ? parameter["schema"] : parameter);
}

// More than the API gives at once would look like the last page.
std::int64_t page_size_of(const Value& schema) {
  std::int64_t size = 100;
  for (std::string_view known : {"default", "maximum"}) {
    if (schema[known].integer() > 0) size = std::min<std::int64_t>(schema[known].integer(), 1000);
  }
  return size;
}

// An answer whose schema has such members, as far as pages are told by.
Value example_of(const Reader& reader, const Value& given, int depth = 0) {
  const Value& schema = reader.resolve(given);
  if (depth > 3) return {};
  if (schema["properties"].members().empty()) {
    return schema["format"].raw() == "uri" || schema["format"].raw() == "url" ? text_value("http://next")
           : schema["type"].raw() == "string"                                 ? text_value("")
           : schema["type"].raw() == "integer"                                ? Value::of(std::int64_t{1})
                                                                              : Value();
  }
  Value out = Value::mapping();
  for (const auto& [name, property] : schema["properties"].members())
    out.set(name, example_of(reader, property, depth + 1));
  // Most APIs tell the whole address by this name.
  for (auto& [name, member] : out.members()) {
    if (name == "next" && member.is_text()) member = text_value("http://next");
  }
  return out;
}

void read_since(const std::string& name, const Value& schema, DraftStream& stream) {
  std::string format = schema["format"].raw();
  bool is_day = format == "date";
  if ((!is_day && format != "date-time") || !stream.cursor.field.empty()) return;
  std::string field = change_field(name, [&](std::string_view wanted) {
    const std::string& kept = stream.properties[wanted]["format"].raw();
    return kept == "date" || kept == "date-time";
  });
  if (field.empty()) return;
  DraftCursor& cursor = stream.cursor;
  cursor.field = field;
  cursor.parameter = name;
  cursor.format = is_day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ";
  cursor.start = is_day ? "2020-01-01" : "2020-01-01T00:00:00Z";
  cursor.field_formats = {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S%z",
                          "%Y-%m-%dT%H:%M:%S.%f%z"};
  if (stream.properties[field]["format"].raw() == "date") cursor.field_formats = {"%Y-%m-%d"};
}

// What parameters are for: pages, and since when.
void read_roles(const Reader& reader, const Value& parameters, DraftStream& stream) {
  DraftPaging& paging = stream.paging;
  for (const Value& given : parameters.items()) {
    const Value& parameter = reader.resolve(given);
    if (parameter["in"].raw() != "query") continue;
    const std::string& name = parameter["name"].raw();
    const Value& schema = schema_of(reader, parameter);
    Role role = role_of(name);
    if (role == Role::since && schema["type"].raw() == "integer") role = Role::offset;
    if (role == Role::since) read_since(name, schema, stream);
    if (role == Role::until && schema["format"].raw().starts_with("date") && stream.cursor.parameter != "")
      stream.cursor.end_parameter = name;
    if (role == Role::token && paging.token_name.empty()) paging.token_name = name;
    if (role == Role::size) {
      paging.size_name = name;
      paging.page_size = page_size_of(schema);
    }
    bool counts = role == Role::offset || (role == Role::page && paging.kind != Paging::offset);
    if (!counts) continue;
    paging.kind = role == Role::offset ? Paging::offset : Paging::page;
    paging.token_name = name;
    if (role == Role::page && schema.find("default") && schema["default"].raw() == "0") paging.first_page = 0;
  }
}

void read_paging(const Reader& reader, const Value& path_item, const Value& operation, const Value& answer,
                 DraftStream& stream) {
  read_roles(reader, path_item["parameters"], stream);
  read_roles(reader, operation["parameters"], stream);
  if (stream.paging.kind == Paging::none) find_next_page(example_of(reader, answer), "", stream.paging);
}

// Parameters that have to be sent, with a value that the document names, or one of the config.
void read_parameters(const Reader& reader, const Value& parameters, DraftStream& stream,
                     ManifestDraft& draft) {
  for (const Value& given : parameters.items()) {
    const Value& parameter = reader.resolve(given);
    const std::string& name = parameter["name"].raw();
    const DraftPaging& paging = stream.paging;
    bool is_paging =
        (paging.kind != Paging::none && (name == paging.token_name || name == paging.size_name)) ||
        name == stream.cursor.parameter || name == stream.cursor.end_parameter;
    if (parameter["in"].raw() != "query" || !parameter["required"].boolean() || name.empty() || is_paging ||
        (draft.auth == Auth::api_key_query && name == draft.key_name))
      continue;
    const Value& schema = schema_of(reader, parameter);
    const Value* value = schema.find("default") ? schema.find("default") : parameter.find("example");
    if (!value && !schema["enum"].items().empty()) value = &schema["enum"].items()[0];
    if (value && !value->raw().empty()) {
      stream.parameters.emplace_back(name, value->raw());
      continue;
    }
    stream.parameters.emplace_back(name, fmt::format("{{{{ config['{}'] }}}}", name));
    if (std::find(draft.settings.begin(), draft.settings.end(), DraftSetting{name}) == draft.settings.end())
      draft.settings.push_back({name});
  }
}

// The first server's address, with the defaults of its variables; "" where it is not known.
std::string address_of(const Value& document, const std::string& from) {
  std::string url = "/";
  if (document.find("swagger")) {
    url = document["basePath"].raw();
    const Value& schemes = document["schemes"];
    std::string scheme = schemes.items().empty() ? "https" : schemes.items()[0].raw();
    if (document["host"].is_text()) url = scheme + "://" + document["host"].raw() + url;
  } else if (!document["servers"].items().empty()) {
    const Value& server = document["servers"].items()[0];
    url = server["url"].raw();
    for (const auto& [name, variable] : server["variables"].members()) {
      std::size_t at = url.find("{" + name + "}");
      if (at != std::string::npos) url.replace(at, name.size() + 2, variable["default"].raw());
    }
  }
  if (!from.empty()) url = http::join(from, url.empty() ? "/" : url);
  bool is_whole = url.starts_with("http") && url.find_first_of("{}'\"\\") == std::string::npos;
  while (!url.empty() && url.back() == '/') url.pop_back();
  return is_whole ? url : "";
}

void read_security(const Reader& reader, const Value& document, ManifestDraft& draft) {
  std::string wanted;
  for (const Value& each : document["security"].items()) {
    if (wanted.empty() && !each.members().empty()) wanted = each.members()[0].first;
  }
  const Value& schemes =
      document.find("swagger") ? document["securityDefinitions"] : document["components"]["securitySchemes"];
  for (const auto& [name, given] : schemes.members()) {
    if (!wanted.empty() && name != wanted) continue;
    const Value& scheme = reader.resolve(given);
    const std::string& type = scheme["type"].raw();
    draft.key_name = scheme["name"].raw();
    if (type == "apiKey")
      draft.auth = scheme["in"].raw() == "query" ? Auth::api_key_query : Auth::api_key_header;
    if (type == "basic") draft.auth = Auth::basic;
    if (type == "http") draft.auth = scheme["scheme"].raw() == "basic" ? Auth::basic : Auth::bearer;
    if (type == "oauth2" || type == "openIdConnect") draft.auth = Auth::bearer;
    return;
  }
}

// The stream that a plain GET of the path reads, if it answers with a list.
std::optional<DraftStream> stream_of(const Reader& reader, const std::string& path, const Value& item,
                                     ManifestDraft& draft) {
  DraftStream stream;
  stream.name = stream_name(path);
  stream.path = path;
  const Value& operation = item["get"];
  const Value& answer = answer_schema(reader, operation);
  if (answer.is_null() || !find_records(reader, answer, stream)) return std::nullopt;
  if (stream.properties.find("id")) stream.primary_key = "id";
  read_paging(reader, item, operation, answer, stream);
  read_parameters(reader, item["parameters"], stream, draft);
  read_parameters(reader, operation["parameters"], stream, draft);
  return stream;
}

void add(DraftStream stream, ManifestDraft& draft) {
  std::string name = stream.name;
  auto same = [&](const DraftStream& other) { return other.name == stream.name; };
  for (int i = 2; std::any_of(draft.streams.begin(), draft.streams.end(), same); ++i)
    stream.name = fmt::format("{}_{}", name, i);
  draft.streams.push_back(std::move(stream));
}

// "/pets/{petId}/visits" is asked for once for each record of /pets.
bool find_parent(DraftStream& stream, const ManifestDraft& draft) {
  std::size_t open = stream.path.find("/{"), close = stream.path.find('}');
  if (open == std::string::npos || close == std::string::npos) return false;
  std::string variable = stream.path.substr(open + 2, close - open - 2), above = stream.path.substr(0, open);
  for (const DraftStream& parent : draft.streams) {
    if (parent.path != above || !parent.parent.stream.empty()) continue;
    bool has_id = parent.properties.find("id") != nullptr;
    if (!has_id && !parent.properties.find(variable)) return false;
    stream.parent = {parent.name, has_id ? "id" : variable, stream_name(variable)};
    stream.path.replace(open + 1, close - open, "{{ stream_partition." + stream.parent.field + " }}");
    stream.name = parent.name + "_" + stream.name;
    return true;
  }
  return false;
}

}  // namespace

ManifestDraft draft_of_openapi(const Value& document, const std::string& url) {
  bool known = document["openapi"].raw().starts_with("3.") || document["swagger"].raw().starts_with("2");
  if (!known || !document["paths"].is_mapping()) {
    throw Error(ErrorCode::config_invalid,
                "This is no OpenAPI document: `openapi: 3.…` (or `swagger: \"2.0\"`) and `paths` are missing",
                document.where())
        .fix("Name an OpenAPI document, or a URL that answers with records.");
  }
  Reader reader(document);
  ManifestDraft draft;
  draft.title = document["info"]["title"].raw();
  draft.base_url = address_of(document, url);
  read_security(reader, document, draft);
  for (std::ptrdiff_t variables : {0, 1}) {
    for (const auto& [path, given] : document["paths"].members()) {
      const Value& item = reader.resolve(given);
      bool fits = item["get"].is_mapping() && std::count(path.begin(), path.end(), '{') == variables;
      if (!fits || draft.streams.size() == kStreamsMax) continue;
      std::optional<DraftStream> stream = stream_of(reader, path, item, draft);
      if (stream && (variables == 0 || find_parent(*stream, draft))) add(std::move(*stream), draft);
    }
  }
  if (draft.streams.empty())
    throw Error(ErrorCode::config_invalid, "No path answers a list of objects to a plain GET",
                document.where())
        .fix("Name a URL that answers with records instead.");
  return draft;
}

}  // namespace leat::sources::authoring
