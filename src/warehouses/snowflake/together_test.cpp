// Loads that share a transaction, into the stand-in of samples/snowflake, over HTTP.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include "base/error.h"
#include "http/client.h"
#include "support/stand_in.h"
#include "support/temporary_folder.h"
#include "warehouses/snowflake/snowflake.h"

using namespace leat;
using batch::TypeKind;
using stream::WriteMode;

namespace {

struct Fixture {
  Fixture()
      : stand_in("snowflake_stand_in", {"--password", "stand-in-password"}),
        env(fixed_clock(Timestamp(std::chrono::seconds(1800000000))), 7) {
    if (stand_in.url().empty()) {
      MESSAGE("skipped: snowflake_stand_in is not beside the test");
      return;
    }
    std::string yaml =
        fmt::format("account: acc\nuser: leat\ndatabase: d\nurl: {}\ntemp_directory: {}\npassword: {}\n",
                    stand_in.url(), folder.path(), "stand-in-password");
    warehouse = warehouses::kSnowflake.open(
        document::read_settings(*warehouses::kSnowflake.spec, document::parse_yaml(yaml, "x"), env), env);
  }
  explicit operator bool() const { return warehouse != nullptr; }
  std::string statements() {
    Env real;
    http::Client client(real);
    http::Request request;
    request.url = stand_in.url() + "/__snowflake/statements";
    return std::string(client.send(request).body.view());
  }
  std::string rows(const std::string& sql) {
    sql::QueryResult result = warehouse->adapter()->query(sql);
    std::string out;
    for (const auto& batch : result.batches) {
      for (std::size_t row = 0; row < batch.rows(); ++row) {
        for (std::size_t i = 0; i < batch.schema()->size(); ++i)
          out += (i ? "," : "") + (batch.column(i).is_null(row) ? "-" : batch.column(i).print(row));
        out += ";";
      }
    }
    return out;
  }
  testing::TemporaryFolder folder;
  testing::StandIn stand_in;
  Env env;
  std::unique_ptr<warehouses::Warehouse> warehouse;
};

struct Row {
  std::int64_t id;
  std::string name;
  bool is_deleted = false;
};

batch::RecordBatch changes_of(const std::vector<Row>& rows) {
  static const auto kSchema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{
      {"id", {TypeKind::int64}}, {"name", {}}, {"_ab_cdc_deleted_at", {TypeKind::timestamptz}}});
  batch::RecordBatch out(kSchema);
  for (const Row& row : rows) {
    out.column(0).append<std::int64_t>(row.id);
    out.column(1).append_text(row.name);
    if (row.is_deleted) {
      out.column(2).append<std::int64_t>(1);
    } else {
      out.column(2).append_null();
    }
  }
  return out;
}

stream::Target target_of(const std::string& table) {
  stream::Target target;
  target.connection = "c";
  target.stream = target.table = table;
  target.schema = "raw";
  target.columns = changes_of({}).schema();
  target.primary_key = {"id"};
  target.mode = WriteMode::append_dedup;
  target.delete_column = "_ab_cdc_deleted_at";
  target.is_newest = true;
  target.deletes_hard = true;
  return target;
}

stream::LoadResult stage(stream::Destination& destination, const stream::Target& target,
                         const std::vector<Row>& rows) {
  auto load = destination.begin(target);
  load->write(changes_of(rows));
  return load->commit({});
}

// A batch of two tables and the position behind it.
std::vector<stream::LoadResult> apply(stream::Destination& destination, const std::string& state,
                                      const std::vector<Row>& a, const std::vector<Row>& b) {
  REQUIRE(destination.begin_together("raw"));
  CHECK(stage(destination, target_of("a"), a).is_pending);
  stage(destination, target_of("b"), b);
  destination.write_state("c", "", {state});
  return destination.commit_together();
}

constexpr const char* kBoth =
    "select 'a' as t, id, name from raw.a union all select 'b', id, name from raw.b order by 1, 2";

}  // namespace

TEST_CASE("tables and the position commit in one transaction, which no definition ends") {
  Fixture f;
  if (!f) return;
  auto destination = f.warehouse->destination();
  destination->read_state("c", "");
  apply(*destination, "1", {{1, "x"}, {2, "y"}}, {{1, "z"}});
  auto results = apply(*destination, "2", {{1, "", true}, {2, "new"}, {3, "w"}}, {{9, "", true}});
  REQUIRE(results.size() == 2);
  CHECK(results[0].rows_inserted == 1);
  CHECK(results[0].rows_updated == 1);
  CHECK(results[0].rows_deleted == 1);
  CHECK(results[1].rows_changed() == 0);
  CHECK(f.rows(kBoth) == "a,2,new;a,3,w;b,1,z;");
  CHECK(f.warehouse->destination()->read_state("c", "").json == "2");
  std::string statements = f.statements();
  CHECK(statements.find("\"in transaction: merge") != std::string::npos);
  for (const char* verb : {"create", "alter", "drop", "truncate"})
    CHECK(statements.find(fmt::format("\"in transaction: {}", verb)) == std::string::npos);
}

TEST_CASE("what is given up before the commit leaves nothing") {
  Fixture f;
  if (!f) return;
  auto destination = f.warehouse->destination();
  destination->read_state("c", "");
  apply(*destination, "1", {{1, "x"}}, {{1, "z"}});
  REQUIRE(destination->begin_together("raw"));
  stage(*destination, target_of("a"), {{1, "changed"}});
  destination->write_state("c", "", {"2"});
  destination->abandon_together();
  CHECK(f.rows(kBoth) == "a,1,x;b,1,z;");
  CHECK(destination->read_state("c", "").json == "1");
  apply(*destination, "2", {{1, "changed"}}, {});
  CHECK(f.rows(kBoth) == "a,1,changed;b,1,z;");
}

TEST_CASE("a process that slept while another went on commits nothing") {
  Fixture f;
  if (!f) return;
  auto sleeper = f.warehouse->destination(), other = f.warehouse->destination();
  sleeper->read_state("c", "");
  apply(*sleeper, "1", {{1, "x"}}, {});
  REQUIRE(sleeper->begin_together("raw"));
  stage(*sleeper, target_of("a"), {{1, "old"}});
  sleeper->write_state("c", "", {"2"});
  other->read_state("c", "");
  apply(*other, "3", {{1, "newer"}}, {});
  try {
    sleeper->commit_together();
    FAIL("it committed");
  } catch (const Error& error) {
    CHECK(error.retryable());
    CHECK(error.what_failed().find("moved the state of c on") != std::string::npos);
  }
  sleeper->abandon_together();
  CHECK(f.rows(kBoth) == "a,1,newer;");
  CHECK(sleeper->read_state("c", "").json == "3");
}
