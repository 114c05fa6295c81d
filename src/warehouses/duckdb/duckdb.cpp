#include "warehouses/duckdb/duckdb.h"

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
     {"memory_limit", FieldKind::text, "How much memory DuckDB may use before it spills to disk.", "1GB"},
     {"threads", FieldKind::integer, "How many threads it may use; all cores when left out."},
     {"temp_directory", FieldKind::path, "Where it spills; beside the file when left out."},
     {"read_only", FieldKind::boolean, "Opens the file for reading only.", "false"},
     {"schema", FieldKind::text, "The schema of dbt models that name none.", "main"}}};

class DuckWarehouse : public Warehouse {
 public:
  DuckWarehouse(std::shared_ptr<duck::Database> database, Env& env)
      : database_(std::move(database)), env_(env) {}
  const sql::Dialect& dialect() const override { return duckdb::duck_dialect(); }
  std::unique_ptr<stream::Destination> destination() override {
    return std::make_unique<duckdb::DuckDestination>(database_, env_);
  }
  std::unique_ptr<sql::Adapter> adapter() override {
    return std::make_unique<duckdb::DuckAdapter>(database_);
  }

 private:
  std::shared_ptr<duck::Database> database_;
  Env& env_;
};

std::unique_ptr<Warehouse> open(const document::Settings& settings, Env& env) {
  duck::Settings opening;
  opening.path = settings.text("path") == ":memory:" ? ":memory:" : settings.resolve_path("path");
  opening.threads = settings.text("threads");
  opening.memory_limit = settings.text("memory_limit");
  opening.temp_directory = settings.resolve_path("temp_directory");
  opening.read_only = settings.boolean("read_only");
  return std::make_unique<DuckWarehouse>(duck::Database::open(opening), env);
}

}  // namespace

const WarehouseKind kDuckDb{"duckdb", &kSpec, open};

}  // namespace leat::warehouses
