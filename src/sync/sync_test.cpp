#include "sync/sync.h"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <mutex>

#include "sync/projection.h"
#include "sync/retry_letters.h"
#include "sync/stream_sync.h"

using namespace leat;
using namespace leat::sync;

namespace {

batch::SchemaPtr schema_of(const std::vector<const char*>& names) {
  std::vector<batch::Column> columns;
  for (const char* name : names) columns.push_back({name, {batch::TypeKind::text}});
  return std::make_shared<const batch::Schema>(columns);
}

batch::RecordBatch rows_of(const batch::SchemaPtr& schema,
                           const std::vector<std::vector<std::string>>& rows) {
  batch::RecordBatch batch(schema);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) batch.column(i).append_text(row[i]);
  }
  return batch;
}

// A step of a scripted source: rows, a checkpoint, a rejected record, or an error.
struct Step {
  std::vector<std::vector<std::string>> rows;
  std::string state;
  std::string reject;
  bool fail = false;
  std::vector<const char*> columns = {};  // of this step's rows, where they differ from the stream's
};

// An in-memory source that plays a script.
class ScriptedSource : public stream::Source {
 public:
  ScriptedSource(batch::SchemaPtr schema, std::vector<Step> steps, std::string* seen_state)
      : schema_(std::move(schema)), steps_(std::move(steps)), seen_state_(seen_state) {}
  void check() override {}
  stream::Catalog discover() override {
    return {{{"orders",
              "",
              schema_,
              {"id"},
              "updated",
              {stream::SyncMode::full_refresh, stream::SyncMode::incremental}}}};
  }
  std::atomic<int>* batches_read = nullptr;
  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    *seen_state_ = selections[0].state.json;
    for (const Step& step : steps_) {
      if (step.fail) throw Error(ErrorCode::http_unreachable, "The source went away", "http://x");
      if (!step.reject.empty()) sink.reject(0, {step.reject, "id", "is no number"});
      if (!step.rows.empty()) {
        sink.batch(0, rows_of(step.columns.empty() ? schema_ : schema_of(step.columns), step.rows));
        if (batches_read) ++*batches_read;
      }
      if (!step.state.empty()) sink.checkpoint(0, {step.state}, "p");
    }
  }

 private:
  batch::SchemaPtr schema_;
  std::vector<Step> steps_;
  std::string* seen_state_;
};

// An in-memory destination: committed rows of the first column, states, commits.
struct Memory {
  std::mutex mutex;
  std::vector<std::string> rows;
  std::string state;
  std::vector<stream::Commit> commits;
  std::vector<stream::Target> targets;
  std::vector<batch::Column> table, last_columns;  // as they were before
  stream::Naming naming;
  bool fail_commit = false;
  std::function<void()> on_write;
};

class MemoryLoad : public stream::Load {
 public:
  explicit MemoryLoad(Memory& memory) : memory_(memory) {}
  void write(batch::RecordBatch&& batch) override {
    if (memory_.on_write) memory_.on_write();
    for (std::size_t i = 0; i < batch.rows(); ++i) staged_.emplace_back(batch.column(0).text(i));
  }
  stream::LoadResult commit(const stream::Commit& commit) override {
    std::lock_guard lock(memory_.mutex);
    if (memory_.fail_commit) throw Error(ErrorCode::warehouse_full, "No space", "memory");
    memory_.rows.insert(memory_.rows.end(), staged_.begin(), staged_.end());
    if (!commit.state.empty()) memory_.state = commit.state.json;
    memory_.commits.push_back(commit);
    auto count = static_cast<std::int64_t>(staged_.size());
    return {count, count, 0, 0};
  }

 private:
  Memory& memory_;
  std::vector<std::string> staged_;
};

class MemoryDestination : public stream::Destination {
 public:
  explicit MemoryDestination(Memory& memory) : memory_(memory) {}
  std::unique_ptr<stream::Load> begin(const stream::Target& target) override {
    memory_.targets.push_back(target);
    return std::make_unique<MemoryLoad>(memory_);
  }
  std::vector<batch::Column> columns(const stream::Target&) override { return memory_.table; }
  std::vector<batch::Column> last_columns(const std::string&, const std::string&) override {
    return memory_.last_columns;
  }
  stream::Naming naming() const override { return memory_.naming; }
  stream::State read_state(const std::string&, const std::string&) override { return {memory_.state}; }
  void write_state(const std::string&, const std::string&, const stream::State& state) override {
    memory_.state = state.json;
  }

 private:
  Memory& memory_;
};

struct Fixture {
  Env env{fixed_clock({}), 1};
  Memory memory;
  Connection connection;
  std::vector<Step> steps;
  std::string seen_state;
  std::atomic<int> batches_read{0};
  Fixture() {
    connection.name = "shop";
    StreamSettings orders;
    orders.name = "orders";
    orders.mode = stream::WriteMode::append_dedup;
    connection.streams.push_back(orders);
  }
  StreamResult run(SyncOptions options = {}) {
    auto schema = schema_of({"id", "updated"});
    SyncResult result = run_sync(
        connection,
        [&] {
          auto source = std::make_unique<ScriptedSource>(schema, steps, &seen_state);
          source->batches_read = &batches_read;
          return source;
        },
        [&] { return std::make_unique<MemoryDestination>(memory); }, env, options);
    return result.streams.at(0);
  }
};

}  // namespace

TEST_CASE("every checkpoint commits the rows before it together with its state") {
  Fixture f;
  f.steps = {{{{"1", "a"}, {"2", "b"}}, "s1"}, {{{"3", "c"}}, "s2"}};
  StreamResult result = f.run();
  CHECK_FALSE(result.error);
  CHECK(result.rows_read == 3);
  CHECK(result.commits == 2);
  CHECK(f.memory.commits[0].state.json == "s1");
  CHECK(f.memory.rows == std::vector<std::string>{"1", "2", "3"});
  CHECK(f.memory.targets[0].primary_key == std::vector<std::string>{"id"});
}

TEST_CASE(
    "rows after the last commit are lost with a failing source, those before stand, and the next sync goes "
    "on") {
  Fixture f;
  f.steps = {{{{"1", "a"}}, "s1"}, {{{"2", "b"}}, "", "", false}, {{}, "", "", true}};
  StreamResult result = f.run();
  REQUIRE(result.error);
  CHECK(result.error->code() == ErrorCode::http_unreachable);
  CHECK(result.error->where().starts_with("connection shop, stream orders: "));
  CHECK(f.memory.rows == std::vector<std::string>{"1"});
  f.steps = {{{{"2", "b"}}, "s2"}};
  CHECK_FALSE(f.run().error);
  CHECK(f.seen_state == "s1");
  CHECK(f.memory.rows == std::vector<std::string>{"1", "2"});
}

TEST_CASE("a failing commit ends the stream and frees the reader") {
  Fixture f;
  f.connection.queue_bytes = 1;
  f.memory.fail_commit = true;
  for (int i = 0; i < 100; ++i) f.steps.push_back({{{"1", "a"}}, "s" + std::to_string(i)});
  CHECK(f.run().error->code() == ErrorCode::warehouse_full);
  CHECK(f.memory.rows.empty());
}

TEST_CASE("checkpoints are committed together when the connection says so, the last one always") {
  Fixture f;
  f.connection.commit_bytes = 1 << 30;
  f.steps = {{{{"1", "a"}}, "s1"}, {{{"2", "b"}}, "s2"}, {{{"3", "c"}}, "s3"}};
  StreamResult result = f.run();
  CHECK(result.commits == 1);
  CHECK(f.memory.state == "s3");
}

TEST_CASE("bytes until the next commit are counted from the last one") {
  Fixture f;
  f.connection.commit_bytes = 1500;  // two of these rows
  for (const char* state : {"s1", "s2", "s3", "s4", "s5"})
    f.steps.push_back({{{std::string(1000, 'x'), "a"}}, state});
  CHECK(f.run().commits == 3);
  CHECK(f.memory.commits[0].state.json == "s2");
  CHECK(f.memory.commits[1].state.json == "s4");
  CHECK(f.memory.commits[2].bytes_read < 1500);
}

TEST_CASE("a sync that brings nothing new commits nothing") {
  Fixture f;
  f.memory.state = "s1";
  f.steps = {{{}, "s1"}};
  CHECK(f.run().commits == 0);
}

TEST_CASE("a first sync without rows still makes the table and keeps the state") {
  Fixture f;
  f.steps = {{{}, "s1"}};
  CHECK(f.run().commits == 1);
  CHECK(f.memory.state == "s1");
}

TEST_CASE("the last state is kept where no rows came with it, however far apart commits are") {
  Fixture f;
  f.connection.commit_bytes = 1 << 30;
  f.memory.state = "s1";
  f.steps = {{{}, "s2"}};
  CHECK(f.run().commits == 1);
  CHECK(f.memory.state == "s2");
}

TEST_CASE("an overwrite commits once, at its end, and reads from the beginning") {
  Fixture f;
  f.memory.state = "old";
  f.connection.streams[0].mode = stream::WriteMode::overwrite;
  f.steps = {{{{"1", "a"}}, "s1"}, {{{"2", "b"}}, "s2"}};
  StreamResult result = f.run();
  CHECK(result.commits == 1);
  CHECK(f.seen_state.empty());
  CHECK_FALSE(result.last_changing_load.empty());
}

TEST_CASE("a full refresh replaces the table of an incremental stream") {
  Fixture f;
  f.memory.state = "old";
  f.steps = {{{{"1", "a"}}, "s1"}};
  SyncOptions options;
  options.full_refresh = true;
  f.run(options);
  CHECK(f.seen_state.empty());
  CHECK(f.memory.targets[0].mode == stream::WriteMode::overwrite_dedup);
}

TEST_CASE("a backfill window does not touch the incremental state") {
  Fixture f;
  f.memory.state = "s9";
  f.steps = {{{{"1", "a"}}, "s1"}};
  SyncOptions options;
  options.window = stream::Window{};
  f.run(options);
  CHECK(f.memory.state == "s9");
  CHECK(f.memory.rows.size() == 1);
}

TEST_CASE("a history that is read whole commits once; what a window leaves out is not gone") {
  Fixture f;
  f.connection.streams[0].mode = stream::WriteMode::scd2;
  f.steps = {{{{"1", "a"}}, "s1"}, {{{"2", "b"}}, "s2"}};
  SyncOptions options;
  options.full_refresh = true;
  CHECK(f.run(options).commits == 1);
  CHECK(f.memory.targets.back().is_complete);
  options.window = stream::Window{};
  CHECK_FALSE(f.run(options).error);
  CHECK_FALSE(f.memory.targets.back().is_complete);
}

TEST_CASE("rejected records are committed as dead letters, and too many fail the stream") {
  Fixture f;
  f.connection.dead_letters_max = 1;
  f.steps = {{{{"1", "a"}}, "s1", R"({"id":"x"})"}};
  StreamResult result = f.run();
  CHECK_FALSE(result.error);
  CHECK(f.memory.commits[0].rejected.at(0).field == "id");
  f.steps = {{{}, "", "{}"}, {{{"2", "b"}}, "s2", "{}"}};
  f.memory.state = "s1";
  CHECK(f.run().error->code() == ErrorCode::sync_dead_letters);
  CHECK(f.memory.state == "s1");
}

TEST_CASE("an unknown stream is refused with the nearest name") {
  Fixture f;
  f.connection.streams[0].name = "ordres";
  try {
    f.run();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::source_stream_unknown);
    CHECK(error.what_failed().find("did you mean `orders`?") != std::string::npos);
  }
}

TEST_CASE("a projection renames and drops columns without touching values") {
  StreamSettings settings;
  settings.name = "s";
  settings.rename = {{":id", "crime_id"}};
  settings.drop = {":@region_*", "location"};
  Projection projection(settings);
  auto schema = schema_of({":id", ":@region_1", "ward", "location"});
  CHECK(projection.check(*schema)->columns()[0].name == "crime_id");
  batch::RecordBatch out = projection.apply(rows_of(schema, {{"r1", "x", "7", "y"}}));
  REQUIRE(out.schema()->size() == 2);
  CHECK((*out.schema())[1].name == "ward");
  CHECK(out.column(0).text(0) == "r1");
  CHECK(out.column(1).text(0) == "7");
}

TEST_CASE("a projection that can't be is refused: unknown column, two columns with one name, a dropped key") {
  StreamSettings settings;
  settings.name = "s";
  settings.rename = {{"wrad", "w"}};
  CHECK_THROWS_AS(Projection(settings).check(*schema_of({"ward"})), Error);
  settings.rename = {{"a", "b"}};
  CHECK_THROWS_AS(Projection(settings).check(*schema_of({"a", "b"})), Error);
  Fixture f;
  f.connection.streams[0].drop = {"id"};
  CHECK(f.run().error->code() == ErrorCode::sync_column);
}

TEST_CASE("a full queue holds the source back") {
  Fixture f;
  f.connection.queue_bytes = 1;  // one batch at a time
  int written = 0, ahead_max = 0;
  f.memory.on_write = [&] {
    ++written;
    ahead_max = std::max(ahead_max, f.batches_read.load() - written);
  };
  for (int i = 0; i < 200; ++i) f.steps.push_back({{{std::to_string(i), "a"}}, ""});
  f.steps.push_back({{}, "end"});
  CHECK_FALSE(f.run().error);
  CHECK(ahead_max <= 1);  // one in the queue, one in the writer's hand
  CHECK(f.memory.rows.size() == 200);
  CHECK(f.memory.rows[199] == "199");
}

TEST_CASE("a stop ends the sync at the next batch and leaves what is committed") {
  Fixture f;
  f.steps = {{{{"1", "a"}}, "s1"}, {{{"2", "b"}}, "s2"}, {{{"3", "c"}}, "s3"}};
  f.memory.on_write = [&] {
    if (f.memory.commits.size() == 1) f.env.request_stop();
  };
  CHECK(f.run().error->code() == ErrorCode::cancelled);
  CHECK(f.memory.rows == std::vector<std::string>{"1"});
  CHECK(f.memory.state == "s1");
}

TEST_CASE("a source that ends without a checkpoint is refused and its rows are not committed") {
  Fixture f;
  f.steps = {{{{"1", "a"}}, "s1"}, {{{"2", "b"}}, ""}};
  CHECK(f.run().error->code() == ErrorCode::internal);
  CHECK(f.memory.rows == std::vector<std::string>{"1"});
}

TEST_CASE("records that are too many are kept as dead letters, without the rows beside them") {
  Fixture f;
  f.connection.streams[0].mode = stream::WriteMode::overwrite;
  f.steps = {{{{"1", "a"}}, "", ""}, {{}, "s1", R"({"id":"x"})"}};
  CHECK(f.run().error->code() == ErrorCode::sync_dead_letters);
  REQUIRE(f.memory.commits.size() == 1);
  CHECK(f.memory.commits[0].rejected.at(0).record == R"({"id":"x"})");
  CHECK(f.memory.commits[0].state.empty());
  CHECK(f.memory.targets.back().mode == stream::WriteMode::append);  // so that the table is not replaced
  CHECK(f.memory.rows.empty());
  CHECK(f.memory.state.empty());
}

TEST_CASE("a backfill commits only where there are rows") {
  Fixture f;
  f.memory.state = "s9";
  f.steps = {{{}, "s1"}, {{{"1", "a"}}, "s2"}, {{}, "s3"}};
  SyncOptions options;
  options.window = stream::Window{};
  CHECK(f.run(options).commits == 1);
  CHECK(f.memory.state == "s9");
}

TEST_CASE("a column that appears in the middle of a read is projected too") {
  Fixture f;
  f.connection.streams[0].drop = {"secret_*"};
  f.steps = {{{{"1", "a"}}, "s1"}, {{{"2", "b", "c"}}, "s2", "", false, {"id", "updated", "secret_note"}}};
  CHECK_FALSE(f.run().error);
  f.connection.streams[0].rename = {{"updated", "changed"}};
  f.steps = {{{{"3", "b", "c"}}, "s3", "", false, {"id", "updated", "changed"}}};
  StreamResult clash = f.run();
  REQUIRE(clash.error);
  CHECK(clash.error->code() == ErrorCode::sync_column);
  CHECK(clash.error->what_failed().find("`updated` and `changed`") != std::string::npos);
  CHECK(f.memory.rows == std::vector<std::string>{"1", "2"});
}

TEST_CASE("a drop of a column that is not there is refused, a wildcard may match nothing") {
  StreamSettings settings;
  settings.name = "s";
  settings.drop = {"x_*"};
  CHECK_NOTHROW(Projection(settings).check(*schema_of({"ward"})));
  CHECK_NOTHROW(Projection(settings).check(*schema_of({})));
  settings.drop = {"wrad"};
  CHECK_THROWS_AS(Projection(settings).check(*schema_of({"ward"})), Error);
  CHECK_NOTHROW(Projection(settings).check(*schema_of({})));  // a source that learns its columns from rows
}

TEST_CASE("names become snake case where the stream says so, and renames win") {
  CHECK(snake_case("Primary Type") == "primary_type");
  CHECK(snake_case("primaryType") == "primary_type");
  CHECK(snake_case("HTTPBody2") == "http_body2");
  CHECK(snake_case(":updated_at") == "updated_at");
  CHECK(snake_case("2024 total") == "_2024_total");
  CHECK(snake_case("Größe") == "größe");
  StreamSettings settings;
  settings.name = "s";
  settings.names = ColumnNames::snake_case;
  settings.rename = {{"IUCR", "code"}};
  Projection projection(settings);
  CHECK((*projection.check(*schema_of({"IUCR", "Case Number"})))[0].name == "code");
  CHECK((*projection.check(*schema_of({"IUCR", "Case Number"})))[1].name == "case_number");
  CHECK_THROWS_AS(projection.check(*schema_of({"Case Number", "case_number"})), Error);
}

TEST_CASE("a key of the settings that the stream does not have is refused") {
  Fixture f;
  f.connection.streams[0].primary_key = {"idd"};
  StreamResult result = f.run();
  CHECK(result.error->code() == ErrorCode::sync_column);
  CHECK(result.error->what_failed().find("did you mean `id`?") != std::string::npos);
}

TEST_CASE(
    "where the contract makes no table no load begins and no state moves: all comes once there is one") {
  Fixture f;
  f.connection.streams[0].contract.tables = ContractMode::discard_row;
  f.steps = {{{{"1", "a"}, {"2", "a"}}, "s1"}};
  StreamResult result = f.run();
  CHECK_FALSE(result.error);
  CHECK(result.rows_discarded == 2);
  CHECK(f.memory.targets.empty());
  CHECK(f.memory.state.empty());
  f.memory.table = {{"id", {}}, {"updated", {}}};
  CHECK_FALSE(f.run().error);
  CHECK(f.memory.rows == std::vector<std::string>{"1", "2"});
  CHECK(f.memory.state == "s1");
}

TEST_CASE("what is no error of ours fails its stream and names it") {
  Fixture f;
  f.steps = {{{{"1", "a"}}, "s1"}};
  f.memory.on_write = [] { throw std::runtime_error("out of luck"); };
  StreamResult result = f.run();
  REQUIRE(result.error);
  CHECK(result.error->code() == ErrorCode::internal);
  CHECK(result.error->where() == "connection shop, stream orders");
  CHECK(f.memory.rows.empty());
}

TEST_CASE("a stream that is asked for is looked for among all where the connection names none") {
  Fixture f;
  f.connection.streams.clear();
  SyncOptions options;
  options.streams = {"ordrs"};
  try {
    f.run(options);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.what_failed().find("did you mean `orders`?") != std::string::npos);
  }
}

TEST_CASE("a mode that needs a key says so where there is none") {
  Connection connection;
  StreamPlan plan;
  plan.stream.name = "events";
  plan.stream.schema = schema_of({"v"});
  plan.settings.where = "leat.yml:9:5";
  auto refused = [&] {
    try {
      target_of(connection, plan, Projection(plan.settings), {});
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::config_invalid);
      CHECK(error.where() == "leat.yml:9:5");
      return error.what_failed() + " " + error.fix();
    }
    return std::string("nothing");
  };
  CHECK(refused() == "nothing");
  plan.settings.mode = stream::WriteMode::append_dedup;
  CHECK(refused().find("`primary_key: [column]`") != std::string::npos);
  plan.settings.mode = stream::WriteMode::append;
  plan.settings.child_tables = {"v"};
  CHECK(refused().find("`child_tables` of stream events need a primary key") != std::string::npos);
}

TEST_CASE("letters of a source that can't read single records again are refused, with what to do instead") {
  Fixture f;
  ScriptedSource source(schema_of({"id", "updated"}), {}, &f.seen_state);
  MemoryDestination destination(f.memory);
  StreamPlan plan;
  plan.stream = source.discover().streams.at(0);
  try {
    retry_letters(f.connection, plan, source, destination, {{"l/0", "{}"}}, f.env, "run");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.fix().find("--full-refresh") != std::string::npos);
  }
}

TEST_CASE("columns that tell of a change keep their names in snake case") {
  StreamSettings settings;
  settings.names = ColumnNames::snake_case;
  Projection projection(settings);
  CHECK(projection.arriving_name("_ab_cdc_deleted_at") == "_ab_cdc_deleted_at");
  CHECK(projection.arriving_name("_Id") == "id");
}

TEST_CASE("a name that is cut keeps whole characters and stays one of its own") {
  stream::Naming naming{20, false};
  std::string long_name = "é";
  for (int i = 0; i < 4; ++i) long_name += long_name;
  std::string one = fit_name(long_name, naming), other = fit_name(long_name + "x", naming);
  CHECK(one.size() <= 20);
  CHECK(one.starts_with("ééééé_"));
  CHECK(one != other);
  CHECK(fit_name("short", naming) == "short");
}
