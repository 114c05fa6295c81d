#include "sources/postgres/postgres.h"

#include <fmt/core.h>

#include <optional>

#include "base/error.h"
#include "base/spec.h"
#include "sources/postgres/catalog.h"
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
      bool has_transactions = table.kind != 'v' && table.kind != 'f';
      if (!table.cursor.empty() || (options_.method == Method::xmin && has_transactions))
        stream.sync_modes.push_back(stream::SyncMode::incremental);
      catalog.streams.push_back(std::move(stream));
    }
    return catalog;
  }

  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    for (std::size_t i = 0; i < selections.size(); ++i)
      read_table(table(selections[i].stream.name), selections[i], i, options_, env_, sink);
  }

 private:
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
  std::optional<std::vector<Table>> tables_;
};

}  // namespace

const SourceKind kPostgres{
    "postgres", &kSettings,
    [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Source> {
      return std::make_unique<PostgresSource>(settings, env);
    }};

}  // namespace leat::sources::postgres
