// Streams that share a state: a scripted source of changes, and a destination in memory.
#include "sync/change_sync.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <functional>
#include <mutex>

#include "sync/sync.h"

using namespace leat;
using namespace leat::sync;

namespace {

// What a destination holds, and in which order things were said to it and to the source.
struct Told {
  std::mutex mutex;
  std::vector<std::string> words;
  std::string state;
  std::optional<Error> commit_fails;
  std::vector<batch::Column> table, last_columns;  // as they were before
  bool can_together = true, has_items = false;
  std::vector<std::string> letters;
  std::string written;                      // the last batch
  std::function<void(stream::Sink&)> read;  // what is read instead of a row for each state
  void say(std::string word) {
    std::lock_guard lock(mutex);
    words.push_back(std::move(word));
  }
};

class Changes : public stream::Source {
 public:
  Changes(Told& told, std::vector<std::string> states) : told_(told), states_(std::move(states)) {}
  void check() override {}
  stream::Catalog discover() override {
    auto schema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"id", {}}});
    stream::Stream orders;
    orders.name = "orders";
    orders.schema = schema;
    orders.primary_key = {"id"};
    orders.sync_modes = {stream::SyncMode::incremental};
    orders.shared_state = "changes";
    if (!told_.has_items) return {{orders}};
    stream::Stream items = orders;
    items.name = "items";
    return {{orders, items}};
  }
  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    if (told_.read) return told_.read(sink);
    for (const std::string& state : states_) {
      batch::RecordBatch rows(selections[0].stream.schema);
      rows.column(0).append_text(state);
      sink.gather(0);
      sink.batch(0, std::move(rows));
      sink.checkpoint_all({state});
    }
    sink.settle();
  }
  void committed(const stream::State& state) override { told_.say("source hears of " + state.json); }

 private:
  Told& told_;
  std::vector<std::string> states_;
};

class TogetherLoad : public stream::Load {
 public:
  TogetherLoad(Told& told, bool is_alone) : told_(told), is_alone_(is_alone) {}
  void write(batch::RecordBatch&& batch) override {
    rows_ += static_cast<std::int64_t>(batch.rows());
    told_.written.clear();
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      for (std::size_t i = 0; i < batch.schema()->size(); ++i)
        told_.written += fmt::format("{}={} ", (*batch.schema())[i].name,
                                     batch.column(i).is_null(row) ? "null" : batch.column(i).print(row));
    }
  }
  stream::LoadResult commit(const stream::Commit& commit) override {
    for (const stream::RejectedRecord& letter : commit.rejected)
      told_.letters.push_back((is_alone_ ? "alone: " : "") + letter.record + " " + letter.reason);
    stream::LoadResult result;
    result.rows_staged = result.rows_inserted = rows_;
    return result;
  }

 private:
  Told& told_;
  bool is_alone_;
  std::int64_t rows_ = 0;
};

class Together : public stream::Destination {
 public:
  explicit Together(Told& told) : told_(told) {}
  std::unique_ptr<stream::Load> begin(const stream::Target& target) override {
    if (target.mode == stream::WriteMode::overwrite_dedup) told_.say("replaces");
    if (target.clears) told_.say("clears");
    return std::make_unique<TogetherLoad>(told_, !together_);
  }
  std::vector<batch::Column> columns(const stream::Target&) override { return told_.table; }
  std::vector<batch::Column> last_columns(const std::string&, const std::string&) override {
    return told_.last_columns;
  }
  stream::State read_state(const std::string&, const std::string&) override { return {told_.state}; }
  void write_state(const std::string&, const std::string&, const stream::State& state) override {
    pending_ = state.json;
  }
  bool begin_together(const std::string&) override { return together_ = told_.can_together; }
  std::vector<stream::LoadResult> commit_together() override {
    if (told_.commit_fails) throw *std::exchange(told_.commit_fails, std::nullopt);
    told_.state = pending_;
    together_ = false;
    told_.say("committed " + pending_);
    return {};
  }
  void abandon_together() override {
    together_ = false;
    told_.say("given up");
  }

 private:
  Told& told_;
  std::string pending_;
  bool together_ = false;
};

struct Run {
  Told told;
  Env env{fixed_clock({}), 1};
  Connection connection;
  SyncOptions options;
  Run() { connection.name = "shop"; }
  StreamSettings& orders() {
    StreamSettings& settings = connection.streams.emplace_back();
    settings.name = "orders";
    return settings;
  }
  std::vector<StreamResult> sync_all(std::vector<std::string> states) {
    return run_sync(
               connection, [&] { return std::make_unique<Changes>(told, states); },
               [&] { return std::make_unique<Together>(told); }, env, options)
        .streams;
  }
  StreamResult sync(std::vector<std::string> states) { return sync_all(std::move(states)).at(0); }
};

std::optional<Error> sync_changes(Told& told, std::vector<std::string> states) {
  Env env(fixed_clock({}), 1);
  Connection connection;
  connection.name = "shop";
  SyncResult result = run_sync(
      connection, [&] { return std::make_unique<Changes>(told, states); },
      [&] { return std::make_unique<Together>(told); }, env, {});
  return result.streams.at(0).error;
}

batch::RecordBatch rows_of(std::vector<batch::Column> columns,
                           const std::vector<std::vector<const char*>>& rows) {
  batch::RecordBatch batch(std::make_shared<const batch::Schema>(std::move(columns)));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i]) {
        batch.column(i).append_text(row[i]);
      } else {
        batch.column(i).append_null();
      }
    }
  }
  return batch;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a source of changes hears of a position once it is committed, and not before") {
  Told told;
  CHECK_FALSE(sync_changes(told, {"s1", "s2"}));
  CHECK(told.words == Words{"committed s1", "source hears of s1", "committed s2", "source hears of s2"});
}

TEST_CASE("what can't be committed is given up, and the source never hears of it") {
  Told told;
  told.commit_fails = Error(ErrorCode::warehouse_full, "No space", "memory");
  std::optional<Error> error = sync_changes(told, {"s1"});
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::warehouse_full);
  CHECK(told.words == Words{"given up"});
}

TEST_CASE("a connection that is lost is opened again, and the try that failed counts for nothing") {
  Run run;
  run.connection.dead_letters_max = 1;
  run.told.commit_fails = Error(ErrorCode::warehouse_connect, "The server went away", "memory");
  run.told.read = [](stream::Sink& sink) {
    sink.gather(0);
    sink.batch(0, rows_of({{"id", {}}}, {{"a"}, {nullptr}}));
    sink.checkpoint_all({"s1"});
    sink.settle();
  };
  StreamResult result = run.sync({});
  CHECK_FALSE(result.error);
  CHECK(run.told.words == Words{"given up", "committed s1", "source hears of s1"});
  CHECK(result.rows_read == 2);
  CHECK(result.rows_inserted == 1);
  CHECK(result.rows_rejected == 1);
}

TEST_CASE("a connection that stays away fails the stream, after some tries") {
  Run run;
  int tries = 0;
  run.told.read = [&](stream::Sink&) {
    ++tries;
    throw Error(ErrorCode::postgres_connect, "The server is away", "db").retry();
  };
  std::optional<Error> error = run.sync({}).error;
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::postgres_connect);
  CHECK(tries == 8);
}

TEST_CASE("who follows tries on until it is stopped, which is no failure") {
  Run run;
  run.options.follow = true;
  int tries = 0;
  run.told.read = [&](stream::Sink&) {
    if (++tries == 20) throw Error(ErrorCode::cancelled, "It was stopped");
    throw Error(ErrorCode::postgres_connect, "The server is away", "db").retry();
  };
  CHECK_FALSE(run.sync({}).error);
  CHECK(tries == 20);
}

TEST_CASE("rows of changes that the contract discards are among the dead letters") {
  Run run;
  run.orders().contract.columns = ContractMode::discard_row;
  run.told.table = {{"id", {}}};
  run.told.read = [](stream::Sink& sink) {
    sink.gather(0);
    sink.batch(0, rows_of({{"id", {}}, {"more", {}}}, {{"a", nullptr}, {"b", "new"}}));
    sink.checkpoint_all({"s1"});
    sink.settle();
  };
  StreamResult result = run.sync({});
  CHECK_FALSE(result.error);
  CHECK(result.rows_discarded == 1);
  CHECK(run.told.letters == Words{R"({"id":"b","more":"new"} The table has no such column)"});
}

TEST_CASE("changes that are too many to reject fail, and their letters are kept without the rows") {
  Run run;
  run.told.read = [](stream::Sink& sink) {
    sink.gather(0);
    sink.batch(0, rows_of({{"id", {}}, {"v", {}}}, {{"a", "1"}, {nullptr, "2"}}));
    sink.checkpoint_all({"s1"});
    sink.settle();
  };
  std::optional<Error> error = run.sync({}).error;
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::sync_dead_letters);
  CHECK(run.told.letters == Words{R"(alone: {"v":"2"} A key may not be null)"});
  CHECK(run.told.state.empty());
}

TEST_CASE("columns that come and go with changes are told") {
  Run run;
  run.told.table = run.told.last_columns = {{"id", {}}, {"old", {batch::TypeKind::int64}}};
  run.told.read = [](stream::Sink& sink) {
    sink.gather(0);
    sink.batch(0, rows_of({{"id", {}}, {"new", {}}}, {{"a", "x"}}));
    sink.checkpoint_all({"s1"});
    sink.gather(0);
    sink.batch(0, rows_of({{"id", {}}, {"new", {}}}, {{"b", "x"}}));
    sink.checkpoint_all({"s2"});
    sink.settle();
  };
  StreamResult result = run.sync({});
  REQUIRE(result.changes.size() == 2);
  CHECK(result.changes[0].column == "new");
  CHECK(result.changes[0].kind == SchemaChange::Kind::added);
  CHECK(result.changes[1].column == "old");
  CHECK(result.changes[1].kind == SchemaChange::Kind::missing);
}

TEST_CASE(
    "a table that is read whole is replaced, one that was truncated cleared, before the rows after it") {
  Run run;
  run.told.read = [](stream::Sink& sink) {
    sink.replace(0);
    sink.batch(0, rows_of({{"id", {}}}, {{"a"}}));
    sink.checkpoint_all({"s1"});
    sink.clear(0);
    sink.batch(0, rows_of({{"id", {}}}, {{"b"}}));
    sink.checkpoint_all({"s2"});
    sink.settle();
  };
  StreamResult result = run.sync({});
  CHECK(run.told.words == Words{"replaces", "committed s1", "source hears of s1", "clears", "committed s2",
                                "source hears of s2"});
  CHECK(result.rows_inserted == 2);
  CHECK(result.commits == 2);
}

TEST_CASE("a stream that comes while others are followed joins where the connection names none") {
  for (bool names_streams : {false, true}) {
    Run run;
    if (names_streams) run.orders();
    std::optional<std::size_t> index;
    run.told.read = [&](stream::Sink& sink) {
      stream::Stream late;
      late.name = "late";
      late.primary_key = {"id"};
      late.shared_state = "changes";
      late.schema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"id", {}}});
      index = sink.add(late);
      if (index) {
        sink.replace(*index);
        sink.batch(*index, rows_of({{"id", {}}}, {{"a"}}));
      }
      sink.checkpoint_all({"s1"});
      sink.settle();
    };
    CHECK_FALSE(run.sync({}).error);
    CHECK(index.has_value() == !names_streams);
    if (!names_streams) CHECK(run.told.words.front() == "replaces");
  }
}

TEST_CASE("settings that changes can't keep are refused, with what to do instead") {
  auto refused = [](auto&& change) {
    Run run;
    change(run);
    std::optional<Error> error = run.sync({"s1"}).error;
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::config_invalid);
    return std::string(error->what());
  };
  CHECK(refused([](Run& run) { run.orders().mode = stream::WriteMode::scd2; }).find("history: true") !=
        std::string::npos);
  CHECK(refused([](Run& run) { run.orders().flatten = {"id"}; }).find("in a model") != std::string::npos);
  CHECK(refused([](Run& run) { run.orders().child_tables = {"id"}; }).find("in a model") !=
        std::string::npos);
  CHECK(refused([](Run& run) { run.told.can_together = false; }).find("choose another target") !=
        std::string::npos);
}

TEST_CASE("what an update does not send is named as the columns arrive, its stored key as well") {
  Run run;
  StreamSettings& orders = run.orders();
  orders.names = ColumnNames::snake_case;
  orders.rename = {{"id", "order_id"}};
  run.told.read = [](stream::Sink& sink) {
    sink.gather(0);
    sink.batch(0, rows_of({{"id", {}}, {"BigText", {}}, {"v", {}}, {"_leat_kept", {}}, {"_leat_was_id", {}}},
                          {{"a", nullptr, "1", ",BigText,", "b"}, {"c", "x", "2", nullptr, nullptr}}));
    sink.checkpoint_all({"s1"});
    sink.settle();
  };
  CHECK_FALSE(run.sync({}).error);
  CHECK(run.told.written ==
        "order_id=a big_text=null v=1 _leat_kept=,big_text, _leat_was_order_id=b "
        "order_id=c big_text=x v=2 _leat_kept=null _leat_was_order_id=null ");
}

TEST_CASE("changes of a table that the contract does not let be made are not passed over in silence") {
  Run run;
  run.orders().contract.tables = ContractMode::discard_row;
  std::optional<Error> error = run.sync({"s1"}).error;
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::sync_contract);
  CHECK(run.told.words == Words{});
}

TEST_CASE("streams that share a state become visible in one commit") {
  Run run;
  run.told.has_items = true;
  run.told.read = [](stream::Sink& sink) {
    for (std::size_t stream : {0U, 1U}) {
      sink.gather(stream);
      sink.batch(stream, rows_of({{"id", {}}}, {{"a"}, {"b"}}));
    }
    sink.checkpoint_all({"s1"});
    sink.settle();
  };
  std::vector<StreamResult> results = run.sync_all({});
  REQUIRE(results.size() == 2);
  CHECK(run.told.words == Words{"committed s1", "source hears of s1"});
  for (const StreamResult& result : results) {
    CHECK(result.commits == 1);
    CHECK(result.rows_inserted == 2);
  }
}

TEST_CASE("what is no error of ours ends changes as one that has their place") {
  Run run;
  run.told.read = [](stream::Sink&) { throw std::runtime_error("out of luck"); };
  std::optional<Error> error = run.sync({}).error;
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::internal);
  CHECK(error->where() == "connection shop");
}
