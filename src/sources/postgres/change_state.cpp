#include "sources/postgres/change_state.h"

#include "base/error.h"
#include "document/value.h"

namespace leat::sources::postgres {

using document::Value;

namespace {

Value number(std::int64_t value) {
  return Value::of(value);
}

Value print_unfinished(const Unfinished& unfinished) {
  Value leaves = Value::list();
  for (const auto& [oid, file] : unfinished.leaves)
    leaves.items().push_back(Value::list({number(oid), number(file)}));
  return Value::mapping({{"from", Value::of(print_lsn(unfinished.from))},
                         {"moment", Value::of(unfinished.moment)},
                         {"leaves", std::move(leaves)},
                         {"leaf", number(static_cast<std::int64_t>(unfinished.leaf))},
                         {"page", number(unfinished.page)}});
}

Unfinished parse_unfinished(const Value& json) {
  Unfinished out;
  out.from = parse_lsn(json["from"].raw());
  out.moment = json["moment"].raw();
  for (const Value& leaf : json["leaves"].items()) {
    if (leaf.items().size() != 2) throw Error(ErrorCode::state_invalid, "A leaf of the state is none");
    out.leaves.emplace_back(leaf.items()[0].integer(), leaf.items()[1].integer());
  }
  out.leaf = static_cast<std::size_t>(json["leaf"].integer());
  out.page = json["page"].integer();
  return out;
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
      Value each = Value::list(
          {Value::of(column.name), number(column.type), number(column.modifier), number(column.number)});
      for (const std::string& word : column.words) each.items().push_back(Value::of(word));
      columns.items().push_back(std::move(each));
    }
    Value entry = Value::mapping();
    entry.set("oid", number(table.oid));
    entry.set("member", number(table.member));
    entry.set("from", Value::of(print_lsn(table.from)));
    entry.set("columns", std::move(columns));
    if (table.unfinished) entry.set("unfinished", print_unfinished(*table.unfinished));
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
    if (entry["unfinished"].is_mapping()) table.unfinished = parse_unfinished(entry["unfinished"]);
    for (const Value& column : entry["columns"].items()) {
      constexpr std::size_t kParts = 4;
      const auto& parts = column.items();
      if (parts.size() < kParts)
        throw Error(ErrorCode::state_invalid, "A column of the state is none", stream);
      KnownTable::Column& known = table.columns.emplace_back();
      known.name = parts[0].raw();
      known.type = static_cast<std::uint32_t>(parts[1].integer());
      known.modifier = static_cast<std::int32_t>(parts[2].integer());
      known.number = static_cast<int>(parts[3].integer());
      for (std::size_t i = kParts; i < parts.size(); ++i) known.words.push_back(parts[i].raw());
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
    out.columns.push_back(
        {column.name, column.declared, column.declared_modifier, column.number, column.words});
  return out;
}

}  // namespace leat::sources::postgres
