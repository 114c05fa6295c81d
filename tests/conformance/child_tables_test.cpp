// Child tables: the elements of nested lists, with the key of their row, whatever happens to the row.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include "under_test.h"

using namespace leat;
using namespace leat::conformance;

namespace {

struct Row {
  std::int64_t id, version;
  const char* items;
};

class Orders {
 public:
  Orders(UnderTest& under_test, stream::WriteMode mode, Env& env) : under_test_(under_test), env_(env) {
    static int counter = 0;
    connection_.name = fmt::format("{}_{}", under_test.schema(), counter);
    connection_.schema = under_test.schema();
    sync::StreamSettings settings;
    settings.name = "orders";
    settings.table = fmt::format("orders_{}", counter++);
    settings.mode = mode;
    settings.child_tables = {"items"};
    connection_.streams = {settings};
  }
  void load(const std::vector<Row>& rows) {
    auto schema = std::make_shared<const batch::Schema>(
        std::vector<batch::Column>{{"id", {batch::TypeKind::int64}},
                                   {"version", {batch::TypeKind::int64}},
                                   {"items", {batch::TypeKind::json}}});
    std::vector<batch::RecordBatch> batches;
    batches.emplace_back(schema);
    for (const Row& row : rows) {
      batches[0].column(0).append(row.id);
      batches[0].column(1).append(row.version);
      row.items ? batches[0].column(2).append_text(row.items) : batches[0].column(2).append_null();
    }
    stream::Stream stream{"orders", "", schema, {"id"}, "version", {stream::SyncMode::full_refresh}};
    if (connection_.streams[0].mode == stream::WriteMode::append_dedup)
      stream.sync_modes.push_back(stream::SyncMode::incremental);
    sync::StreamResult result =
        conformance::load(under_test_, connection_, stream, std::move(batches), "{}", env_);
    REQUIRE_MESSAGE(!result.error, std::string(result.error ? result.error->what() : ""));
  }
  std::vector<std::string> items(const std::string& columns) {
    return under_test_.rows(fmt::format("select {} from {}.{}__items", columns, under_test_.schema(),
                                        connection_.streams[0].table));
  }

 private:
  UnderTest& under_test_;
  Env& env_;
  sync::Connection connection_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("elements of a list become rows with the key of their row, and follow it") {
  Env env;
  auto under_test = UnderTest::open(env);
  if (!under_test || under_test->kind() == "snowflake") return;
  Orders orders(*under_test, stream::WriteMode::append_dedup, env);
  orders.load({{1, 1, R"([{"sku":"a","n":2},{"sku":"b","n":1}])"}, {2, 1, R"([])"}, {3, 1, nullptr}});
  CHECK(orders.items("id, _index, sku, n") == Lines{"1|0|a|2", "1|1|b|1"});
  // A newer row brings other elements, an older one changes nothing, others stay.
  orders.load({{1, 2, R"([{"sku":"c","n":5}])"},
               {3, 1, R"([{"sku":"d","n":1}])"},
               {2, 0, R"([{"sku":"late","n":9}])"}});
  CHECK(orders.items("id, _index, sku, n") == Lines{"1|0|c|5", "3|0|d|1"});
  // New members and wider types.
  orders.load({{2, 2, R"([{"sku":7,"n":1.5,"tags":["x"],"ok":true}])"}});
  CHECK(orders.items("id, sku, n, ok") == Lines{"1|c|5|~", "2|7|1.5|true", "3|d|1|~"});
}

TEST_CASE("a replaced table has its elements replaced too; elements that are no objects have a value") {
  Env env;
  auto under_test = UnderTest::open(env);
  if (!under_test || under_test->kind() == "snowflake") return;
  Orders orders(*under_test, stream::WriteMode::overwrite_dedup, env);
  orders.load({{1, 1, R"(["x","y"])"}, {2, 1, R"(["z"])"}});
  CHECK(orders.items("id, _index, value") == Lines{"1|0|x", "1|1|y", "2|0|z"});
  orders.load({{2, 2, R"(["w"])"}});
  CHECK(orders.items("id, _index, value") == Lines{"2|0|w"});
}

TEST_CASE("rows that are appended bring their elements") {
  Env env;
  auto under_test = UnderTest::open(env);
  if (!under_test || under_test->kind() == "snowflake") return;
  Orders orders(*under_test, stream::WriteMode::append, env);
  orders.load({{1, 1, R"([{"n":1}])"}});
  orders.load({{2, 1, R"([{"n":2}])"}});
  CHECK(orders.items("id, n") == Lines{"1|1", "2|2"});
}
