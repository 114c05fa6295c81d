#include "sources/postgres/change_state.h"

#include "base/error.h"
#include "document/value.h"

namespace leat::sources::postgres {

using document::Value;

namespace {

Value number(std::int64_t value) {
  return Value::of(value);
}

}  // namespace

stream::State print_state(const ChangeState& state) {
  Value out = Value::mapping();
  out.set("slot", Value::of(state.slot));
  out.set("system", Value::of(state.system));
  out.set("timeline", number(state.timeline));
  out.set("lsn", Value::of(print_lsn(state.lsn)));
  out.set("xid", number(state.xid));
  Value tables = Value::mapping();
  for (const auto& [stream, table] : state.tables) {
    Value columns = Value::list();
    for (const KnownTable::Column& column : table.columns) {
      columns.items().push_back(Value::list(
          {Value::of(column.name), number(column.type), number(column.modifier), number(column.number)}));
    }
    Value entry = Value::mapping();
    entry.set("oid", number(table.oid));
    entry.set("member", number(table.member));
    entry.set("from", Value::of(print_lsn(table.from)));
    entry.set("columns", std::move(columns));
    tables.set(stream, std::move(entry));
  }
  out.set("tables", std::move(tables));
  return {document::to_json(out)};
}

ChangeState parse_state(const stream::State& state) {
  ChangeState out;
  if (state.empty()) return out;
  Value json = document::parse_json(state.json, "the state of changes");
  out.slot = json["slot"].raw();
  out.system = json["system"].raw();
  out.timeline = static_cast<std::uint32_t>(json["timeline"].integer());
  out.xid = static_cast<std::uint32_t>(json["xid"].integer());
  out.lsn = parse_lsn(json["lsn"].raw());
  if (out.slot.empty() || out.lsn == 0)
    throw Error(ErrorCode::state_invalid, "The state names no slot and position");
  for (const auto& [stream, entry] : json["tables"].members()) {
    KnownTable& table = out.tables[stream];
    table.oid = static_cast<std::uint32_t>(entry["oid"].integer());
    table.member = static_cast<std::uint32_t>(entry["member"].integer());
    table.from = parse_lsn(entry["from"].raw());
    for (const Value& column : entry["columns"].items()) {
      if (column.items().size() != 4)
        throw Error(ErrorCode::state_invalid, "A column of the state is none", stream);
      table.columns.push_back({column.items()[0].raw(),
                               static_cast<std::uint32_t>(column.items()[1].integer()),
                               static_cast<std::int32_t>(column.items()[2].integer()),
                               static_cast<int>(column.items()[3].integer())});
    }
  }
  return out;
}

KnownTable known_table(const Table& table, Lsn from) {
  KnownTable out;
  out.oid = table.oid;
  out.member = table.member;
  out.from = from;
  for (const PgColumn& column : table.columns)
    out.columns.push_back({column.name, column.declared, column.declared_modifier, column.number});
  return out;
}

}  // namespace leat::sources::postgres
