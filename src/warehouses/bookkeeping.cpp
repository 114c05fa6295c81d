#include "warehouses/bookkeeping.h"

#include <fmt/core.h>

#include "document/value.h"
#include "sql/bookkeeping.h"

namespace leat::warehouses {
namespace {
constexpr std::size_t kLettersPerStatement = 500;
constexpr std::size_t kBytesPerStatement = 400 << 10;  // Snowflake takes a megabyte of SQL

// [{"name":"id","type":"int64"}, ...]
std::string columns_json(const std::vector<batch::Column>& columns) {
  document::Value list = document::Value::list();
  for (const batch::Column& column : columns) {
    document::Value each = document::Value::mapping();
    each.set("name", document::Value::of(column.name));
    each.set("type", document::Value::of(column.type.name()));
    list.items().push_back(std::move(each));
  }
  return document::to_json(list);
}

}  // namespace

std::vector<batch::Column> parse_columns(const std::string& json) {
  std::vector<batch::Column> columns;
  if (json.empty()) return columns;
  document::Value list = document::parse_json(json, "_leat.schema_versions");
  for (const document::Value& each : list.items()) {
    batch::Type text{batch::TypeKind::text};
    columns.push_back({each["name"].raw(), batch::parse_type(each["type"].raw()).value_or(text)});
  }
  return columns;
}

std::vector<std::string> commit_statements(const sql::Dialect& dialect, const stream::Target& target,
                                           const stream::Commit& commit, const stream::LoadResult& result) {
  sql::LoadRecord load;
  load.load_id = commit.load_id;
  load.run_id = commit.run_id;
  load.connection = target.connection;
  load.stream = target.stream;
  load.schema = target.schema;
  load.table = target.table;
  load.partition = commit.partition;
  load.started_at = format_iso_timestamp(commit.started_at);
  load.committed_at = format_iso_timestamp(commit.committed_at);
  load.rows_staged = result.rows_staged;
  load.rows_inserted = result.rows_inserted;
  load.rows_updated = result.rows_updated;
  load.rows_unchanged = result.rows_unchanged;
  load.rows_deleted = result.rows_deleted;
  load.rows_rejected = static_cast<std::int64_t>(commit.rejected.size());
  load.bytes_read = commit.bytes_read;
  std::vector<std::string> statements = {sql::insert_load(dialect, load)};
  std::vector<sql::DeadLetter> letters;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < commit.rejected.size(); ++i) {
    const stream::RejectedRecord& each = commit.rejected[i];
    letters.push_back({each.field, each.reason, each.record, fmt::format("{}/{}", commit.load_id, i)});
    bytes += each.record.size();
    bool is_last = i + 1 == commit.rejected.size();
    bool is_full = letters.size() == kLettersPerStatement ||
                   (!is_last && bytes + commit.rejected[i + 1].record.size() > kBytesPerStatement);
    if (!is_last && !is_full) continue;
    statements.push_back(sql::insert_dead_letters(dialect, load, letters));
    letters.clear();
    bytes = 0;
  }
  if (!commit.letters_retried.empty())
    statements.push_back(sql::delete_dead_letters(dialect, commit.letters_retried));
  if (!commit.columns.empty())
    statements.push_back(sql::insert_schema_version(dialect, load, columns_json(commit.columns)));
  if (!commit.state.empty()) {
    for (std::string& sql : sql::replace_state(dialect, target.connection, target.stream, commit.state.json,
                                               load.committed_at)) {
      statements.push_back(std::move(sql));
    }
  }
  return statements;
}

}  // namespace leat::warehouses
