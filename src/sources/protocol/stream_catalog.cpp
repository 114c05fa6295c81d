#include "sources/protocol/stream_catalog.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"

namespace leat::sources::protocol {
namespace {

using batch::TypeKind;

std::string_view property_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean:
      return R"({"type":["null","boolean"]})";
    case TypeKind::int16:
    case TypeKind::int32:
    case TypeKind::int64:
      return R"({"type":["null","integer"]})";
    case TypeKind::float32:
    case TypeKind::float64:
    case TypeKind::decimal:
      return R"({"type":["null","number"]})";
    case TypeKind::bytes:
      return R"({"type":["null","string"],"contentEncoding":"base64"})";
    case TypeKind::date:
      return R"({"type":["null","string"],"format":"date"})";
    case TypeKind::time:
      return R"({"type":["null","string"],"format":"time","airbyte_type":"time_without_timezone"})";
    case TypeKind::timestamp:
      return R"({"type":["null","string"],"format":"date-time","airbyte_type":"timestamp_without_timezone"})";
    case TypeKind::timestamptz:
      return R"({"type":["null","string"],"format":"date-time","airbyte_type":"timestamp_with_timezone"})";
    case TypeKind::json:
      return R"({"type":["null","object","array"]})";
    case TypeKind::text:
    case TypeKind::uuid:
      break;
  }
  return R"({"type":["null","string"]})";
}

bool can(const stream::Stream& stream, stream::SyncMode mode) {
  return std::find(stream.sync_modes.begin(), stream.sync_modes.end(), mode) != stream.sync_modes.end();
}

std::string stream_json(const stream::Stream& stream, bool has_files) {
  auto quoted = [](std::string_view text) { return document::json_quote(text); };
  std::string schema = stream.json_schema.empty() ? json_schema_of(*stream.schema) : stream.json_schema;
  bool incremental = can(stream, stream::SyncMode::incremental);
  std::string out = fmt::format(R"({{"name":{},"json_schema":{},"supported_sync_modes":["full_refresh"{}])",
                                quoted(stream.name), schema, incremental ? ",\"incremental\"" : "");
  if (!stream.namespace_name.empty()) out += ",\"namespace\":" + quoted(stream.namespace_name);
  if (incremental) {
    out += ",\"source_defined_cursor\":true,\"default_cursor_field\":[";
    out += stream.cursor_field.empty() ? "]" : quoted(stream.cursor_field) + "]";
  }
  std::string keys;
  for (const std::string& key : stream.primary_key) keys += (keys.empty() ? "[" : ",[") + quoted(key) + "]";
  if (!keys.empty()) out += ",\"source_defined_primary_key\":[" + keys + "]";
  if (has_files) out += ",\"is_file_based\":true";
  return out + fmt::format(",\"is_resumable\":{}}}", incremental);
}

void take_stream_state(const Value& state, GivenState& out) {
  const Value& name = state["stream_descriptor"]["name"];
  if (!name.is_text()) throw Error(ErrorCode::state_invalid, "A state names no stream", state.where());
  const Value& body = state["stream_state"];
  if (!body.is_null()) out.streams.emplace_back(name.raw(), document::to_json(body));
}

void take_state(const Value& given, GivenState& out) {
  const Value& state = given.find("state") && given["type"].raw() == "STATE" ? given["state"] : given;
  const std::string& type = state["type"].raw();
  if (type == "STREAM") return take_stream_state(state["stream"], out);
  if (type == "GLOBAL") {
    out.is_global = true;
    if (state["global"].find("shared_state")) out.shared = document::to_json(state["global"]["shared_state"]);
    for (const Value& each : state["global"]["stream_states"].items()) take_stream_state(each, out);
    return;
  }
  const Value& legacy = type == "LEGACY" ? state["data"] : state;
  for (const auto& [name, body] : legacy.members()) out.streams.emplace_back(name, document::to_json(body));
}

}  // namespace

std::string json_schema_of(const batch::Schema& schema) {
  std::string properties;
  for (const batch::Column& column : schema.columns()) {
    properties += properties.empty() ? "" : ",";
    properties += document::json_quote(column.name) + ":";
    properties += property_of(column.type.kind);
  }
  return "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\",\"properties\":{" +
         properties + "},\"additionalProperties\":true}";
}

std::string catalog_json(const stream::Catalog& catalog, const std::set<std::string>& file_streams) {
  std::string out;
  for (const stream::Stream& stream : catalog.streams)
    out += (out.empty() ? "" : ",") + stream_json(stream, file_streams.count(stream.name) > 0);
  return "[" + out + "]";
}

std::vector<Wanted> read_configured_catalog(const Value& catalog) {
  if (!catalog["streams"].is_list())
    throw Error(ErrorCode::config_invalid, "A configured catalog has a list `streams`", catalog.where());
  std::vector<Wanted> all;
  for (const Value& each : catalog["streams"].items()) {
    const Value& stream = each["stream"];
    Wanted wanted{stream["name"].as_text("stream.name"), stream["namespace"].raw()};
    const std::string& mode = each["sync_mode"].raw();
    if (mode == "incremental") wanted.mode = stream::SyncMode::incremental;
    if (mode != "incremental" && mode != "full_refresh") {
      throw Error(ErrorCode::config_invalid,
                  fmt::format("`sync_mode` of stream {} has to be full_refresh or incremental", wanted.name),
                  catalog.where());
    }
    if (const Value& properties = stream["json_schema"]["properties"]; properties.is_mapping()) {
      wanted.fields.emplace();
      for (const auto& [name, schema] : properties.members()) wanted.fields->push_back(name);
    }
    all.push_back(std::move(wanted));
  }
  return all;
}

stream::State GivenState::of(const std::string& stream) const {
  for (const auto& [name, json] : streams) {
    if (name == stream) return {json == "{}" ? "" : json};
  }
  return {};
}

GivenState read_states(const Value& states) {
  GivenState out;
  if (states.is_null()) return out;
  if (states.is_mapping()) {
    take_state(states, out);
  } else if (states.is_list()) {
    for (const Value& each : states.items()) take_state(each, out);
  } else {
    throw Error(ErrorCode::state_invalid, "A state is a list of state messages", states.where());
  }
  return out;
}

}  // namespace leat::sources::protocol
