#include "run/dead_letters.h"

#include <fmt/core.h>

#include <map>

#include "run/lock.h"
#include "sync/retry_letters.h"

namespace leat::run {
namespace {

std::string where_of(const sql::Dialect& dialect, const LetterFilter& filter) {
  std::string where;
  auto only = [&](const char* column, const std::string& value) {
    if (value.empty()) return;
    where += fmt::format(" {} {} = {}", where.empty() ? "where" : "and", dialect.quote(column),
                         dialect.literal(value));
  };
  only("connection", filter.connection);
  only("stream", filter.stream);
  return where;
}

bool has_letters(sql::Adapter& adapter) {
  return adapter.columns({"", "_leat", "dead_letters"}).has_value();
}

std::vector<KeptLetter> read(sql::Adapter& adapter, const LetterFilter& filter, const char* order) {
  std::vector<KeptLetter> letters;
  if (!has_letters(adapter)) return letters;
  const sql::Dialect& dialect = adapter.dialect();
  sql::QueryResult rows = adapter.query(
      fmt::format("select rejected_at, {0}, {1}, field, reason, record, letter_id from _leat.dead_letters{2} "
                  "order by rejected_at {3}, letter_id limit {4} offset {5}",
                  dialect.quote("connection"), dialect.quote("stream"), where_of(dialect, filter), order,
                  filter.limit, filter.offset));
  for (const batch::RecordBatch& batch : rows.batches) {
    for (std::size_t i = 0; i < batch.rows(); ++i) {
      auto text = [&](std::size_t column) {
        return batch.column(column).is_null(i) ? std::string() : std::string(batch.column(column).text(i));
      };
      letters.push_back({batch.column(0).print(i), text(1), text(2), text(3), text(4), text(5), text(6)});
    }
  }
  return letters;
}

StreamRetry retry_stream(const ProjectFile& project, warehouses::Warehouse& warehouse,
                         const StreamRetry& which, const std::vector<sync::Letter>& letters, Env& env) {
  const ConnectionFile& connection = project.connection(which.connection);
  auto source = open_source(connection, env);
  std::vector<std::string> names = {which.stream};
  std::vector<sync::StreamPlan> plans =
      sync::plan_streams(connection.connection, source->describe(names), names);
  auto destination = warehouse.destination();
  sync::RetryResult result = sync::retry_letters(connection.connection, plans.at(0), *source, *destination,
                                                 letters, env, env.uuid());
  return {which.connection, which.stream, result.loaded, result.rejected, std::move(result.reasons)};
}

}  // namespace

std::vector<KeptLetter> dead_letters(warehouses::Warehouse& warehouse, const LetterFilter& filter) {
  return read(*warehouse.adapter(), filter, "desc");
}

std::vector<LetterGroup> dead_letter_groups(warehouses::Warehouse& warehouse, const LetterFilter& filter) {
  std::unique_ptr<sql::Adapter> adapter = warehouse.adapter();
  std::vector<LetterGroup> groups;
  if (!has_letters(*adapter)) return groups;
  const sql::Dialect& dialect = adapter->dialect();
  sql::QueryResult rows = adapter->query(
      fmt::format("select {0}, {1}, field, reason, max(rejected_at), count(*) from _leat.dead_letters{2} "
                  "group by 1, 2, 3, 4 "
                  "order by 6 desc, 5 desc limit 200",
                  dialect.quote("connection"), dialect.quote("stream"), where_of(dialect, filter)));
  for (const batch::RecordBatch& batch : rows.batches) {
    for (std::size_t i = 0; i < batch.rows(); ++i)
      groups.push_back({std::string(batch.column(0).text(i)), std::string(batch.column(1).text(i)),
                        std::string(batch.column(2).text(i)), std::string(batch.column(3).text(i)),
                        batch.column(4).print(i), batch.column(5).value<std::int64_t>(i)});
  }
  return groups;
}

std::vector<StreamRetry> retry_dead_letters(const ProjectFile& project, const std::string& target,
                                            const LetterFilter& filter, Env& env) {
  ProjectLock lock(project.folder);
  auto warehouse = open_warehouse(project, target, env);
  warehouse->destination()->read_state("", "");  // makes the bookkeeping tables where there are none
  std::map<std::pair<std::string, std::string>, std::vector<sync::Letter>> streams;
  for (KeptLetter& letter : read(*warehouse->adapter(), filter, "asc")) {
    // Letters of an earlier release have no id to take them away by.
    if (!letter.id.empty())
      streams[{letter.connection, letter.stream}].push_back({std::move(letter.id), std::move(letter.record)});
  }
  std::vector<StreamRetry> out;
  for (const auto& [key, letters] : streams)
    out.push_back(retry_stream(project, *warehouse, {key.first, key.second, 0, 0, {}}, letters, env));
  return out;
}

}  // namespace leat::run
