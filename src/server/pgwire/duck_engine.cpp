#include "server/pgwire/duck_engine.h"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>

#include "base/embedded.h"
#include "base/error.h"
#include "run/free_warehouse.h"
#include "server/pgwire/commands.h"
#include "server/pgwire/duck_session.h"
#include "server/pgwire/duck_values.h"
#include "server/pgwire/rewrite.h"

namespace leat {
LEAT_EMBEDDED(pg_catalog);
}

namespace leat::server::pgwire {
namespace {

std::string types_table() {
  std::string rows;
  for (const PgType& type : pg_types()) {
    rows += fmt::format("{}({}, {}, {}, {}, {}, {})", rows.empty() ? "" : ", ", type.oid,
                        quoted_text(type.name), type.length, type.array,
                        quoted_text(std::string_view(&type.category, 1)), quoted_text(type.words));
  }
  return "create table leat_types(oid bigint, name varchar, length integer, \"array\" bigint, category "
         "varchar, words "
         "varchar); insert into leat_types values " +
         rows;
}

// Fills the database kCatalogName, which stays the one in use.
void create_catalog(duck::Connection& connection) {
  connection.run(fmt::format("use {}; begin; create type leat_oid as bigint", kCatalogName));
  connection.run(types_table());
  for (const EmbeddedFile& file : embedded_pg_catalog()) {
    for (const std::string& statement : split_statements(file.contents)) connection.run(statement);
  }
  connection.run("commit");
}

}  // namespace

std::vector<std::vector<std::string>> read_texts(duck::Connection& connection, const std::string& sql) {
  duck::Result result = connection.run(sql);
  std::vector<DuckColumn> columns;
  idx_t count = duck::duckdb_column_count(&result.get());
  for (idx_t i = 0; i < count; ++i) {
    duck::LogicalType type(duck::duckdb_column_logical_type(&result.get(), i));
    columns.emplace_back(type.get());
  }
  std::vector<std::vector<std::string>> out;
  while (duckdb_data_chunk chunk = duck::duckdb_fetch_chunk(result.get())) {
    for (idx_t i = 0; i < count; ++i) columns[i].look_at(duck::duckdb_data_chunk_get_vector(chunk, i));
    for (idx_t row = 0; row < duck::duckdb_data_chunk_get_size(chunk); ++row) {
      std::vector<std::string>& texts = out.emplace_back(count);
      for (idx_t i = 0; i < count; ++i) {
        if (!columns[i].is_null(row)) columns[i].append_text(row, texts[i]);
      }
    }
    duck::duckdb_destroy_data_chunk(&chunk);
  }
  return out;
}

std::unique_ptr<EngineSession> DuckEngine::begin(const std::string& user, SettingLookup settings) {
  return std::make_unique<DuckSession>(*this, user, std::move(settings));
}

std::shared_ptr<duck::Database> DuckEngine::open() {
  return run::when_free([&] { return duck::Database::open(settings_.warehouse); },
                        [&](const Error&, std::int64_t ms) { return ms < settings_.lock_wait.count(); },
                        env_);
}

std::unique_ptr<duck::Connection> DuckEngine::connect() {
  auto connection = std::make_unique<duck::Connection>(open());
  std::lock_guard lock(mutex_);
  if (furnished_.lock() == connection->database()) return connection;
  catalog_ = read_texts(*connection, "select current_database()").at(0).at(0);
  furnish(*connection);
  furnished_ = connection->database();
  return connection;
}

// Named by what is in it and by who reads it, so that another version makes its own.
std::string DuckEngine::catalog_file() const {
  if (settings_.catalog_folder.empty()) return "";
  std::string text = types_table();
  for (const EmbeddedFile& file : embedded_pg_catalog()) text += file.contents;
  return fmt::format("{}/pg_catalog-{}-{:016x}.duckdb", settings_.catalog_folder,
                     duck::duckdb_library_version(), std::hash<std::string>()(text));
}

void DuckEngine::make_catalog() {
  duck::load_library();
  std::string file = catalog_file();
  std::error_code failed;
  if (file.empty() || std::filesystem::exists(file, failed)) return;
  std::filesystem::create_directories(settings_.catalog_folder, failed);
  // Made beside and renamed, so that nobody reads half of one.
  std::string beside = fmt::format("{}.{}.creating", file, env_.uuid());
  try {
    duck::Settings memory;
    memory.path = ":memory:";
    memory.threads = "1";
    duck::Connection connection(duck::Database::open(memory));
    connection.run(fmt::format("attach {} as {}", quoted_text(beside), kCatalogName));
    create_catalog(connection);
    connection.run(fmt::format("use memory; detach {}", kCatalogName));
    std::filesystem::rename(beside, file, failed);
  } catch (const Error&) {  // a folder that is not for writing: each opening makes its own in memory
    failed = std::make_error_code(std::errc::io_error);
  }
  if (failed) std::filesystem::remove(beside, failed);
}

// Attaches PostgreSQL's catalogue, which every connection of the instance sees then.
void DuckEngine::furnish(duck::Connection& connection) {
  std::string is_there =
      fmt::format("select 1 from duckdb_databases() where database_name = '{}'", kCatalogName);
  if (read_texts(connection, is_there).empty()) {
    make_catalog();
    std::string file = catalog_file();
    std::error_code failed;
    if (!file.empty() && std::filesystem::exists(file, failed)) {
      connection.run(fmt::format("attach {} as {} (read_only)", quoted_text(file), kCatalogName));
    } else {
      connection.run(fmt::format("attach ':memory:' as {}", kCatalogName));
      create_catalog(connection);
      connection.run(fmt::format("use {}", quoted_name(catalog_)));
    }
  }
  for (const auto& row : read_texts(connection,
                                    "select distinct function_name from duckdb_functions() "
                                    "where function_type = 'table_macro' and not internal"))
    guard_.admit(row.at(0));
}

std::string DuckEngine::catalog() {
  std::lock_guard lock(mutex_);
  return catalog_;
}

void DuckEngine::check(duck::Connection& connection, const std::string& sql) {
  {
    std::lock_guard lock(mutex_);
    if (guard_.knows(sql)) return;
  }
  auto tree = read_texts(connection, fmt::format("select json_serialize_sql({})", quoted_text(sql)));
  std::lock_guard lock(mutex_);
  guard_.check(sql, tree.at(0).at(0));
}

}  // namespace leat::server::pgwire
