#include "sources/postgres/postgres.h"

#include <fmt/core.h>

#include <atomic>
#include <optional>

#include "base/error.h"
#include "base/spec.h"
#include "sources/postgres/catalog.h"
#include "sources/postgres/change_reader.h"
#include "sources/postgres/diagnosis.h"
#include "sources/postgres/settings.h"
#include "sources/postgres/table_reader.h"

namespace leat::sources::postgres {
namespace {

constexpr int kVersionMin = 140000;

class PostgresSource final : public stream::Source {
 public:
  PostgresSource(const document::Settings& settings, Env& env)
      : options_(read_options(settings)), env_(env) {}

  void check() override { tables(); }

  std::vector<stream::Finding> diagnose() override { return postgres::diagnose(options_); }

  stream::Catalog discover() override {
    stream::Catalog catalog;
    for (const Table& table : tables()) {
      stream::Stream stream;
      stream.name = table.stream;
      stream.namespace_name = table.schema;
      stream.schema = schema_of(plan_columns(table, options_.numerics));
      stream.primary_key = table.primary_key;
      stream.cursor_field = table.cursor;
      stream.sync_modes = {stream::SyncMode::full_refresh};
      stream.any_cursor = true;
      if (options_.method == Method::cdc) add_changes(table, stream, catalog);
      if (!stream.shared_state.empty()) {
        catalog.streams.push_back(std::move(stream));
        continue;
      }
      bool has_transactions = table.kind != 'v' && table.kind != 'f';
      if (!table.cursor.empty() || (options_.method == Method::xmin && has_transactions))
        stream.sync_modes.push_back(stream::SyncMode::incremental);
      else
        stream.usual_mode = stream::WriteMode::overwrite;
      catalog.streams.push_back(std::move(stream));
    }
    return catalog;
  }

  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    if (!selections.empty() && !selections[0].stream.shared_state.empty())
      return ChangeReader(options_, env_, selections, sink, committed_).read();
    for (std::size_t i = 0; i < selections.size(); ++i)
      read_table(table(selections[i].stream.name), selections[i], i, options_, env_, sink);
  }

  void committed(const stream::State& state) override { committed_ = parse_state(state).lsn; }

 private:
  // Tables whose changes can be read share the slot; any other is read whole.
  void add_changes(const Table& table, stream::Stream& stream, stream::Catalog& catalog) {
    if (!change_tables_) {
      Session session(options_.url);
      change_tables_ = read_change_tables(session, options_);
    }
    const Table* found = find_table(*change_tables_, table.stream);
    if (!found) return;
    std::vector<ColumnPlan> plans = plan_columns(*found, options_.numerics);
    auto extended = [&](const std::vector<batch::Column>& more) {
      std::vector<batch::Column> columns = schema_of(plans)->columns();
      for (batch::Column& column : columns) column.nullable = true;
      columns.insert(columns.end(), more.begin(), more.end());
      return std::make_shared<const batch::Schema>(std::move(columns));
    };
    stream.schema = extended(change_columns());
    stream.primary_key = found->identity_key;
    stream.cursor_field.clear();
    stream.any_cursor = false;
    stream.sync_modes = {stream::SyncMode::incremental};
    stream.shared_state = "changes of " + options_.slot;
    stream.delete_column = kDeletedColumn;
    stream.deletes_hard = options_.deletes_hard;
    if (!options_.history) return;
    stream::Stream log = stream;
    log.name += kLogSuffix;
    log.schema = extended(log_columns());
    log.primary_key.clear();
    log.delete_column.clear();
    log.is_log = true;
    catalog.streams.push_back(std::move(log));
  }

  const std::vector<Table>& tables() {
    if (tables_) return *tables_;
    Session session(options_.url);
    if (session.version() < kVersionMin) {
      throw Error(ErrorCode::postgres_refused,
                  fmt::format("The server is PostgreSQL {}", session.version() / 10000), session.place())
          .fix("Leat reads PostgreSQL 14 and newer.");
    }
    return tables_.emplace(read_tables(session, options_));
  }

  const Table& table(const std::string& name) {
    if (const Table* found = find_table(tables(), name)) return *found;
    std::vector<std::string> names;
    for (const Table& each : tables()) names.push_back(each.stream);
    std::string near = nearest(name, names);
    throw Error(ErrorCode::source_stream_unknown,
                fmt::format("There is no table `{}`{}", name,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                options_.place);
  }

  Options options_;
  Env& env_;
  std::optional<std::vector<Table>> tables_, change_tables_;
  std::atomic<Lsn> committed_{0};
};

}  // namespace

const SourceKind kPostgres{
    "postgres", &kSettings,
    [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Source> {
      return std::make_unique<PostgresSource>(settings, env);
    }};

}  // namespace leat::sources::postgres
