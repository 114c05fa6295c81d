#include "run/free_warehouse.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "run/store/store.h"
#include "support/event_count.h"
#include "support/temporary_folder.h"

namespace leat::run {
namespace {

// Its file is held by another process until it was asked so often.
class HeldWarehouse : public warehouses::Warehouse {
 public:
  explicit HeldWarehouse(int times) : times_(times) {}
  const sql::Dialect& dialect() const override { throw Error(ErrorCode::internal, "nobody asks", ""); }
  std::string database() const override { return "shop"; }
  std::unique_ptr<stream::Destination> destination() override { return nullptr; }
  std::unique_ptr<sql::Adapter> adapter() override {
    if (times_-- > 0) throw Error(ErrorCode::warehouse_locked, "Conflicting lock is held", "shop.duckdb");
    return nullptr;
  }
  bool is_free() const { return times_ < 0; }

 private:
  int times_;
};

struct Waiting {
  testing::TemporaryFolder folder;
  testing::EventCount told{"run_waiting", "shop.duckdb"};
  Env env{fixed_clock({}), 1};
  Waiting() { env.listen(told); }
  bool gets(int times, std::optional<std::chrono::milliseconds> patience = std::nullopt) {
    HeldWarehouse warehouse(times);
    try {
      adapter_when_free(warehouse, folder.path(), patience, env);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::warehouse_locked);
    }
    return warehouse.is_free();
  }
};

TEST_CASE("a run of the project is waited for to its end, and that is told once") {
  Waiting f;
  Store(f.folder.path()).begin_run({"1", "run", "duckdb", "running", "2026-01-01T00:00:00Z"});
  CHECK(f.gets(3000));
  CHECK(f.told.count == 1);
  CHECK_FALSE(f.gets(3000, std::chrono::seconds(60)));
}

TEST_CASE("another process is waited for a few seconds, since it may only be asking") {
  Waiting f;
  CHECK(f.gets(20));
  CHECK_FALSE(f.gets(3000));
}

TEST_CASE("nothing is told where the file is free") {
  Waiting f;
  CHECK(f.gets(0));
  CHECK(f.told.count == 0);
}

}  // namespace
}  // namespace leat::run
