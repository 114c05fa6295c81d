#include "run/copy/copy.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "run/copy/file_sink.h"
#include "run/copy/place.h"
#include "sources/source_kind.h"
#include "sync/sync.h"
#include "warehouses/warehouse.h"

namespace leat::run {
namespace {

using document::Value;

[[noreturn]] void refuse(const std::string& what, const char* fix) {
  throw Error(ErrorCode::cli_usage, what, "leat copy").fix(fix);
}

// "sales.orders" -> {"sales", "orders"}.
std::pair<std::string, std::string> split_table(const std::string& name) {
  std::size_t dot = name.find('.');
  if (dot == std::string::npos) return {"", name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

// The name of a stream as one word: "sales.orders" -> "sales_orders".
std::string table_name(const std::string& stream) {
  std::string out = stream;
  std::replace(out.begin(), out.end(), '.', '_');
  return out;
}

class Copy {
 public:
  Copy(const CopyOptions& options, Env& env)
      : options_(options), env_(env), from_(read_place(options.from)), to_(read_place(options.to)) {
    if (from_.kind == "snowflake") refuse("Snowflake is no source here", "It can be the destination.");
    if (from_.shown == "-") refuse("The standard input is no source here", "Write it to a file first.");
    set_source();
  }

  std::vector<Copied> run() {
    choose_streams();
    if (!options_.table.empty() && streams_.size() > 1)
      refuse("`--table` names one table, and the source has several streams", "Choose one with --stream.");
    return to_.is_database() ? into_database() : into_files();
  }

 private:
  void set_source() {
    Value& settings = from_.settings;
    if (from_.is_database()) {
      std::vector<std::string> tables = from_.tables;
      tables.insert(tables.end(), options_.streams.begin(), options_.streams.end());
      if (!tables.empty()) {
        Value list = Value::list();
        for (const std::string& table : tables) list.items().push_back(Value::of(table));
        settings.set("tables", std::move(list));
      }
      if (!from_.schema.empty()) {
        settings.set("schemas", Value::list({Value::of(from_.schema)}));
      } else if (from_.kind == "postgres") {
        name_schemas(tables);
      }
      return;
    }
    if (!options_.format.empty() && to_.is_database()) settings.set("format", Value::of(options_.format));
    if (!options_.endpoint.empty()) settings.set("endpoint", Value::of(options_.endpoint));
    if (!options_.region.empty()) settings.set("region", Value::of(options_.region));
  }

  // PostgreSQL is read schema by schema: those that tables are named with.
  void name_schemas(const std::vector<std::string>& tables) {
    std::vector<std::string> schemas;
    for (const std::string& table : tables) {
      std::size_t dot = table.find('.');
      std::string schema = dot == std::string::npos ? "public" : table.substr(0, dot);
      if (std::find(schemas.begin(), schemas.end(), schema) == schemas.end())
        schemas.push_back(std::move(schema));
    }
    if (schemas.empty()) return;
    Value list = Value::list();
    for (const std::string& schema : schemas) list.items().push_back(Value::of(schema));
    from_.settings.set("schemas", std::move(list));
  }

  std::unique_ptr<stream::Source> open_source() {
    const sources::SourceKind& kind = sources::find_source_kind(from_.kind, "leat copy");
    return kind.open(document::read_settings(*kind.spec, from_.settings, env_), env_);
  }

  void choose_streams() {
    stream::Catalog catalog = open_source()->discover();
    for (stream::Stream& stream : catalog.streams) {
      bool is_chosen =
          options_.streams.empty() || from_.is_database() ||
          std::find(options_.streams.begin(), options_.streams.end(), stream.name) != options_.streams.end();
      if (!is_chosen) continue;
      if (!options_.cursor.empty()) stream.cursor_field = options_.cursor;
      streams_.push_back(std::move(stream));
    }
    std::vector<std::string> wanted = from_.tables;
    wanted.insert(wanted.end(), options_.streams.begin(), options_.streams.end());
    for (const std::string& name : wanted) find_stream(name);
    if (streams_.empty())
      refuse(fmt::format("There is nothing to copy in {}", from_.shown), "Check the URI.");
  }

  void find_stream(const std::string& name) const {
    auto is_it = [&](const stream::Stream& stream) {
      return stream.name == name || stream.namespace_name + "." + stream.name == name;
    };
    if (std::any_of(streams_.begin(), streams_.end(), is_it)) return;
    std::vector<std::string> names;
    for (const stream::Stream& stream : streams_) names.push_back(stream.name);
    throw Error(ErrorCode::source_stream_unknown, fmt::format("There is no `{}`", name), from_.shown);
  }

  std::vector<Copied> into_database() {
    const warehouses::WarehouseKind& kind = warehouses::find_warehouse_kind(to_.kind, "leat copy");
    auto warehouse = kind.open(document::read_settings(*kind.spec, to_.settings, env_), env_);
    sync::Connection connection;
    connection.name = "copy " + from_.shown;
    connection.metadata_prefix = "";
    connection.where = "leat copy";
    std::string named = !options_.table.empty() ? options_.table : to_.tables.empty() ? "" : to_.tables[0];
    auto [schema, table] = split_table(named);
    connection.schema = !schema.empty() ? schema : !to_.schema.empty() ? to_.schema : default_schema();
    for (const stream::Stream& stream : streams_) {
      sync::StreamSettings settings;
      settings.name = stream.name;
      settings.mode = options_.mode;
      settings.table = table.empty() ? table_name(stream.name) : table;
      settings.primary_key = options_.key;
      settings.cursor_field = options_.cursor;
      settings.where = "leat copy";
      connection.streams.push_back(std::move(settings));
    }
    sync::SyncResult result = sync::run_sync(
        connection, [this] { return open_source(); }, [&] { return warehouse->destination(); }, env_, {});
    std::vector<Copied> out;
    for (const sync::StreamResult& each : result.streams)
      out.push_back({each.stream, fmt::format("{}.{} of {}", each.schema, each.table, to_.shown),
                     each.rows_read, each.rows_changed(), each.error});
    return out;
  }

  std::string default_schema() const { return to_.kind == "duckdb" ? "main" : "public"; }

  std::vector<Copied> into_files() {
    bool is_folder = to_.shown.ends_with('/') || options_.to.ends_with('/') ||
                     (to_.shown.find("://") == std::string::npos && std::filesystem::is_directory(to_.shown));
    files::TableFormat format = file_format(is_folder);
    if (!is_folder && streams_.size() > 1)
      refuse(fmt::format("{} streams do not go into one file", streams_.size()),
             "Choose one with --stream or ?table=, or name a folder, with `/` at its end.");
    std::vector<std::string> urls;
    for (const stream::Stream& stream : streams_)
      urls.push_back(is_folder ? fmt::format("{}{}{}.{}", to_.shown, to_.shown.ends_with('/') ? "" : "/",
                                             table_name(stream.name), ending(format))
                               : to_.shown);
    FileSink sink(urls, format, streams_, store_options(), env_);
    std::vector<stream::Selection> selections;
    for (const stream::Stream& stream : streams_) selections.push_back({.stream = stream});
    open_source()->read(selections, sink);
    sink.finish();
    std::vector<Copied> out;
    for (std::size_t i = 0; i < streams_.size(); ++i)
      out.push_back({streams_[i].name, urls[i], sink.rows(i), sink.rows(i), {}});
    return out;
  }

  files::StoreOptions store_options() const {
    files::StoreOptions options;
    options.endpoint = options_.endpoint;
    options.region = options_.region;
    return options;
  }

  static const char* ending(files::TableFormat format) {
    return format == files::TableFormat::csv    ? "csv"
           : format == files::TableFormat::json ? "jsonl"
                                                : "parquet";
  }

  files::TableFormat file_format(bool is_folder) const {
    if (to_.shown.starts_with("http")) refuse("A web address takes no files", "Copy to a path or to s3://.");
    if (!options_.format.empty()) {
      std::optional<files::TableFormat> format = files::format_of("." + options_.format);
      if (!format)
        refuse(fmt::format("`{}` is no format", options_.format), "There are csv, json and parquet.");
      return *format;
    }
    if (is_folder) return files::TableFormat::parquet;
    if (to_.shown == "-") return files::TableFormat::csv;
    std::optional<files::TableFormat> format = files::format_of(to_.shown);
    if (!format)
      refuse(fmt::format("The name of {} does not tell its format", to_.shown),
             "End it with .csv, .jsonl or .parquet, or say --format.");
    return *format;
  }

  const CopyOptions& options_;
  Env& env_;
  Place from_, to_;
  std::vector<stream::Stream> streams_;
};

}  // namespace

std::vector<Copied> copy(const CopyOptions& options, Env& env) {
  return Copy(options, env).run();
}

}  // namespace leat::run
