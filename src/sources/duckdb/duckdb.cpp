#include "sources/duckdb/duckdb.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/quotes.h"
#include "duck/query_reader.h"

namespace leat::sources::duckdb {
namespace {

using document::Value;

const Spec kSpec{
    "duckdb",
    "The tables and views of a DuckDB file.",
    {{"path", FieldKind::path, "The database file.", "", true},
     {"tables", FieldKind::list, "Which to offer, as `schema.table`; all when left out."},
     {"schemas", FieldKind::list, "The tables of these schemas; all but Leat's own when left out."},
     {"memory_limit", FieldKind::text, "How much memory DuckDB may use before it spills to disk.", "1GB"}}};

// The texts of a small result, row by row.
std::vector<std::vector<std::string>> texts(duck::Connection& connection, const std::string& from) {
  std::vector<std::vector<std::string>> out;
  duck::QueryReader reader(connection, from);
  while (std::optional<batch::RecordBatch> batch = reader.next()) {
    for (std::size_t row = 0; row < batch->rows(); ++row) {
      std::vector<std::string>& texts = out.emplace_back();
      for (std::size_t i = 0; i < batch->schema()->size(); ++i)
        texts.emplace_back(batch->column(i).is_null(row) ? std::string()
                                                         : std::string(batch->column(i).text(row)));
    }
  }
  return out;
}

class DuckSource final : public stream::Source {
 public:
  DuckSource(const document::Settings& settings, Env& env) : env_(env) {
    duck::Settings opening;
    opening.path = settings.resolve_path("path");
    opening.memory_limit = settings.text("memory_limit");
    opening.read_only = true;
    connection_ = std::make_unique<duck::Connection>(duck::Database::open(opening));
    for (const Value& table : settings.value("tables").items()) tables_.push_back(table.as_text("tables"));
    for (const Value& schema : settings.value("schemas").items())
      schemas_.push_back(schema.as_text("schemas"));
  }

  void check() override { texts(*connection_, "(select '1')"); }

  stream::Catalog discover() override {
    stream::Catalog catalog;
    std::vector<std::vector<std::string>> keys =
        texts(*connection_,
              "(select schema_name, table_name, unnest(constraint_column_names) from duckdb_constraints() "
              "where constraint_type = 'PRIMARY KEY' and database_name = current_database())");
    for (const auto& row :
         texts(*connection_,
               "(select table_schema, table_name from information_schema.tables "
               "where table_catalog = current_database() "
               "and table_schema not in ('information_schema', 'pg_catalog') order by all)")) {
      const std::string& schema = row[0];
      const std::string& table = row[1];
      std::string name = schema == "main" ? table : schema + "." + table;
      if (!is_wanted(schema, table)) continue;
      stream::Stream stream{.name = name, .namespace_name = schema};
      stream.schema = duck::QueryReader(*connection_, place(schema, table)).schema();
      for (const auto& key : keys)
        if (key[0] == schema && key[1] == table) stream.primary_key.push_back(key[2]);
      stream.sync_modes = {stream::SyncMode::full_refresh, stream::SyncMode::incremental};
      catalog.streams.push_back(std::move(stream));
    }
    return catalog;
  }

  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    for (std::size_t i = 0; i < selections.size(); ++i) read_one(selections[i], i, sink);
  }

 private:
  static std::string place(const std::string& schema, const std::string& table) {
    return in_marks(schema, '"') + "." + in_marks(table, '"');
  }

  bool is_wanted(const std::string& schema, const std::string& table) const {
    auto holds = [](const std::vector<std::string>& names, const std::string& name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (!tables_.empty()) return holds(tables_, table) || holds(tables_, schema + "." + table);
    return schemas_.empty() ? schema != "_leat" : holds(schemas_, schema);
  }

  void read_one(const stream::Selection& selection, std::size_t index, stream::Sink& sink) {
    const stream::Stream& stream = selection.stream;
    std::string table = stream.name;
    if (table.starts_with(stream.namespace_name + ".")) table.erase(0, stream.namespace_name.size() + 1);
    std::string from = place(stream.namespace_name, table);
    stream::State state;
    if (!stream.cursor_field.empty() && selection.mode == stream::SyncMode::incremental)
      from = limited(from, stream, selection.state, state);
    duck::QueryReader reader(*connection_, from);
    while (std::optional<batch::RecordBatch> batch = reader.next()) {
      env_.check_cancelled();
      sink.batch(index, std::move(*batch));
    }
    sink.checkpoint(index, std::move(state), "");
  }

  // The rows after `before` up to the largest cursor there is now, which becomes `after`.
  std::string limited(const std::string& from, const stream::Stream& stream, const stream::State& before,
                      stream::State& after) {
    std::string column = in_marks(stream.cursor_field, '"');
    std::string lowest;
    if (!before.empty()) {
      lowest = document::parse_json(before.json, "state")["cursor"].raw();
      after = before;
    }
    std::vector<std::vector<std::string>> most =
        texts(*connection_, fmt::format("(select cast(max({}) as varchar) from {})", column, from));
    std::string highest = most.empty() ? "" : most[0][0];
    if (highest.empty()) return from;
    after.json = document::to_json(Value::mapping({{"cursor", Value::of(highest)}}));
    std::string limit = fmt::format("{} <= {}", column, in_marks(highest, '\''));
    // A row without a cursor is in no later read either.
    limit += lowest.empty() ? fmt::format(" or {} is null", column)
                            : fmt::format(" and {} > {}", column, in_marks(lowest, '\''));
    return fmt::format("(select * from {} where {})", from, limit);
  }

  Env& env_;
  std::unique_ptr<duck::Connection> connection_;
  std::vector<std::string> tables_, schemas_;
};

}  // namespace

const SourceKind kDuckDb{"duckdb", &kSpec,
                         [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Source> {
                           return std::make_unique<DuckSource>(settings, env);
                         }};

}  // namespace leat::sources::duckdb
