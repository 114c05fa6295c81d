// Loads into and reads from the stand-in of samples/snowflake, over HTTP.
#include <doctest/doctest.h>
#include <fmt/core.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <map>
#include <random>
#include <thread>

#include "base/error.h"
#include "batch/decimal.h"
#include "http/client.h"
#include "support/stand_in.h"
#include "support/temporary_folder.h"
#include "warehouses/snowflake/snowflake.h"

using namespace leat;
using batch::Type;
using batch::TypeKind;
using stream::WriteMode;

namespace {

constexpr const char* kPassword = "stand-in-password";

// A stand-in, a warehouse on it, and a clock that does not wait.
struct Fixture {
  explicit Fixture(std::vector<std::string> arguments = {}, const std::string& login = "")
      : stand_in("snowflake_stand_in", with_password(std::move(arguments))),
        env(fixed_clock(Timestamp(std::chrono::seconds(1800000000))), 7) {
    if (stand_in.url().empty()) {
      MESSAGE("skipped: snowflake_stand_in is not beside the test");
      return;
    }
    std::string yaml = fmt::format("account: acc\nuser: leat\ndatabase: d{}\nurl: {}\ntemp_directory: {}\n{}",
                                   counter++, stand_in.url(), folder.path(),
                                   login.empty() ? fmt::format("password: {}\n", kPassword) : login);
    warehouse = warehouses::kSnowflake.open(
        document::read_settings(*warehouses::kSnowflake.spec, document::parse_yaml(yaml, "x"), env), env);
  }
  static std::vector<std::string> with_password(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--password", kPassword});
    return arguments;
  }
  explicit operator bool() const { return warehouse != nullptr; }
  void order(const std::string& what) {
    Env real;
    http::Client client(real);
    http::Request request;
    request.method = "POST";
    request.url = stand_in.url() + "/__snowflake/" + what;
    REQUIRE(client.send(request).status == 200);
  }
  std::string statements() {
    Env real;
    http::Client client(real);
    http::Request request;
    request.url = stand_in.url() + "/__snowflake/statements";
    return std::string(client.send(request).body.view());
  }
  // The rows of a query, printed.
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
  static inline int counter = 0;
  testing::TemporaryFolder folder;
  testing::StandIn stand_in;
  Env env;
  std::unique_ptr<warehouses::Warehouse> warehouse;
};

batch::SchemaPtr schema_of(std::vector<batch::Column> columns) {
  return std::make_shared<const batch::Schema>(std::move(columns));
}
const batch::SchemaPtr kRows =
    schema_of({{"id", {TypeKind::int64}}, {"moment", {TypeKind::int64}}, {"name", {}}});

struct Row {
  std::int64_t id, at;
  std::string name;
};
batch::RecordBatch batch_of(const std::vector<Row>& rows) {
  batch::RecordBatch out(kRows);
  for (const Row& row : rows) {
    out.column(0).append<std::int64_t>(row.id);
    out.column(1).append<std::int64_t>(row.at);
    out.column(2).append_text(row.name);
  }
  return out;
}

stream::Target target_of(WriteMode mode) {
  stream::Target target;
  target.connection = "c";
  target.stream = "things";
  target.schema = "raw";
  target.table = "things";
  target.columns = kRows;
  target.primary_key = {"id"};
  target.cursor_field = "moment";
  target.mode = mode;
  return target;
}

stream::Commit commit_of(const std::string& state) {
  stream::Commit commit;
  commit.state.json = state;
  commit.load_id = "load-" + state;
  commit.run_id = "run";
  return commit;
}

stream::LoadResult load(Fixture& f, WriteMode mode, const std::vector<std::vector<Row>>& batches,
                        const std::string& state = "1") {
  auto destination = f.warehouse->destination();
  auto load = destination->begin(target_of(mode));
  for (const auto& rows : batches) load->write(batch_of(rows));
  return load->commit(commit_of(state));
}

constexpr const char* kAll = "select id, moment, name from raw.things order by id, moment, name";

}  // namespace

TEST_CASE("append adds every row, with state, bookkeeping and metadata") {
  Fixture f;
  if (!f) return;
  stream::LoadResult result = load(f, WriteMode::append, {{{1, 1, "a"}, {2, 1, "b"}}, {{1, 1, "a"}}}, "s1");
  CHECK(result.rows_inserted == 3);
  CHECK(f.rows(kAll) == "1,1,a;1,1,a;2,1,b;");
  CHECK(f.warehouse->destination()->read_state("c", "things").json == "s1");
  CHECK(f.rows("select rows_inserted, table_name from _leat.loads") == "3,things;");
  CHECK(f.rows("select count(distinct _airbyte_raw_id), min(_airbyte_meta) from raw.things") ==
        "3,{\"changes\":[]};");
}

TEST_CASE("append_dedup keeps the newest row of a key and counts what changed") {
  Fixture f;
  if (!f) return;
  load(f, WriteMode::append_dedup, {{{1, 1, "a"}, {2, 5, "b"}, {1, 3, "c"}, {1, 2, "late"}}});
  CHECK(f.rows(kAll) == "1,3,c;2,5,b;");
  stream::LoadResult second =
      load(f, WriteMode::append_dedup, {{{1, 3, "c"}, {2, 4, "older"}, {3, 1, "new"}}, {{1, 4, "d"}}}, "2");
  CHECK(f.rows(kAll) == "1,4,d;2,5,b;3,1,new;");
  CHECK(second.rows_inserted == 1);
  CHECK(second.rows_updated == 1);
  CHECK(second.rows_unchanged == 2);
}

TEST_CASE("overwrite replaces the rows in the transaction, and leaves equal ones alone") {
  Fixture f;
  if (!f) return;
  load(f, WriteMode::overwrite, {{{1, 1, "a"}, {2, 1, "b"}}});
  stream::LoadResult same = load(f, WriteMode::overwrite, {{{2, 1, "b"}, {1, 1, "a"}}}, "2");
  CHECK(same.rows_changed() == 0);
  CHECK(same.rows_unchanged == 2);
  stream::LoadResult other = load(f, WriteMode::overwrite_dedup, {{{3, 1, "c"}, {3, 2, "d"}}}, "3");
  CHECK(other.rows_deleted == 2);
  CHECK(f.rows(kAll) == "3,2,d;");
  load(f, WriteMode::overwrite, {}, "4");
  CHECK(f.rows(kAll).empty());
}

TEST_CASE("no statement of a load commits its transaction by being DDL") {
  Fixture f;
  if (!f) return;
  for (WriteMode mode :
       {WriteMode::append, WriteMode::append_dedup, WriteMode::overwrite, WriteMode::overwrite_dedup})
    for (const char* state : {"1", "2"}) load(f, mode, {{{1, 1, "a"}, {1, 2, state}}}, state);
  std::string statements = f.statements();
  CHECK(statements.find("\"in transaction: delete") != std::string::npos);
  for (const char* verb : {"create", "alter", "drop", "truncate"})
    CHECK(statements.find(fmt::format("\"in transaction: {}", verb)) == std::string::npos);
}

TEST_CASE("a load that is given up leaves nothing, and the next one goes on") {
  Fixture f;
  if (!f) return;
  load(f, WriteMode::append_dedup, {{{1, 1, "a"}}});
  {
    auto destination = f.warehouse->destination();
    auto open = destination->begin(target_of(WriteMode::append_dedup));
    open->write(batch_of({{1, 9, "x"}}));
  }
  CHECK(f.rows(kAll) == "1,1,a;");
  CHECK(f.warehouse->destination()->read_state("c", "things").json == "1");
}

TEST_CASE("every type arrives in Snowflake and comes back the same") {
  Fixture f;
  if (!f) return;
  std::vector<Type> types = {{TypeKind::boolean}, {TypeKind::int16},     {TypeKind::int32},
                             {TypeKind::int64},   {TypeKind::float64},   {TypeKind::decimal, 38, 10},
                             {TypeKind::text},    {TypeKind::bytes},     {TypeKind::date},
                             {TypeKind::time},    {TypeKind::timestamp}, {TypeKind::timestamptz},
                             {TypeKind::json},    {TypeKind::uuid}};
  std::vector<batch::Column> columns;
  for (std::size_t i = 0; i < types.size(); ++i) columns.push_back({fmt::format("c{}", i), types[i]});
  batch::RecordBatch rows(schema_of(columns));
  auto fill = [&](std::uint8_t b, std::int64_t n, double d, batch::Int128 decimal, std::string_view text,
                  std::int32_t day, const char* json) {
    rows.column(0).append<std::uint8_t>(b);
    rows.column(1).append<std::int16_t>(static_cast<std::int16_t>(n));
    rows.column(2).append<std::int32_t>(static_cast<std::int32_t>(n));
    rows.column(3).append<std::int64_t>(n);
    rows.column(4).append<double>(d);
    rows.column(5).append<batch::Int128>(decimal);
    rows.column(6).append_text(text);
    rows.column(7).append_text(text);
    rows.column(8).append<std::int32_t>(day);
    rows.column(9).append<std::int64_t>(3661000001);
    rows.column(10).append<std::int64_t>(std::int64_t{day} * 86400000000 + 123456);
    rows.column(11).append<std::int64_t>(std::int64_t{day} * 86400000000 - 1);
    rows.column(12).append_text(json);
    rows.column(13).append_text("0b9a3f1e-0000-4000-8000-00000000000a");
  };
  fill(1, 7, 0.1, 12345, "it's \"odd\" \\ é😀\n", 19000, R"({"a":[1,"x"]})");
  fill(0, -1, -1e300, -1, std::string_view("\0\xC3\xA9", 3), -719162, "\"text\"");
  for (std::size_t i = 0; i < types.size(); ++i) rows.column(i).append_null();
  std::vector<std::vector<std::string>> wanted;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    auto& cells = wanted.emplace_back();
    for (std::size_t i = 0; i < types.size(); ++i)
      cells.push_back(rows.column(i).is_null(row) ? "null" : rows.column(i).print(row));
  }
  stream::Target target = target_of(WriteMode::append);
  target.columns = rows.schema();
  target.primary_key.clear();
  target.cursor_field.clear();
  auto destination = f.warehouse->destination();
  auto open = destination->begin(target);
  open->write(std::move(rows));
  open->commit(commit_of("1"));
  sql::QueryResult result =
      f.warehouse->adapter()->query("select * from raw.things order by c3 desc nulls last");
  REQUIRE(result.rows() == 3);
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t i = 0; i < types.size(); ++i) {
      const auto& column = result.batches[0].column(i);
      CAPTURE(i);
      CHECK((column.is_null(row) ? "null" : column.print(row)) == wanted[row][i]);
    }
  }
}

TEST_CASE("columns appear and widen between loads and within one") {
  Fixture f;
  if (!f) return;
  auto write = [&](const std::vector<std::pair<batch::Column, std::string>>& values) {
    std::vector<batch::Column> columns;
    for (const auto& [column, value] : values) columns.push_back(column);
    batch::RecordBatch rows(schema_of(columns));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string& value = values[i].second;
      Type type = columns[i].type;
      if (type.is_variable()) rows.column(i).append_text(value);
      if (type.kind == TypeKind::int32) rows.column(i).append<std::int32_t>(std::stoi(value));
      if (type.kind == TypeKind::int64) rows.column(i).append<std::int64_t>(std::stoll(value));
      if (type.kind == TypeKind::float64) rows.column(i).append<double>(std::stod(value));
      if (type.kind == TypeKind::date) rows.column(i).append<std::int32_t>(std::stoi(value));
      if (type.kind == TypeKind::timestamp) rows.column(i).append<std::int64_t>(std::stoll(value));
    }
    return rows;
  };
  auto once = [&](std::vector<batch::RecordBatch> batches) {
    stream::Target target = target_of(WriteMode::append);
    target.columns = batches[0].schema();
    target.primary_key.clear();
    target.cursor_field.clear();
    auto destination = f.warehouse->destination();
    auto open = destination->begin(target);
    for (auto& each : batches) open->write(std::move(each));
    return open->commit(commit_of("1"));
  };
  std::vector<batch::RecordBatch> first;
  first.push_back(write(
      {{{"id", {TypeKind::int32}}, "1"}, {{"v", {TypeKind::int32}}, "5"}, {{"d", {TypeKind::date}}, "1"}}));
  first.push_back(write({{{"id", {TypeKind::int64}}, "20000000000"},
                         {{"v", {TypeKind::float64}}, "1.5"},
                         {{"more", {}}, "x"}}));
  CHECK(once(std::move(first)).rows_inserted == 2);
  CHECK(f.rows("select id, v, d, more from raw.things order by id") ==
        "1,5,1970-01-02,-;20000000000,1.5,-,x;");
  std::vector<batch::RecordBatch> second;
  second.push_back(write(
      {{{"id", {TypeKind::int64}}, "3"}, {{"v", {}}, "text"}, {{"d", {TypeKind::timestamp}}, "1000000"}}));
  CHECK(once(std::move(second)).rows_inserted == 1);
  CHECK(f.rows("select id, d, more from raw.things order by id") ==
        "1,1970-01-02 00:00:00,-;3,1970-01-01 00:00:01,-;20000000000,-,x;");
  auto columns = f.warehouse->adapter()->columns({"", "raw", "things"});
  REQUIRE(columns);
  CHECK((*columns)[1].name == "v");
  CHECK((*columns)[1].native_type == "TEXT");
  CHECK((*columns)[2].native_type == "TIMESTAMP_NTZ");
}

TEST_CASE("two columns that are one name for Snowflake are refused") {
  Fixture f;
  if (!f) return;
  stream::Target target = target_of(WriteMode::append);
  target.columns = schema_of({{"caseId", {}}, {"CASEID", {}}});
  CHECK_THROWS_AS(f.warehouse->destination()->begin(target), Error);
}

TEST_CASE("an expired session is renewed, in the middle of a transaction too") {
  Fixture f;
  if (!f) return;
  for (int skip : {1, 5, 9, 14}) f.order(fmt::format("expire?skip={}", skip));
  load(f, WriteMode::append_dedup, {{{1, 1, "a"}, {2, 1, "b"}}});
  f.order("expire?match=query&skip=12");
  f.order("expire?match=query&skip=15");
  load(f, WriteMode::append_dedup, {{{1, 2, "c"}}}, "2");
  CHECK(f.rows(kAll) == "1,2,c;2,1,b;");
}

TEST_CASE("a session that is lost ends its load without a trace, and the next load works") {
  Fixture f;
  if (!f) return;
  load(f, WriteMode::append_dedup, {{{1, 1, "a"}}});
  auto destination = f.warehouse->destination();
  {
    auto open = destination->begin(target_of(WriteMode::append_dedup));
    open->write(batch_of({{1, 2, "b"}}));
    f.order("lose");
    CHECK_THROWS_AS(open->commit(commit_of("2")), Error);
  }
  CHECK(f.rows(kAll) == "1,1,a;");
  CHECK(destination->read_state("c", "things").json == "1");
  auto again = destination->begin(target_of(WriteMode::append_dedup));
  again->write(batch_of({{1, 2, "b"}}));
  again->commit(commit_of("2"));
  CHECK(f.rows(kAll) == "1,2,b;");
}

TEST_CASE("429, 503 and broken connections are tried again, each statement counts once") {
  Fixture f;
  if (!f) return;
  load(f, WriteMode::append, {{{1, 1, "a"}}});
  f.order("status?status=503&next=2&match=copy");
  f.order("status?status=429&retry_after=3&match=begin");
  f.order("drop?match=insert%20into%20%22RAW%22");
  f.order("drop?match=commit");
  f.order("garbage?match=nothing-like-it");
  load(f, WriteMode::append, {{{2, 1, "b"}}}, "2");
  CHECK(f.rows(kAll) == "1,1,a;2,1,b;");
  CHECK(f.rows("select count(*) from _leat.loads") == "2;");
}

TEST_CASE("an answer that is no Snowflake's says so") {
  Fixture f;
  if (!f) return;
  f.order("garbage");
  try {
    f.warehouse->adapter()->query("select 1");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::warehouse_connect);
  }
}

TEST_CASE("a statement that takes long is waited for, and can be stopped") {
  Fixture f;
  if (!f) return;
  auto adapter = f.warehouse->adapter();
  f.order("slow?ms=300&match=select");
  CHECK(adapter->query("select 42 as answer").batches[0].column(0).value<std::int64_t>(0) == 42);
  f.order("slow?ms=60000&match=select");
  std::jthread stopper([&] {
    // The statement is under way when the stand-in knows it.
    while (f.statements().find("stop me") == std::string::npos) std::this_thread::yield();
    adapter->cancel();
  });
  try {
    adapter->query("select 'stop me'");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::warehouse_cancelled);
  }
}

TEST_CASE("files that COPY leaves out are copied again; one that loads in part fails the load") {
  Fixture f;
  if (!f) return;
  f.order("copy_omit");
  load(f, WriteMode::append, {{{1, 1, "a"}, {2, 1, "b"}}});
  CHECK(f.rows(kAll) == "1,1,a;2,1,b;");
  for (const char* fault : {"copy_part", "copy_fail"}) {
    f.order(fault);
    CHECK_THROWS_AS(load(f, WriteMode::append, {{{3, 1, "c"}, {4, 1, "d"}}}, "2"), Error);
    CHECK(f.rows(kAll) == "1,1,a;2,1,b;");
    CHECK(f.warehouse->destination()->read_state("c", "things").json == "1");
  }
}

TEST_CASE("files go to the storage that the stage names, with fresh credentials where they expired") {
  for (const char* storage : {"gcs", "azure", "s3"}) {
    Fixture f({"--storage", storage});
    if (!f) return;
    f.order("storage?status=403");
    f.order("storage?status=503&skip=1");
    load(f, WriteMode::append, {{{1, 1, "a"}}});
    CHECK(f.rows(kAll) == "1,1,a;");
  }
}

TEST_CASE("a result in parts is read whole and in order") {
  Fixture f({"--inline-rows", "10", "--part-rows", "70"});
  if (!f) return;
  std::vector<Row> rows;
  for (std::int64_t i = 0; i < 1000; ++i) rows.push_back({i, 1, fmt::format("a\"{}\\", i)});
  load(f, WriteMode::append, {rows});
  sql::QueryResult result = f.warehouse->adapter()->query(kAll);
  REQUIRE(result.rows() == 1000);
  CHECK(result.batches[0].column(2).text(999) == "a\"999\\");
  CHECK_THROWS_AS(f.warehouse->adapter()->query(kAll, 999), Error);
}

TEST_CASE("DDL between begin and commit does not tear what follows it") {
  Fixture f;
  if (!f) return;
  auto adapter = f.warehouse->adapter();
  adapter->create_schema("marts");
  adapter->execute("begin; create table marts.t (n integer); insert into marts.t values (1)");
  adapter->execute("insert into marts.t values (2)");
  CHECK(f.rows("select count(*) from marts.t") == "0;");
  CHECK(adapter->execute("delete from marts.t where n = 1; insert into marts.t values (3), (4)") == 2);
  adapter->execute("commit");
  CHECK(f.rows("select n from marts.t order by 1") == "2;3;4;");
  adapter->execute("begin");
  adapter->execute("delete from marts.t");
  adapter->execute("rollback");
  CHECK(f.rows("select count(*) from marts.t") == "3;");
  CHECK(adapter->list_schemas() == std::vector<std::string>{"marts", "public"});
  adapter->rename({"", "marts", "t"}, "u");
  auto relations = adapter->list_relations("marts");
  REQUIRE(relations.size() == 1);
  CHECK(relations[0].identifier == "u");
  adapter->drop(relations[0]);
  CHECK_FALSE(adapter->columns({"", "marts", "u"}));
}

TEST_CASE("a user logs in with a key pair or a token, and not with a wrong one") {
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
  auto pem = [&](auto write) {
    std::unique_ptr<BIO, void (*)(BIO*)> out(BIO_new(BIO_s_mem()), [](BIO* held) { BIO_free(held); });
    write(out.get());
    char* bytes = nullptr;
    auto size = BIO_get_mem_data(out.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
  };
  testing::TemporaryFolder folder;
  std::string passphrase = "open-sesame";
  std::string public_key =
      folder.write("key.pub", pem([&](BIO* out) { PEM_write_bio_PUBKEY(out, key.get()); }));
  std::string private_key =
      folder.write("key.p8", pem([&](BIO* out) {
                     PEM_write_bio_PKCS8PrivateKey(out, key.get(), EVP_aes_256_cbc(), passphrase.data(),
                                                   static_cast<int>(passphrase.size()), nullptr, nullptr);
                   }));
  std::vector<std::string> options = {"--public-key", public_key, "--token", "pro-gram-matic"};
  auto answer = [&](const std::string& login) {
    Fixture f(options, login);
    if (!f) return std::string("skipped");
    // The proof is checked against the time of day, so this Env has the machine's clock.
    Env env;
    std::string yaml =
        fmt::format("account: acc\nuser: leat\ndatabase: d\nurl: {}\n{}", f.stand_in.url(), login);
    auto warehouse = warehouses::kSnowflake.open(
        document::read_settings(*warehouses::kSnowflake.spec,
                                document::parse_yaml(yaml, folder.path() + "/leat.yml"), env),
        env);
    try {
      return warehouse->adapter()->query("select 1 as one").batches[0].column(0).print(0);
    } catch (const Error& error) {
      return std::string(info(error.code()).name);
    }
  };
  std::string with_key = fmt::format("private_key_path: {}\nprivate_key_passphrase: ", private_key);
  std::string right = answer(with_key + passphrase + "\n");
  if (right == "skipped") return;
  CHECK(right == "1");
  CHECK(answer("token: pro-gram-matic\n") == "1");
  CHECK(answer("token: another-token\n") == "LEAT-WAREHOUSE-002");
  CHECK(answer("password: wrong-password\n") == "LEAT-WAREHOUSE-002");
  CHECK(answer(with_key + "wrong\n") == "LEAT-CONFIG-001");
}

TEST_CASE("random histories end as a plain model says") {
  Fixture f;
  if (!f) return;
  std::mt19937 random(11);
  for (WriteMode mode : {WriteMode::append_dedup, WriteMode::overwrite_dedup, WriteMode::append}) {
    stream::Target target = target_of(mode);
    target.table = fmt::format("t{}", static_cast<int>(mode));
    target.stream = target.table;
    std::map<std::int64_t, Row> newest;
    std::int64_t appended = 0;
    auto destination = f.warehouse->destination();
    for (int round = 0; round < 12; ++round) {
      auto open = destination->begin(target);
      if (mode == WriteMode::overwrite_dedup) newest.clear();
      for (int b = 0; b < 3; ++b) {
        std::vector<Row> rows;
        for (std::uint32_t i = random() % 8; i > 0; --i)
          rows.push_back({static_cast<std::int64_t>(random() % 12), static_cast<std::int64_t>(random() % 6),
                          fmt::format("v{}", random() % 4)});
        for (const Row& row : rows) {
          auto held = newest.find(row.id);
          // A later arrival wins among equals of one load; between loads an equal cursor replaces as well.
          if (held == newest.end() || row.at >= held->second.at) newest[row.id] = row;
          ++appended;
        }
        open->write(batch_of(rows));
      }
      open->commit(commit_of(fmt::format("{}", round)));
    }
    std::string wanted;
    for (const auto& [id, row] : newest) wanted += fmt::format("{},{},{};", id, row.at, row.name);
    if (mode == WriteMode::append) {
      CHECK(f.rows("select count(*) from raw." + target.table) == fmt::format("{};", appended));
    } else {
      CHECK(f.rows(fmt::format("select id, moment, name from raw.{} order by id", target.table)) == wanted);
    }
  }
}
