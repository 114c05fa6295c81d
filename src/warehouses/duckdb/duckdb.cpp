#include "warehouses/duckdb/duckdb.h"

#include <fmt/format.h>

#include <filesystem>
#include <mutex>

#include "duck/client.h"
#include "warehouses/duckdb/adapter.h"
#include "warehouses/duckdb/dialect.h"
#include "warehouses/duckdb/load.h"

namespace leat::warehouses {
namespace {

const Spec kSpec{
    "duckdb",
    "DuckDB, embedded: one file, no server. One process writes it at a time.",
    {{"path", FieldKind::path, "The database file, relative to leat.yml; `:memory:` for none.", "", true},
     {"memory_limit", FieldKind::text,
      "How much memory DuckDB may use before it spills to disk; 1GB when left out, and 512MB while it takes "
      "a "
      "stream of changes."},
     {"threads", FieldKind::integer, "How many threads it may use; all cores when left out."},
     {"temp_directory", FieldKind::path, "Where it spills; beside the file when left out."},
     {"read_only", FieldKind::boolean, "Opens the file for reading only.", "false"},
     {"schema", FieldKind::text, "The schema of dbt models that name none.", "main"}}};

// As DuckDB names the database of a file: what stands before the first dot, unless that is a name of its own.
std::string database_of(const std::string& path) {
  if (path == ":memory:") return "memory";
  std::string file = std::filesystem::path(path).filename().string();
  file.erase(0, file.find_first_not_of('.'));
  std::string name = file.substr(0, file.find('.'));
  for (const char* reserved : {"main", "temp", "system"}) {
    if (name == reserved) return name + "_db";
  }
  return name;
}

class DuckWarehouse : public Warehouse {
 public:
  DuckWarehouse(duck::Settings settings, duckdb::MemoryLimits limits, Env& env)
      : settings_(std::move(settings)), limits_(std::move(limits)), env_(env) {}
  const sql::Dialect& dialect() const override { return duckdb::duck_dialect(); }
  std::string database() const override { return database_of(settings_.path); }
  std::unique_ptr<stream::Destination> destination() override {
    return std::make_unique<duckdb::DuckDestination>(opened(), env_, limits_);
  }
  std::unique_ptr<sql::Adapter> adapter() override { return std::make_unique<duckdb::DuckAdapter>(opened()); }
  bool copy_to(const std::string& path) override {
    duck::Connection connection(opened());
    const sql::Dialect& dialect = duckdb::duck_dialect();
    connection.run(fmt::format("attach {} as leat_backup", dialect.literal(path)));
    connection.run(fmt::format("copy from database {} to leat_backup", dialect.quote(database())));
    connection.run("detach leat_backup");
    return true;
  }
  std::string file() const override { return settings_.path; }

 private:
  const std::shared_ptr<duck::Database>& opened() {
    std::lock_guard lock(mutex_);
    if (!database_) database_ = duck::Database::open(settings_);
    return database_;
  }
  duck::Settings settings_;
  duckdb::MemoryLimits limits_;
  Env& env_;
  std::mutex mutex_;  // guards database_
  std::shared_ptr<duck::Database> database_;
};

// Where nothing is said: beside it stand the changes under way, together they stay under a gigabyte.
const duckdb::MemoryLimits kLimits{"512MB", "1GB"};

std::unique_ptr<Warehouse> open(const document::Settings& settings, Env& env) {
  duckdb::MemoryLimits limits;
  if (settings.text("memory_limit").empty()) limits = kLimits;
  return std::make_unique<DuckWarehouse>(duckdb_settings(settings), std::move(limits), env);
}

}  // namespace

duck::Settings duckdb_settings(const document::Settings& settings) {
  duck::Settings opening;
  opening.path = settings.text("path") == ":memory:" ? ":memory:" : settings.resolve_path("path");
  opening.threads = settings.text("threads");
  opening.memory_limit = settings.text("memory_limit");
  if (opening.memory_limit.empty()) opening.memory_limit = kLimits.otherwise;
  opening.temp_directory = settings.resolve_path("temp_directory");
  opening.read_only = settings.boolean("read_only");
  return opening;
}

const WarehouseKind kDuckDb{"duckdb", &kSpec, open};

}  // namespace leat::warehouses
