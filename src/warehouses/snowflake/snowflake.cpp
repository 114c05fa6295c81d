#include "warehouses/snowflake/snowflake.h"

#include "warehouses/snowflake/adapter.h"
#include "warehouses/snowflake/dialect.h"
#include "warehouses/snowflake/load.h"

namespace leat::warehouses {
namespace {

class SnowWarehouse : public Warehouse {
 public:
  SnowWarehouse(snowflake::Account account, Env& env) : account_(std::move(account)), env_(env) {}
  const sql::Dialect& dialect() const override { return snowflake::snow_dialect(); }
  std::string database() const override { return account_.database; }
  std::unique_ptr<stream::Destination> destination() override {
    return std::make_unique<snowflake::SnowDestination>(account_, env_);
  }
  std::unique_ptr<sql::Adapter> adapter() override {
    return std::make_unique<snowflake::SnowAdapter>(account_, env_);
  }

 private:
  snowflake::Account account_;
  Env& env_;
};

std::unique_ptr<Warehouse> open(const document::Settings& settings, Env& env) {
  return std::make_unique<SnowWarehouse>(snowflake::read_account(settings), env);
}

}  // namespace

const WarehouseKind kSnowflake{"snowflake", &snowflake::account_spec(), open};

}  // namespace leat::warehouses
