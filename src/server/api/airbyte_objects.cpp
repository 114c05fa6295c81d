#include "server/api/airbyte_objects.h"

#include <fmt/core.h>

#include "base/time.h"
#include "run/versions.h"

namespace leat::server {

using document::Value;

namespace {

Value text(const std::string& value) {
  return Value::of(value);
}

Value texts(const std::vector<std::string>& values) {
  std::vector<Value> items;
  for (const std::string& value : values) items.push_back(text(value));
  return Value::list(std::move(items));
}

// [["a"], ["b"]]: paths of columns.
Value paths(const std::vector<std::string>& columns) {
  std::vector<Value> items;
  for (const std::string& column : columns) items.push_back(texts({column}));
  return Value::list(std::move(items));
}

struct Modes {
  const char *name, *sync, *destination;
};

// As the public API names a mode, and the two words that the Config API has for it.
Modes modes_of(stream::WriteMode mode) {
  switch (mode) {
    case stream::WriteMode::overwrite:
      return {"full_refresh_overwrite", "full_refresh", "overwrite"};
    case stream::WriteMode::overwrite_dedup:
      return {"full_refresh_overwrite_deduped", "full_refresh", "overwrite_dedup"};
    case stream::WriteMode::append_dedup:
      return {"incremental_deduped_history", "incremental", "append_dedup"};
    default:
      return {"incremental_append", "incremental", "append"};
  }
}

std::string seconds_text(Timestamp time) {
  return format_iso_timestamp(std::chrono::floor<std::chrono::seconds>(time));
}

std::int64_t epoch(Timestamp time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// ISO 8601, "PT1H2M3S".
std::string duration_text(std::chrono::seconds took) {
  std::int64_t all = std::max<std::int64_t>(0, took.count());
  std::string out = "PT";
  if (all >= 3600) out += fmt::format("{}H", all / 3600);
  if (all / 60 % 60 > 0) out += fmt::format("{}M", all / 60 % 60);
  return out + fmt::format("{}S", all % 60);
}

std::string status_text(const run::Job& job) {
  if (job.status != run::JobStatus::queued) return std::string(run::name(job.status));
  // A job whose attempt failed and that will be tried again is incomplete.
  return job.attempt > 0 && !job.error.empty() ? "incomplete" : "pending";
}

}  // namespace

std::string AirbyteObjects::id(std::string_view kind, const std::string& name) const {
  // A hash of the name with the marks of version 8 (RFC 9562: of one's own making).
  std::string hash = run::hash_of({"leat", project_.name, std::string(kind), name});
  hash.resize(32, '0');
  hash[12] = '8';
  hash[16] = "89ab"[static_cast<std::size_t>(hash[16]) % 4];
  return fmt::format("{}-{}-{}-{}-{}", hash.substr(0, 8), hash.substr(8, 4), hash.substr(12, 4),
                     hash.substr(16, 4), hash.substr(20, 12));
}

const run::ConnectionFile* AirbyteObjects::connection(const std::string& connection_id) const {
  for (const run::ConnectionFile& each : project_.connections) {
    // The name does as well, for those who write calls by hand.
    if (id("connection", each.connection.name) == connection_id || each.connection.name == connection_id)
      return &each;
  }
  return nullptr;
}

const run::ConnectionFile* AirbyteObjects::source(const std::string& source_id) const {
  for (const run::ConnectionFile& each : project_.connections)
    if (id("source", each.connection.name) == source_id) return &each;
  return nullptr;
}

std::string AirbyteObjects::destination_name(const std::string& destination_id) const {
  for (const Value::Member& each : project_.targets.members())
    if (id("destination", each.first) == destination_id) return each.first;
  return "";
}

Value AirbyteObjects::workspace() const {
  return Value::mapping({{"workspaceId", text(workspace_id())},
                         {"name", text(project_.name)},
                         {"dataResidency", text("auto")},
                         {"notifications", Value::mapping()}});
}

Value AirbyteObjects::connection_value(const run::ConnectionFile& file) const {
  std::vector<Value> streams;
  for (const sync::StreamSettings& stream : file.connection.streams)
    streams.push_back(Value::mapping(
        {{"name", text(stream.name)},
         {"syncMode", text(modes_of(stream.mode).name)},
         {"cursorField", stream.cursor_field.empty() ? Value::list() : texts({stream.cursor_field})},
         {"primaryKey", paths(stream.primary_key)},
         {"selectedFields", Value::list()},
         {"mappers", Value::list()}}));
  return Value::mapping({{"connectionId", text(id("connection", file.connection.name))},
                         {"name", text(file.connection.name)},
                         {"sourceId", text(id("source", file.connection.name))},
                         {"destinationId", text(id("destination", destination_of(file)))},
                         {"workspaceId", text(workspace_id())},
                         {"status", text("active")},
                         {"schedule", Value::mapping({{"scheduleType", text("manual")}})},
                         {"dataResidency", text("auto")},
                         {"configurations", Value::mapping({{"streams", Value::list(std::move(streams))}})},
                         {"nonBreakingSchemaUpdatesBehavior", text("propagate_columns")},
                         {"namespaceDefinition", text("custom_format")},
                         {"namespaceFormat", text(file.connection.schema)},
                         {"prefix", text("")},
                         {"tags", Value::list()},
                         {"createdAt", Value::of(std::int64_t{0})}});
}

Value AirbyteObjects::source_value(const run::ConnectionFile& file) const {
  std::string type = file.source["type"].raw();
  return Value::mapping({{"sourceId", text(id("source", file.connection.name))},
                         {"name", text(file.connection.name)},
                         {"sourceType", text(type)},
                         {"definitionId", text(id("source definition", type))},
                         {"workspaceId", text(workspace_id())},
                         {"configuration", Value::mapping()},
                         {"createdAt", Value::of(std::int64_t{0})}});
}

namespace {

// What clients can't do without: the type, which tells them what else to expect, and no secret.
Value configuration_of(const Value& target) {
  std::string type = target["type"].raw();
  if (type != "postgres" && type != "snowflake")
    return Value::mapping(
        {{"destinationType", text("duckdb")}, {"destination_path", text(target["path"].raw())}});
  std::string host = type == "snowflake" ? target["account"].raw() : target["host"].raw();
  return Value::mapping({{"destinationType", text(type)},
                         {"host", text(host)},
                         {"database", text(target["database"].raw())},
                         {"username", text(target["user"].raw())},
                         {"schema", text(target["schema"].raw())},
                         {"role", text(target["role"].raw())},
                         {"warehouse", text(target["warehouse"].raw())}});
}

}  // namespace

Value AirbyteObjects::destination_value(const std::string& target) const {
  std::string type = project_.targets[target]["type"].raw();
  return Value::mapping({{"destinationId", text(id("destination", target))},
                         {"name", text(target)},
                         {"destinationType", text(type)},
                         {"definitionId", text(id("destination definition", type))},
                         {"workspaceId", text(workspace_id())},
                         {"configuration", configuration_of(project_.targets[target])},
                         {"createdAt", Value::of(std::int64_t{0})}});
}

Value AirbyteObjects::streams_value(const run::ConnectionFile& file) const {
  std::vector<Value> streams;
  for (const sync::StreamSettings& stream : file.connection.streams)
    streams.push_back(Value::mapping(
        {{"streamName", text(stream.name)},
         {"syncModes", texts({modes_of(stream.mode).name})},
         {"defaultCursorField", stream.cursor_field.empty() ? Value::list() : texts({stream.cursor_field})},
         {"sourceDefinedCursorField", Value::of(stream.cursor_field.empty())},
         {"sourceDefinedPrimaryKey", paths(stream.primary_key)},
         {"propertyFields", Value::list()}}));
  return Value::list(std::move(streams));
}

Value AirbyteObjects::configured_connection(const run::ConnectionFile& file) const {
  std::vector<Value> streams;
  for (const sync::StreamSettings& stream : file.connection.streams) {
    Modes modes = modes_of(stream.mode);
    Value described = Value::mapping(
        {{"name", text(stream.name)},
         {"jsonSchema", Value::mapping({{"type", text("object")}, {"properties", Value::mapping()}})},
         {"supportedSyncModes", texts({"full_refresh", "incremental"})}});
    Value config = Value::mapping(
        {{"syncMode", text(modes.sync)},
         {"destinationSyncMode", text(modes.destination)},
         {"cursorField", stream.cursor_field.empty() ? Value::list() : texts({stream.cursor_field})},
         {"primaryKey", paths(stream.primary_key)},
         {"aliasName", text(stream.name)},
         {"selected", Value::of(true)}});
    streams.push_back(Value::mapping({{"stream", described}, {"config", config}}));
  }
  Value out = connection_value(file);
  out.erase("configurations");
  out.erase("schedule");
  out.set("namespaceDefinition", Value::of("customformat"));
  out.set("scheduleType", Value::of("manual"));
  out.set("syncCatalog", Value::mapping({{"streams", Value::list(std::move(streams))}}));
  return out;
}

Value AirbyteObjects::job_value(const run::Job& job) const {
  Timestamp began = job.started == Timestamp{} ? job.created : job.started;
  Timestamp until = run::is_over(job.status) ? job.finished : job.updated;
  return Value::mapping(
      {{"jobId", Value::of(job.id)},
       {"status", text(status_text(job))},
       {"jobType", text(job.kind)},
       {"startTime", text(seconds_text(began))},
       {"connectionId", text(id("connection", job.name))},
       {"lastUpdatedAt", text(seconds_text(job.updated))},
       {"duration", text(duration_text(std::chrono::duration_cast<std::chrono::seconds>(until - began)))},
       {"bytesSynced", Value::of(job.bytes)},
       {"rowsSynced", Value::of(job.rows)}});
}

Value AirbyteObjects::job_read(const run::Job& job, const std::vector<run::JobAttempt>& attempts) const {
  std::vector<Value> all;
  for (const run::JobAttempt& each : attempts) {
    std::string status = each.status == "interrupted" || each.status == "cancelled" ? "failed" : each.status;
    Value attempt = Value::mapping({{"id", Value::of(std::int64_t{each.number - 1})},
                                    {"status", text(status)},
                                    {"createdAt", Value::of(epoch(each.started))},
                                    {"updatedAt", Value::of(epoch(std::max(each.started, each.finished)))},
                                    {"bytesSynced", Value::of(job.bytes)},
                                    {"recordsSynced", Value::of(job.rows)}});
    if (each.finished != Timestamp{}) attempt.set("endedAt", Value::of(epoch(each.finished)));
    Value lines = each.error.empty() ? Value::list() : texts({each.error});
    all.push_back(
        Value::mapping({{"attempt", attempt}, {"logs", Value::mapping({{"logLines", std::move(lines)}})}}));
  }
  Value described =
      Value::mapping({{"id", Value::of(job.id)},
                      {"configType", text(job.kind == "sync" ? "sync" : "reset_connection")},
                      {"configId", text(id("connection", job.name))},
                      {"createdAt", Value::of(epoch(job.created))},
                      {"updatedAt", Value::of(epoch(job.updated))},
                      {"startedAt", Value::of(epoch(job.started == Timestamp{} ? job.created : job.started))},
                      {"status", text(status_text(job))}});
  return Value::mapping({{"job", described}, {"attempts", Value::list(std::move(all))}});
}

}  // namespace leat::server
