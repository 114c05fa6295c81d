// Streams that share a state: a scripted source of changes, and a destination in memory.
#include "sync/change_sync.h"

#include <doctest/doctest.h>

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
    return {{orders}};
  }
  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
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
  void write(batch::RecordBatch&&) override {}
  stream::LoadResult commit(const stream::Commit&) override { return {}; }
};

class Together : public stream::Destination {
 public:
  explicit Together(Told& told) : told_(told) {}
  std::unique_ptr<stream::Load> begin(const stream::Target&) override {
    return std::make_unique<TogetherLoad>();
  }
  std::vector<batch::Column> columns(const stream::Target&) override { return {}; }
  std::vector<batch::Column> last_columns(const std::string&, const std::string&) override { return {}; }
  stream::State read_state(const std::string&, const std::string&) override { return {told_.state}; }
  void write_state(const std::string&, const std::string&, const stream::State& state) override {
    pending_ = state.json;
  }
  bool begin_together(const std::string&) override { return true; }
  std::vector<stream::LoadResult> commit_together() override {
    if (told_.commit_fails) throw *std::exchange(told_.commit_fails, std::nullopt);
    told_.state = pending_;
    told_.say("committed " + pending_);
    return {};
  }
  void abandon_together() override { told_.say("given up"); }

 private:
  Told& told_;
  std::string pending_;
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
