#include "sources/postgres/table_reader.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/time.h"
#include "document/value.h"

namespace leat::sources::postgres {

using document::Value;

namespace {

constexpr const char* kCursor = "cursor";
constexpr const char* kTies = "ties";
constexpr const char* kXmin = "xmin";

Value stored(const stream::Selection& selection) {
  if (selection.state.empty()) return {};
  Value state = document::parse_json(selection.state.json, "the state of " + selection.stream.name);
  if (!state.is_mapping())
    throw Error(ErrorCode::state_invalid, "The state is no JSON object", selection.stream.name);
  return state;
}

bool is_moment(const Table& table, const std::string& column) {
  return std::any_of(table.columns.begin(), table.columns.end(), [&](const PgColumn& each) {
    batch::TypeKind kind = plan_column(each, Numerics::text).type.kind;
    return each.name == column && (kind == batch::TypeKind::date || kind == batch::TypeKind::timestamp ||
                                   kind == batch::TypeKind::timestamptz);
  });
}

// Rows from where the last read ended to the newest that this moment shows.
void read_by_cursor(Snapshot& snapshot, const Table& table, const std::string& column,
                    const stream::Selection& selection, std::size_t index, const Options& options, Env& env,
                    stream::Sink& sink) {
  Session& session = snapshot.session();
  std::string name = quote_name(column);
  std::string newest = session.value(fmt::format("select max({})::text from {}{}", name, table.qualified(),
                                                 table.condition.empty() ? "" : " where " + table.condition));
  Value state = stored(selection);
  std::string condition, from = state[kCursor].raw();
  if (selection.window) {
    auto bound = [&](const std::optional<Timestamp>& time, const char* comparison) {
      if (!time) return;
      condition += fmt::format("{}{} {} {}", condition.empty() ? "" : " and ", name, comparison,
                               quote_literal(format_sql_timestamp(*time) + "+00"));
    };
    bound(selection.window->from, ">=");
    bound(selection.window->to, "<");
  } else if (!from.empty()) {
    std::string value = quote_literal(from);
    if (options.lag.count() > 0 && is_moment(table, column)) {
      condition =
          fmt::format("{} >= {}::timestamptz - interval '{} milliseconds'", name, value, options.lag.count());
    } else {
      std::string ties =
          session.value(fmt::format("select count(*) from {} where {} = {}", table.qualified(), name, value));
      condition = fmt::format("{} {} {}", name, ties == state[kTies].raw() ? ">" : ">=", value);
    }
  }
  tell_replaced(env, table.stream, snapshot.read(table, condition, index, sink));
  Value next = Value::mapping();
  if (!newest.empty()) {
    next.set(kCursor, Value::of(newest));
    next.set(kTies, Value::of(session.value(fmt::format("select count(*) from {} where {} = {}",
                                                        table.qualified(), name, quote_literal(newest)))));
  }
  bool moves = !newest.empty() && !selection.window;
  sink.checkpoint(index, moves ? stream::State{document::to_json(next)} : selection.state, "");
}

void read_by_xmin(Snapshot& snapshot, const Table& table, const stream::Selection& selection,
                  std::size_t index, Env& env, stream::Sink& sink) {
  if (table.kind == 'v' || table.kind == 'f')
    throw Error(ErrorCode::config_invalid,
                "A view has no transaction numbers; name a cursor, or read it whole", table.stream);
  std::string now = snapshot.first_unseen();
  std::string from = stored(selection)[kXmin].raw(), condition;
  if (!from.empty()) {
    condition = written_since(from, now);
  }
  tell_replaced(env, table.stream, snapshot.read(table, condition, index, sink));
  Value next = Value::mapping();
  next.set(kXmin, Value::of(now));
  sink.checkpoint(index, {document::to_json(next)}, "");
}

}  // namespace

void tell_replaced(Env& env, const std::string& stream, std::int64_t count) {
  if (count == 0) return;
  env.emit({"values_replaced", EventLevel::warning, {{"stream", stream}, {"values", count}}});
}

void read_table(const Table& table, const stream::Selection& selection, std::size_t index,
                const Options& options, Env& env, stream::Sink& sink) {
  Snapshot snapshot(options, env);
  if (selection.mode == stream::SyncMode::incremental && options.method == Method::xmin)
    return read_by_xmin(snapshot, table, selection, index, env, sink);
  const std::string& cursor =
      selection.stream.cursor_field.empty() ? table.cursor : selection.stream.cursor_field;
  if (!cursor.empty() && (selection.mode == stream::SyncMode::incremental || selection.window))
    return read_by_cursor(snapshot, table, cursor, selection, index, options, env, sink);
  tell_replaced(env, table.stream, snapshot.read(table, "", index, sink));
  sink.checkpoint(index, {}, "");
}

}  // namespace leat::sources::postgres
