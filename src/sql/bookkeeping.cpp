#include "sql/bookkeeping.h"

#include <fmt/core.h>

namespace leat::sql {
namespace {

using batch::Type;
using batch::TypeKind;

struct BookColumn {
  const char* name;
  TypeKind kind;
};
struct BookTable {
  const char* name;
  std::vector<BookColumn> columns;
};

const std::vector<BookTable>& tables() {
  static const std::vector<BookTable> all = {
      {"state",
       {{"connection", TypeKind::text},
        {"stream", TypeKind::text},
        {"state", TypeKind::text},
        {"updated_at", TypeKind::timestamptz}}},
      {"loads",
       {{"load_id", TypeKind::text},
        {"run_id", TypeKind::text},
        {"connection", TypeKind::text},
        {"stream", TypeKind::text},
        {"schema_name", TypeKind::text},
        {"table_name", TypeKind::text},
        {"partition", TypeKind::text},
        {"rows_staged", TypeKind::int64},
        {"rows_inserted", TypeKind::int64},
        {"rows_updated", TypeKind::int64},
        {"rows_unchanged", TypeKind::int64},
        {"rows_deleted", TypeKind::int64},
        {"rows_rejected", TypeKind::int64},
        {"bytes_read", TypeKind::int64},
        {"started_at", TypeKind::timestamptz},
        {"committed_at", TypeKind::timestamptz}}},
      {"dead_letters",
       {{"load_id", TypeKind::text},
        {"run_id", TypeKind::text},
        {"connection", TypeKind::text},
        {"stream", TypeKind::text},
        {"field", TypeKind::text},
        {"reason", TypeKind::text},
        {"record", TypeKind::text},
        {"rejected_at", TypeKind::timestamptz},
        {"letter_id", TypeKind::text}}},
      {"schema_versions",
       {{"connection", TypeKind::text},
        {"stream", TypeKind::text},
        {"version", TypeKind::int64},
        {"columns", TypeKind::text},
        {"load_id", TypeKind::text},
        {"created_at", TypeKind::timestamptz}}},
      {"asset_versions",
       {{"asset", TypeKind::text}, {"version", TypeKind::text}, {"built_at", TypeKind::timestamptz}}},
  };
  return all;
}

std::string book(const Dialect& dialect, std::string_view table) {
  return dialect.render({"", std::string(kBookkeepingSchema), std::string(table)});
}

}  // namespace

std::vector<std::string> create_bookkeeping(const Dialect& dialect) {
  std::vector<std::string> statements = {"create schema if not exists " + dialect.quote(kBookkeepingSchema)};
  for (const BookTable& table : tables()) {
    std::string columns;
    for (const BookColumn& column : table.columns) {
      columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", dialect.quote(column.name),
                             dialect.type_name(Type{column.kind}));
    }
    statements.push_back(
        fmt::format("create table if not exists {} ({})", book(dialect, table.name), columns));
  }
  // A warehouse that an earlier release made.
  statements.push_back(fmt::format("alter table {} add column if not exists {} {}",
                                   book(dialect, "dead_letters"), dialect.quote("letter_id"),
                                   dialect.type_name(Type{TypeKind::text})));
  return statements;
}

std::string insert_load(const Dialect& dialect, const LoadRecord& load) {
  auto text = [&](std::string_view value) { return dialect.literal(value); };
  return fmt::format("insert into {} values ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
                     book(dialect, "loads"), text(load.load_id), text(load.run_id), text(load.connection),
                     text(load.stream), text(load.schema), text(load.table), text(load.partition),
                     load.rows_staged, load.rows_inserted, load.rows_updated, load.rows_unchanged,
                     load.rows_deleted, load.rows_rejected, load.bytes_read, text(load.started_at),
                     text(load.committed_at));
}

std::vector<std::string> replace_state(const Dialect& dialect, std::string_view connection,
                                       std::string_view stream, std::string_view state,
                                       std::string_view updated_at) {
  std::vector<std::string> statements = {fmt::format(
      "delete from {} where {} = {} and {} = {}", book(dialect, "state"), dialect.quote("connection"),
      dialect.literal(connection), dialect.quote("stream"), dialect.literal(stream))};
  if (!state.empty()) {
    statements.push_back(fmt::format("insert into {} values ({}, {}, {}, {})", book(dialect, "state"),
                                     dialect.literal(connection), dialect.literal(stream),
                                     dialect.literal(state), dialect.literal(updated_at)));
  }
  return statements;
}

std::string select_state(const Dialect& dialect, std::string_view connection, std::string_view stream) {
  return fmt::format("select {} from {} where {} = {} and {} = {}", dialect.quote("state"),
                     book(dialect, "state"), dialect.quote("connection"), dialect.literal(connection),
                     dialect.quote("stream"), dialect.literal(stream));
}

std::string select_changing_loads(const Dialect& dialect, std::string_view connection,
                                  std::string_view stream) {
  // Their number as well: a clock that was set back, or another machine's, would hide the newest behind
  // others.
  std::string changing = fmt::format(
      "from {} where {} = {}{} and rows_inserted + rows_updated + rows_deleted > 0", book(dialect, "loads"),
      dialect.quote("connection"), dialect.literal(connection),
      stream.empty() ? "" : fmt::format(" and {} = {}", dialect.quote("stream"), dialect.literal(stream)));
  return fmt::format(
      "select load_id, (select cast(count(*) as {1}) {0}) as loads {0} order by committed_at desc, "
      "started_at "
      "desc, load_id limit 1",
      changing, dialect.type_name(Type{TypeKind::text}));
}

std::string insert_dead_letters(const Dialect& dialect, const LoadRecord& load,
                                const std::vector<DeadLetter>& letters) {
  std::string rows;
  for (const DeadLetter& letter : letters) {
    rows += fmt::format(
        "{}({}, {}, {}, {}, {}, {}, {}, {}, {})", rows.empty() ? "" : ", ", dialect.literal(load.load_id),
        dialect.literal(load.run_id), dialect.literal(load.connection), dialect.literal(load.stream),
        dialect.literal(letter.field), dialect.literal(letter.reason), dialect.literal(letter.record),
        dialect.literal(load.committed_at), dialect.literal(letter.letter_id));
  }
  return fmt::format(
      "insert into {} (load_id, run_id, connection, stream, field, reason, record, rejected_at, letter_id) "
      "values {}",
      book(dialect, "dead_letters"), rows);
}

std::string delete_dead_letters(const Dialect& dialect, const std::vector<std::string>& letter_ids) {
  std::string ids;
  for (const std::string& id : letter_ids) ids += (ids.empty() ? "" : ", ") + dialect.literal(id);
  return fmt::format("delete from {} where {} in ({})", book(dialect, "dead_letters"),
                     dialect.quote("letter_id"), ids);
}

std::string insert_schema_version(const Dialect& dialect, const LoadRecord& load, std::string_view columns) {
  std::string versions = book(dialect, "schema_versions");
  std::string stream =
      fmt::format("{} = {} and {} = {}", dialect.quote("connection"), dialect.literal(load.connection),
                  dialect.quote("stream"), dialect.literal(load.stream));
  return fmt::format(
      "insert into {0} select {1}, {2}, coalesce((select max(version) from {0} where {3}), 0) + 1, {4}, {5}, "
      "{6} where not exists (select 1 from {0} as v where {3} and v.columns = {4} and v.version = (select "
      "max(version) from {0} where {3}))",
      versions, dialect.literal(load.connection), dialect.literal(load.stream), stream,
      dialect.literal(columns), dialect.literal(load.load_id),
      fmt::format("cast({} as {})", dialect.literal(load.committed_at),
                  dialect.type_name(Type{TypeKind::timestamptz})));
}

std::string select_last_columns(const Dialect& dialect, std::string_view connection,
                                std::string_view stream) {
  return fmt::format("select {} from {} where {} = {} and {} = {} order by version desc limit 1",
                     dialect.quote("columns"), book(dialect, "schema_versions"), dialect.quote("connection"),
                     dialect.literal(connection), dialect.quote("stream"), dialect.literal(stream));
}

}  // namespace leat::sql
