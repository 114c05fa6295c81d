#include "warehouses/postgres/postgres.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <array>
#include <cstdlib>

#include "base/error.h"
#include "batch/decimal.h"
#include "warehouses/postgres/dialect.h"

using namespace leat;
using batch::Type;
using batch::TypeKind;

namespace {

std::unique_ptr<warehouses::Warehouse> open_test_warehouse(Env& env) {
  const char* url = std::getenv("LEAT_TEST_POSTGRES");
  if (!url) {
    MESSAGE("skipped: LEAT_TEST_POSTGRES is not set");
    return nullptr;
  }
  return warehouses::kPostgres.open(
      document::read_settings(*warehouses::kPostgres.spec,
                              document::parse_yaml(fmt::format("url: '{}'", url), "x"), env),
      env);
}

// A schema of its own, its table t, and loads into it.
class Table {
 public:
  Table(warehouses::Warehouse& warehouse, std::string schema)
      : adapter_(warehouse.adapter()), destination_(warehouse.destination()) {
    target.connection = target.stream = target.schema = schema;
    target.table = "t";
    target.primary_key = {"id"};
    target.mode = stream::WriteMode::append_dedup;
    target.columns = std::make_shared<const batch::Schema>(
        std::vector<batch::Column>{{"id", {}}, {"v", {}}, {"_ab_cdc_deleted_at", {}}});
    adapter_->execute(fmt::format("drop schema if exists {} cascade", schema));
    destination_->read_state(schema, "");  // makes the bookkeeping
  }
  ~Table() {
    adapter_->execute(
        fmt::format("drop schema if exists {0} cascade; delete from _leat.state where connection = '{0}'",
                    target.schema));
  }
  using Rows = std::vector<std::array<const char*, 3>>;
  stream::LoadResult load(const Rows& rows) {
    auto open = destination_->begin(target);
    batch::RecordBatch batch(target.columns);
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i)
        row[i] ? batch.column(i).append_text(row[i]) : batch.column(i).append_null();
    }
    open->write(std::move(batch));
    stream::Commit commit;
    commit.load_id = "l";
    return open->commit(commit);
  }
  std::string value(const std::string& sql) {
    sql::QueryResult result = adapter_->query(sql);
    return result.rows() == 0 || result.batches[0].column(0).is_null(0)
               ? ""
               : result.batches[0].column(0).print(0);
  }
  std::string rows() {
    return value(fmt::format("select string_agg(id || coalesce(v, '-'), ' ' order by id, v) from {}.t",
                             target.schema));
  }
  sql::Adapter& adapter() { return *adapter_; }
  stream::Destination& destination() { return *destination_; }
  stream::Target target;

 private:
  std::unique_ptr<sql::Adapter> adapter_;
  std::unique_ptr<stream::Destination> destination_;
};

}  // namespace

TEST_CASE("PostgreSQL's type names are read, with their modifiers") {
  const sql::Dialect& dialect = warehouses::postgres::pg_dialect();
  CHECK(dialect.parse_type("numeric(10,2)") == Type{TypeKind::decimal, 10, 2});
  CHECK(dialect.parse_type("character varying(20)")->kind == TypeKind::text);
  CHECK(dialect.parse_type("timestamp(3) without time zone")->kind == TypeKind::timestamp);
  CHECK_FALSE(dialect.parse_type("tsvector"));
  CHECK(dialect.literal("it's \\ here") == "E'it''s \\\\ here'");
}

TEST_CASE("every type goes into PostgreSQL by binary COPY and comes back the same") {
  Env env;
  auto warehouse = open_test_warehouse(env);
  if (!warehouse) return;
  std::vector<Type> types = {{TypeKind::boolean}, {TypeKind::int16},     {TypeKind::int32},
                             {TypeKind::int64},   {TypeKind::float64},   {TypeKind::decimal, 38, 10},
                             {TypeKind::text},    {TypeKind::bytes},     {TypeKind::date},
                             {TypeKind::time},    {TypeKind::timestamp}, {TypeKind::timestamptz},
                             {TypeKind::json},    {TypeKind::uuid}};
  std::vector<batch::Column> columns;
  for (std::size_t i = 0; i < types.size(); ++i) columns.push_back({fmt::format("c{}", i), types[i]});
  auto schema = std::make_shared<const batch::Schema>(columns);
  batch::RecordBatch rows(schema);
  auto fill = [&](std::uint8_t b, std::int64_t n, double d, batch::Int128 decimal, const char* text,
                  std::int32_t day) {
    rows.column(0).append<std::uint8_t>(b);
    rows.column(1).append<std::int16_t>(static_cast<std::int16_t>(n));
    rows.column(2).append<std::int32_t>(static_cast<std::int32_t>(n));
    rows.column(3).append<std::int64_t>(n);
    rows.column(4).append<double>(d);
    rows.column(5).append<batch::Int128>(decimal);
    rows.column(6).append_text(text);
    rows.column(7).append_text(text);
    rows.column(8).append<std::int32_t>(day);
    rows.column(9).append<std::int64_t>(86399999999LL);
    rows.column(10).append<std::int64_t>(day * 86400000000LL + 123456);
    rows.column(11).append<std::int64_t>(day * 86400000000LL + 123000);
    rows.column(12).append_text(R"({"a": 1})");
    rows.column(13).append_text("01234567-89ab-cdef-0123-456789abcdef");
  };
  fill(1, -7, 0.1, -123456789012345LL, "quote ' and \\ and ü", 19000);
  fill(0, 32767, -1e300, 0, "", -30000);
  fill(1, -32768, 5e-324, 10000000000LL, "x", 0);
  for (std::size_t i = 0; i < types.size(); ++i) rows.column(i).append_null();
  std::vector<std::vector<std::string>> wanted;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    wanted.emplace_back();
    for (std::size_t i = 0; i < types.size(); ++i)
      wanted.back().push_back(rows.column(i).is_null(row) ? "null" : rows.column(i).print(row));
  }
  auto adapter = warehouse->adapter();
  adapter->execute("drop schema if exists copy_test cascade");
  {
    auto destination = warehouse->destination();
    auto load =
        destination->begin({"c", "types", "copy_test", "types", schema, {}, "", stream::WriteMode::append});
    load->write(std::move(rows));
    stream::Commit commit;
    commit.load_id = "l";
    load->commit(commit);
  }
  sql::QueryResult result = adapter->query(
      "select c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13 from copy_test.types");
  REQUIRE(result.rows() == 4);
  for (std::size_t row = 0; row < 4; ++row) {
    for (std::size_t i = 0; i < types.size(); ++i) {
      const batch::ColumnData& column = result.batches[0].column(i);
      CAPTURE(i);
      CHECK((column.is_null(row) ? "null" : column.print(row)) == wanted[row][i]);
    }
  }
  CHECK_THROWS_AS(adapter->query("select\n  nothing_here"), Error);
  adapter->execute("drop schema copy_test cascade");
}

TEST_CASE("the database is known by the connection's settings, as PostgreSQL then says") {
  Env env(fixed_clock({}), 1);
  auto warehouse = open_test_warehouse(env);
  if (!warehouse) return;
  CHECK(warehouse->database() == warehouse->adapter()->database());
}

TEST_CASE("a position is committed to disk, also on a server that answers before") {
  Env env;
  auto warehouse = open_test_warehouse(env);
  if (!warehouse) return;
  auto adapter = warehouse->adapter();
  auto destination = warehouse->destination();
  destination->read_state("", "");  // makes the bookkeeping
  adapter->execute(
      "drop schema if exists sync_test cascade; create schema sync_test; "
      "create table sync_test.seen (setting text); "
      "create function sync_test.look() returns trigger language plpgsql as $$ begin "
      "insert into sync_test.seen values (current_setting('synchronous_commit')); return new; end $$; "
      "create trigger look_at_sync before insert on _leat.state for each row execute function "
      "sync_test.look()");
  destination->begin_together("sync_test");
  destination->write_state("sync_test", "s", {"{}"});
  destination->commit_together();
  sql::QueryResult seen = adapter->query("select setting from sync_test.seen");
  CHECK(seen.batches.at(0).column(0).text(0) != "off");  // as scripts/with_postgres.sh has it
  adapter->execute("drop schema sync_test cascade; delete from _leat.state where connection = 'sync_test'");
}

TEST_CASE("of numbers that no decimal and no double holds none becomes another number") {
  Env env;
  auto warehouse = open_test_warehouse(env);
  if (!warehouse) return;
  sql::QueryResult result = warehouse->adapter()->query(
      "select 1e400::numeric, -1e400::numeric, 1e-400::numeric, 12345::numeric(3,-2), 0.00012::numeric(2,5), "
      "'NaN'::numeric, 'infinity'::float8, '-infinity'::real, 'NaN'::real, 'NaN'::numeric(10,2), "
      "12.5::numeric(10,2)");
  std::vector<std::string> printed;
  for (std::size_t i = 0; i < result.schema->size(); ++i) {
    const batch::ColumnData& column = result.batches.at(0).column(i);
    printed.push_back(column.is_null(0) ? "null" : column.print(0));
  }
  CHECK(printed == std::vector<std::string>{"null", "null", "0", "12300", "0.00012", "nan", "inf", "-inf",
                                            "nan", "null", "12.50"});
}

TEST_CASE("a url that can't be read is refused without its password") {
  Env env;
  for (const char* url : {"postgres://u:hush%zz@host/x", "postgres://u:hush@[::1", "host=x hush"}) {
    try {
      warehouses::kPostgres.open(
          document::read_settings(*warehouses::kPostgres.spec,
                                  document::parse_yaml(fmt::format("url: '{}'", url), "x"), env),
          env);
      FAIL("it was read");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::config_invalid);
      CHECK(std::string(error.what()).find("hush") == std::string::npos);
      CHECK(error.fix().find("%25") != std::string::npos);
    }
  }
}

TEST_CASE("a table that is replaced by the rows it has is not touched") {
  Env env;
  auto warehouse = open_test_warehouse(env);
  if (!warehouse) return;
  Table table(*warehouse, "replace_test");
  table.target.mode = stream::WriteMode::overwrite;
  table.load({{"1", "a", nullptr}, {"2", "b", nullptr}});
  std::string written = table.value("select max(xmin::text::bigint) from replace_test.t");
  stream::LoadResult same = table.load({{"2", "b", nullptr}, {"1", "a", nullptr}});
  CHECK(same.rows_changed() == 0);
  CHECK(same.rows_unchanged == 2);
  CHECK(table.value("select max(xmin::text::bigint) from replace_test.t") == written);
  stream::LoadResult other = table.load({{"1", "z", nullptr}});
  CHECK(other.rows_deleted == 2);
  CHECK(table.rows() == "1z");
}

TEST_CASE("a table whose unique index is gone is merged all the same, each key once") {
  Env env;
  auto warehouse = open_test_warehouse(env);
  if (!warehouse) return;
  Table table(*warehouse, "merge_test");
  table.load({{"1", "a", nullptr}, {"2", "b", nullptr}});
  table.adapter().execute(
      "do $$ declare i text; begin for i in select indexname from pg_indexes where schemaname = 'merge_test' "
      "loop "
      "execute 'drop index merge_test.' || quote_ident(i); end loop; end $$");
  stream::LoadResult result = table.load({{"1", "z", nullptr}, {"2", "b", nullptr}, {"3", "c", nullptr}});
  CHECK(table.rows() == "1z 2b 3c");
  CHECK(result.rows_inserted == 1);
  CHECK(result.rows_updated == 1);
  CHECK(result.rows_unchanged == 1);
}

TEST_CASE("a truncated table is emptied, or its rows are marked, before those that come after") {
  Env env;
  auto warehouse = open_test_warehouse(env);
  if (!warehouse) return;
  Table table(*warehouse, "clear_test");
  table.load({{"1", "a", nullptr}, {"2", "b", nullptr}});
  table.target.clears = true;
  table.target.deletes_hard = true;
  table.load({{"3", "c", nullptr}});
  CHECK(table.rows() == "3c");
}

TEST_CASE("of equal rows without a key a deletion takes one") {
  Env env;
  auto warehouse = open_test_warehouse(env);
  if (!warehouse) return;
  Table table(*warehouse, "bag_test");
  table.target.mode = stream::WriteMode::append;
  table.target.primary_key.clear();
  table.target.is_bag = table.target.deletes_hard = true;
  table.target.delete_column = "_ab_cdc_deleted_at";
  table.load({{"1", "a", nullptr}, {"1", "a", nullptr}, {"2", nullptr, nullptr}});
  stream::LoadResult result = table.load({{"1", "a", "now"}, {"2", nullptr, "now"}, {"9", "x", "now"}});
  CHECK(result.rows_deleted == 2);
  CHECK(table.rows() == "1a");
}

TEST_CASE("what is given up before the commit leaves nothing, and the next load goes on") {
  Env env;
  auto warehouse = open_test_warehouse(env);
  if (!warehouse) return;
  Table table(*warehouse, "give_up_test");
  stream::Destination& to = table.destination();
  for (bool commits : {false, true}) {
    REQUIRE(to.begin_together("give_up_test"));
    table.load({{"1", "a", nullptr}});
    to.write_state("give_up_test", "s", {"moved"});
    commits ? (void)to.commit_together() : to.abandon_together();
    CHECK(to.read_state("give_up_test", "s").json == (commits ? "moved" : ""));
    CHECK(to.columns(table.target).empty() == !commits);
  }
  CHECK(table.rows() == "1a");
}

TEST_CASE("texts of a seed are stored as they are") {
  Env env;
  auto warehouse = open_test_warehouse(env);
  if (!warehouse) return;
  Table table(*warehouse, "seed_test");
  table.adapter().execute("create schema seed_test; create table seed_test.t (id int, v text)");
  batch::RecordBatch rows(
      std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"id", {}}, {"v", {}}}));
  const char* texts[] = {"a\tb", "a\nb\r", "a\\b\\N", "", nullptr, "plain"};
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    rows.column(0).append_text(std::to_string(i));
    texts[i] ? rows.column(1).append_text(texts[i]) : rows.column(1).append_null();
  }
  CHECK(table.adapter().insert_texts("seed_test.t", {"int", "text"}, rows));
  for (std::size_t i = 0; i < std::size(texts); ++i) {
    std::string wanted = texts[i] ? texts[i] : "none";
    CHECK(table.value(fmt::format("select coalesce(v, 'none') from seed_test.t where id = {}", i)) == wanted);
  }
}

TEST_CASE("a database is named by its parts as well as by a url, whatever is in them") {
  Env env;
  const char *url = std::getenv("LEAT_TEST_POSTGRES"), *port = std::getenv("PGPORT");
  if (!url || !port) return;
  auto warehouse = warehouses::kPostgres.open(
      document::read_settings(
          *warehouses::kPostgres.spec,
          document::parse_yaml(
              fmt::format("host: 127.0.0.1\nport: {}\nuser: postgres\npassword: \"it's \\\\ here\"\n"
                          "database: postgres\n",
                          port),
              "x"),
          env),
      env);
  CHECK(warehouse->database() == "postgres");
  CHECK(warehouse->adapter()->database() == "postgres");
}
