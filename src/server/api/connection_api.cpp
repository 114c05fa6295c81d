#include "server/api/connection_api.h"

#include <algorithm>

#include "base/error.h"
#include "run/connection_status.h"
#include "run/dead_letters.h"

namespace leat::server {

using document::Value;

namespace {

constexpr std::size_t kLoadsOfList = 12, kLoadsOfOne = 60;
constexpr int kRetriedMax = 10'000;

Value text(const std::string& value) {
  return Value::of(value);
}

Value load_value(const run::StreamLoad& load) {
  return Value::mapping({{"at", text(load.at)},
                         {"status", text(load.status)},
                         {"error", text(load.error)},
                         {"rows_read", Value::of(load.rows_read)},
                         {"rows_inserted", Value::of(load.rows_inserted)},
                         {"rows_updated", Value::of(load.rows_updated)},
                         {"rows_unchanged", Value::of(load.rows_unchanged)},
                         {"rows_rejected", Value::of(load.rows_rejected)},
                         {"bytes", Value::of(load.bytes)},
                         {"took_ms", Value::of(load.took_ms)}});
}

Value stream_value(const run::StreamStatus& stream) {
  std::vector<Value> key, loads;
  for (const std::string& each : stream.primary_key) key.push_back(text(each));
  for (const run::StreamLoad& each : stream.loads) loads.push_back(load_value(each));
  return Value::mapping({{"name", text(stream.name)},
                         {"table", text(stream.table)},
                         {"mode", text(stream.mode)},
                         {"cursor", text(stream.cursor)},
                         {"primary_key", Value::list(std::move(key))},
                         {"loads", Value::list(std::move(loads))}});
}

Value connection_value(const run::ConnectionStatus& connection) {
  std::vector<Value> streams, changes;
  for (const run::StreamStatus& each : connection.streams) streams.push_back(stream_value(each));
  for (const run::SchemaChange& each : connection.changes)
    changes.push_back(Value::mapping({{"at", text(each.at)},
                                      {"stream", text(each.stream)},
                                      {"change", text(each.change)},
                                      {"column", text(each.column)},
                                      {"detail", text(each.detail)}}));
  Value out = Value::mapping({{"name", text(connection.name)},
                              {"source", text(connection.source)},
                              {"schema", text(connection.schema)},
                              {"destination", text(connection.destination)},
                              {"streams", Value::list(std::move(streams))},
                              {"schema_changes", Value::list(std::move(changes))}});
  out.set("lag", !connection.lag ? Value()
                                 : Value::mapping({{"at", text(connection.lag->at)},
                                                   {"bytes", Value::of(connection.lag->bytes)},
                                                   {"seconds", Value::of(connection.lag->seconds)},
                                                   {"held_bytes", Value::of(connection.lag->held_bytes)}}));
  return out;
}

run::LetterFilter filter_of(const Call& call) {
  return {call.parameter("connection"), call.parameter("stream"), call.number("limit", 50, 1, 1000),
          call.number("offset", 0, 0, 10'000'000)};
}

}  // namespace

ConnectionApi::ConnectionApi(const Control& control) : control_(control), store_(control.project.folder) {}

std::optional<Reply> ConnectionApi::answer(const Call& call, const std::string& path) {
  if (path == "/dead-letters/retry" && call.method == "POST") return retry(call);
  if (call.method != "GET") return std::nullopt;
  if (path == "/connections") return connections();
  if (path.starts_with("/connections/")) return connection(path.substr(13));
  if (path == "/dead-letters") return dead_letters(call);
  return std::nullopt;
}

Reply ConnectionApi::connections() {
  std::lock_guard lock(mutex_);
  std::vector<Value> all;
  for (const run::ConnectionStatus& each : run::connection_statuses(control_.project, store_, kLoadsOfList))
    all.push_back(connection_value(each));
  return json_reply(Value::mapping({{"connections", Value::list(std::move(all))}}));
}

Reply ConnectionApi::connection(const std::string& name) {
  Value out;
  {
    std::lock_guard lock(mutex_);
    for (const run::ConnectionStatus& each :
         run::connection_statuses(control_.project, store_, kLoadsOfOne)) {
      if (each.name == name) out = connection_value(each);
    }
  }
  if (out.is_null()) return problem_reply(404, "not-found", "There is no such connection.");
  // While another process keeps the warehouse, the rest can be told all the same.
  std::vector<Value> facts;
  std::string problem;
  try {
    auto warehouse = run::open_warehouse(control_.project, control_.target, control_.env);
    for (const run::StreamFacts& each : run::warehouse_facts(*warehouse->adapter(), name))
      facts.push_back(Value::mapping({{"stream", text(each.stream)},
                                      {"state", text(each.state)},
                                      {"state_at", text(each.state_at)},
                                      {"dead_letters", Value::of(each.dead_letters)}}));
  } catch (const Error& error) {
    problem = error.what_failed();
  }
  out.set("facts", Value::list(std::move(facts)));
  out.set("problem", text(problem));
  return json_reply(out);
}

Reply ConnectionApi::dead_letters(const Call& call) {
  auto warehouse = run::open_warehouse(control_.project, control_.target, control_.env);
  run::LetterFilter filter = filter_of(call);
  std::vector<Value> letters, groups;
  for (const run::KeptLetter& each : run::dead_letters(*warehouse, filter))
    letters.push_back(Value::mapping({{"id", text(each.id)},
                                      {"rejected_at", text(each.rejected_at)},
                                      {"connection", text(each.connection)},
                                      {"stream", text(each.stream)},
                                      {"field", text(each.field)},
                                      {"reason", text(each.reason)},
                                      {"record", text(each.record)}}));
  std::int64_t total = 0;
  for (const run::LetterGroup& each : run::dead_letter_groups(*warehouse, filter)) {
    total += each.count;
    groups.push_back(Value::mapping({{"connection", text(each.connection)},
                                     {"stream", text(each.stream)},
                                     {"field", text(each.field)},
                                     {"reason", text(each.reason)},
                                     {"count", Value::of(each.count)},
                                     {"newest_at", text(each.newest_at)}}));
  }
  return json_reply(Value::mapping({{"dead_letters", Value::list(std::move(letters))},
                                    {"groups", Value::list(std::move(groups))},
                                    {"total", Value::of(total)}}));
}

Reply ConnectionApi::retry(const Call& call) {
  Value body = call.json();
  run::LetterFilter filter{body["connection"].raw(), body["stream"].raw(), kRetriedMax, 0};
  std::vector<Value> out;
  for (const run::StreamRetry& each :
       run::retry_dead_letters(control_.project, control_.target, filter, control_.env))
    out.push_back(Value::mapping({{"connection", text(each.connection)},
                                  {"stream", text(each.stream)},
                                  {"loaded", Value::of(each.loaded)},
                                  {"rejected", Value::of(each.rejected)},
                                  {"reason", text(each.reasons.empty() ? "" : each.reasons.front())}}));
  return json_reply(Value::mapping({{"retried", Value::list(std::move(out))}}));
}

}  // namespace leat::server
