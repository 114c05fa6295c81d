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
        {"rejected_at", TypeKind::timestamptz}}},
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

std::string select_last_changing_load(const Dialect& dialect, std::string_view connection,
                                      std::string_view stream) {
  return fmt::format(
      "select load_id from {} where {} = {} and {} = {} and rows_inserted + rows_updated + rows_deleted > 0 "
      "order by committed_at desc, started_at desc limit 1",
      book(dialect, "loads"), dialect.quote("connection"), dialect.literal(connection),
      dialect.quote("stream"), dialect.literal(stream));
}

std::string insert_dead_letters(const Dialect& dialect, const LoadRecord& load,
                                const std::vector<DeadLetter>& letters) {
  std::string rows;
  for (const DeadLetter& letter : letters) {
    rows += fmt::format("{}({}, {}, {}, {}, {}, {}, {}, {})", rows.empty() ? "" : ", ",
                        dialect.literal(load.load_id), dialect.literal(load.run_id),
                        dialect.literal(load.connection), dialect.literal(load.stream),
                        dialect.literal(letter.field), dialect.literal(letter.reason),
                        dialect.literal(letter.record), dialect.literal(load.committed_at));
  }
  return fmt::format("insert into {} values {}", book(dialect, "dead_letters"), rows);
}

}  // namespace leat::sql
