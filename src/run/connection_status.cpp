#include "run/connection_status.h"

#include <fmt/core.h>

#include <algorithm>

namespace leat::run {
namespace {

using document::Value;

// Loads of all streams and changes of all schemas that are looked at.
constexpr int kEventsMax = 5000;

ConnectionStatus describe(const ConnectionFile& file, Store& store) {
  ConnectionStatus out;
  out.name = file.connection.name;
  out.source = file.source["type"].raw();
  out.schema = file.connection.schema;
  out.destination = file.destination;
  for (const sync::StreamSettings& settings : file.connection.streams) {
    StreamStatus stream;
    stream.name = settings.name;
    stream.table = settings.table_name();
    stream.mode = settings.takes_usual_mode ? "" : std::string(stream::name(settings.mode));
    stream.cursor = settings.cursor_field;
    stream.primary_key = settings.primary_key;
    out.streams.push_back(std::move(stream));
  }
  if (out.source != "postgres" || file.source["method"].raw() != "cdc") return out;
  std::string slot = file.source["slot"].raw();
  if (std::optional<EventRow> told = store.latest("changes_lag", slot.empty() ? "leat" : slot)) {
    Value fields = document::parse_json(told->fields, "a lag");
    out.lag = {told->at, fields["bytes"].integer(), fields["seconds"].integer(),
               fields["held_bytes"].integer()};
  }
  return out;
}

StreamLoad load_of(const EventRow& event, const Value& fields) {
  StreamLoad load;
  load.at = event.at;
  load.status = fields["status"].raw();
  load.error = fields["error"].raw();
  load.rows_read = fields["rows_read"].integer();
  load.rows_inserted = fields["rows_inserted"].integer();
  load.rows_updated = fields["rows_updated"].integer();
  load.rows_unchanged = fields["rows_unchanged"].integer();
  load.rows_rejected = fields["rows_rejected"].integer();
  load.bytes = fields["bytes"].integer();
  load.took_ms = fields["took_ms"].integer();
  return load;
}

ConnectionStatus* connection_of(std::vector<ConnectionStatus>& all, const Value& fields) {
  const std::string& name = fields["connection"].raw();
  auto found =
      std::find_if(all.begin(), all.end(), [&](const ConnectionStatus& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// A stream that is not declared but was loaded: of a connection that takes all.
StreamStatus& stream_of(ConnectionStatus& connection, const std::string& name) {
  for (StreamStatus& each : connection.streams) {
    if (each.name == name) return each;
  }
  StreamStatus& added = connection.streams.emplace_back();
  added.name = added.table = name;
  return added;
}

}  // namespace

std::vector<ConnectionStatus> connection_statuses(const ProjectFile& project, Store& store,
                                                  std::size_t loads_max) {
  std::vector<ConnectionStatus> all;
  for (const ConnectionFile& file : project.connections) all.push_back(describe(file, store));
  for (const EventRow& event : store.newest_events("stream_finished", kEventsMax)) {
    Value fields = document::parse_json(event.fields, "an event");
    ConnectionStatus* connection = connection_of(all, fields);
    if (!connection) continue;
    StreamStatus& stream = stream_of(*connection, fields["stream"].raw());
    if (stream.loads.size() < loads_max) stream.loads.push_back(load_of(event, fields));
  }
  for (const EventRow& event : store.newest_events("schema_changed", kEventsMax)) {
    Value fields = document::parse_json(event.fields, "an event");
    if (ConnectionStatus* connection = connection_of(all, fields))
      connection->changes.push_back({event.at, fields["stream"].raw(), fields["change"].raw(),
                                     fields["column"].raw(), fields["detail"].raw()});
  }
  return all;
}

std::vector<StreamFacts> warehouse_facts(sql::Adapter& adapter, const std::string& connection) {
  std::vector<StreamFacts> facts;
  auto fact_of = [&](std::string_view stream) -> StreamFacts& {
    for (StreamFacts& each : facts) {
      if (each.stream == stream) return each;
    }
    facts.push_back({std::string(stream), "", "", 0});
    return facts.back();
  };
  const sql::Dialect& dialect = adapter.dialect();
  auto read = [&](const char* table, const std::string& columns, const char* more, auto&& take) {
    sql::Relation relation{"", "_leat", table};
    if (!adapter.columns(relation)) return;
    sql::QueryResult rows =
        adapter.query(fmt::format("select {} from {} where {} = {} {}", columns, dialect.render(relation),
                                  dialect.quote("connection"), dialect.literal(connection), more));
    for (const batch::RecordBatch& batch : rows.batches) {
      for (std::size_t row = 0; row < batch.rows(); ++row) take(batch, row);
    }
  };
  std::string stream = dialect.quote("stream");
  read("state", stream + ", state, updated_at", "", [&](const batch::RecordBatch& batch, std::size_t row) {
    StreamFacts& fact = fact_of(batch.column(0).text(row));
    fact.state = batch.column(1).print(row);
    fact.state_at = batch.column(2).print(row);
  });
  read("dead_letters", stream + ", count(*)", "group by 1",
       [&](const batch::RecordBatch& batch, std::size_t row) {
         fact_of(batch.column(0).text(row)).dead_letters = batch.column(1).value<std::int64_t>(row);
       });
  return facts;
}

}  // namespace leat::run
