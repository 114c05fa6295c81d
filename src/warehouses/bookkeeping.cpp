#include "warehouses/bookkeeping.h"

#include "sql/bookkeeping.h"

namespace leat::warehouses {
namespace {
constexpr std::size_t kLettersPerStatement = 500;
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
  for (std::size_t from = 0; from < commit.rejected.size(); from += kLettersPerStatement) {
    std::vector<sql::DeadLetter> letters;
    for (std::size_t i = from; i < std::min(commit.rejected.size(), from + kLettersPerStatement); ++i) {
      letters.push_back({commit.rejected[i].field, commit.rejected[i].reason, commit.rejected[i].record});
    }
    statements.push_back(sql::insert_dead_letters(dialect, load, letters));
  }
  if (!commit.state.empty()) {
    for (std::string& sql : sql::replace_state(dialect, target.connection, target.stream, commit.state.json,
                                               load.committed_at)) {
      statements.push_back(std::move(sql));
    }
  }
  return statements;
}

}  // namespace leat::warehouses
