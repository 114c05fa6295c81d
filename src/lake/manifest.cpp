#include "lake/manifest.h"

#include <fmt/core.h>

#include <charconv>

#include "base/error.h"
#include "document/json_check.h"
#include "document/value.h"
#include "files/location.h"

namespace leat::lake {
namespace {

using document::Value;

constexpr const char* kFolder = "_manifests/";

Value of_files(const std::vector<FileEntry>& files) {
  std::vector<Value> out;
  for (const FileEntry& file : files) {
    out.push_back(Value::mapping({{"path", Value::of(file.path)},
                                  {"rows", Value::of(file.rows)},
                                  {"bytes", Value::of(file.bytes)},
                                  {"etag", Value::of(file.etag)}}));
  }
  return Value::list(std::move(out));
}

std::vector<FileEntry> to_files(const Value& list) {
  std::vector<FileEntry> out;
  for (const Value& each : list.items())
    out.push_back({each["path"].raw(), each["rows"].integer(), each["bytes"].integer(), each["etag"].raw()});
  return out;
}

Value of_columns(const std::vector<batch::Column>& columns) {
  std::vector<Value> out;
  for (const batch::Column& column : columns)
    out.push_back(
        Value::mapping({{"name", Value::of(column.name)}, {"type", Value::of(column.type.name())}}));
  return Value::list(std::move(out));
}

std::vector<batch::Column> to_columns(const Value& list) {
  std::vector<batch::Column> out;
  for (const Value& each : list.items()) {
    out.push_back({each["name"].raw(),
                   batch::parse_type(each["type"].raw()).value_or(batch::Type{batch::TypeKind::text})});
  }
  return out;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  return document::to_json(Value::mapping({
      {"version", Value::of(std::int64_t{1})},
      {"sequence", Value::of(manifest.sequence)},
      {"load_id", Value::of(manifest.load_id)},
      {"run_id", Value::of(manifest.run_id)},
      {"connection", Value::of(manifest.connection)},
      {"stream", Value::of(manifest.stream)},
      {"schema", Value::of(manifest.schema)},
      {"table", Value::of(manifest.table)},
      {"partition", Value::of(manifest.partition)},
      {"replaces", Value::of(manifest.replaces)},
      {"rows", Value::of(manifest.rows)},
      {"rows_rejected", Value::of(manifest.rows_rejected)},
      {"bytes_read", Value::of(manifest.bytes_read)},
      {"started_at", Value::of(format_iso_timestamp(manifest.started_at))},
      {"committed_at", Value::of(format_iso_timestamp(manifest.committed_at))},
      {"state", Value::of(manifest.state)},
      {"columns", of_columns(manifest.columns)},
      {"table_columns", of_columns(manifest.table_columns)},
      {"files", of_files(manifest.files)},
      {"errors", of_files(manifest.errors)},
  }));
}

Manifest parse_manifest(std::string_view json, const std::string& where) {
  std::string problem = document::JsonCheck().problem(json);
  if (!problem.empty()) throw Error(ErrorCode::lake_manifest, std::move(problem), where);
  Value root = document::parse_json(json, where);
  if (root["version"].integer() != 1 || !root["files"].is_list())
    throw Error(ErrorCode::lake_manifest, "This is no manifest of version 1", where);
  Manifest out;
  out.sequence = root["sequence"].integer();
  out.load_id = root["load_id"].raw();
  out.run_id = root["run_id"].raw();
  out.connection = root["connection"].raw();
  out.stream = root["stream"].raw();
  out.schema = root["schema"].raw();
  out.table = root["table"].raw();
  out.partition = root["partition"].raw();
  out.replaces = root["replaces"].boolean();
  out.rows = root["rows"].integer();
  out.rows_rejected = root["rows_rejected"].integer();
  out.bytes_read = root["bytes_read"].integer();
  out.started_at = parse_iso_timestamp(root["started_at"].raw()).value_or(Timestamp{});
  out.committed_at = parse_iso_timestamp(root["committed_at"].raw()).value_or(Timestamp{});
  out.state = root["state"].raw();
  out.columns = to_columns(root["columns"]);
  out.table_columns = to_columns(root["table_columns"]);
  out.files = to_files(root["files"]);
  out.errors = to_files(root["errors"]);
  return out;
}

ManifestLog::ManifestLog(files::ObjectStore& store, const std::string& connection, const std::string& stream)
    : store_(store),
      folder_(fmt::format("{}{}!{}/", kFolder, files::percent_encode(connection, false),
                          files::percent_encode(stream, false))) {}

std::string ManifestLog::key_of(std::int64_t sequence) const {
  return fmt::format("{}{:012}.json", folder_, sequence);
}

Manifest ManifestLog::read(const std::string& key) {
  std::optional<std::string> text = store_.get(key);
  if (!text) throw Error(ErrorCode::lake_manifest, "The manifest went away", store_.url(key));
  return parse_manifest(*text, store_.url(key));
}

// A hint says from where to look on, since a stream may have many manifests; it may lag, never lead.
std::optional<Manifest> ManifestLog::latest() {
  std::string hint = store_.get(folder_ + "latest").value_or("");
  std::int64_t from = 0;
  std::from_chars(hint.data(), hint.data() + hint.size(), from);
  std::string newest;
  store_.list(folder_ + "0", from > 0 ? key_of(from - 1) : "", [&](const files::ObjectInfo& info) {
    if (info.key.ends_with(".json")) newest = info.key;
    return true;
  });
  if (newest.empty()) return std::nullopt;
  return read(newest);
}

void ManifestLog::append(const Manifest& manifest) {
  std::string key = key_of(manifest.sequence);
  if (!store_.put(key, to_json(manifest), {true, "application/json"}))
    throw Error(ErrorCode::lake_conflict, "Another writer committed this number first", store_.url(key));
}

void ManifestLog::read_after(std::int64_t sequence, const std::function<bool(const Manifest&)>& each) {
  std::vector<std::string> keys;
  store_.list(folder_ + "0", sequence > 0 ? key_of(sequence) : "", [&](const files::ObjectInfo& info) {
    if (info.key.ends_with(".json")) keys.push_back(info.key);
    return true;
  });
  for (const std::string& key : keys) {
    if (!each(read(key))) return;
  }
}

Timestamp ManifestLog::begin(std::int64_t sequence, Timestamp now) {
  std::string key = folder_ + "begun", mine = fmt::format("{} {}", sequence, format_iso_timestamp(now));
  std::string held = store_.get(key).value_or("");
  std::int64_t begun = 0;
  auto end = std::from_chars(held.data(), held.data() + held.size(), begun).ptr;
  if (begun == sequence && end < held.data() + held.size()) {
    std::string_view time = std::string_view(held).substr(static_cast<std::size_t>(end - held.data()) + 1);
    if (std::optional<Timestamp> first = parse_iso_timestamp(time)) return *first;
  }
  store_.put(key, mine, {});
  if (sequence > 1) store_.put(folder_ + "latest", std::to_string(sequence - 1), {});
  return now;
}

}  // namespace leat::lake
