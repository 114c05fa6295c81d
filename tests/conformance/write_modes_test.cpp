// Every write mode, on the warehouse that LEAT_CONFORMANCE names, against the model, over random histories.
// LEAT_HISTORIES says how many (default 60 over all modes), LEAT_SEED where they start.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cstdlib>

#include "histories.h"
#include "model.h"
#include "under_test.h"

using namespace leat;
using namespace leat::conformance;

namespace {

std::int64_t from_environment(const char* name, std::int64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::atoll(text) : otherwise;
}

struct Case {
  std::string title;
  sync::StreamSettings settings;
  bool is_incremental = true;
};

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  auto add = [&](stream::WriteMode mode, stream::MergeStrategy strategy, bool hard, bool incremental) {
    Case out;
    out.settings.name = "rows";
    out.settings.mode = mode;
    out.settings.strategy = strategy;
    out.settings.delete_column = "deleted";
    out.settings.deletes_hard = hard;
    out.is_incremental = incremental;
    const char* names[] = {"merge", "delete_insert", "insert_only"};
    out.title = fmt::format("{}, {}, {} deletes, {}", stream::name(mode), names[static_cast<int>(strategy)],
                            hard ? "hard" : "soft", incremental ? "incremental" : "full refresh");
    cases.push_back(std::move(out));
  };
  using stream::MergeStrategy;
  using stream::WriteMode;
  for (bool hard : {false, true}) {
    for (MergeStrategy strategy :
         {MergeStrategy::merge, MergeStrategy::delete_insert, MergeStrategy::insert_only})
      add(WriteMode::append_dedup, strategy, hard, true);
    add(WriteMode::overwrite, MergeStrategy::merge, hard, false);
    add(WriteMode::overwrite_dedup, MergeStrategy::merge, hard, false);
    add(WriteMode::scd2, MergeStrategy::merge, hard, true);
    add(WriteMode::scd2, MergeStrategy::merge, hard, false);
  }
  add(WriteMode::append, MergeStrategy::merge, false, true);
  return cases;
}

// Plays one history; returns what differs, "" where nothing does.
std::string play(UnderTest& under_test, const Case& each, int number, std::uint64_t seed, Env& env) {
  History history(seed);
  Model model(each.settings, each.is_incremental);
  sync::Connection connection;
  connection.name = fmt::format("c{}", number);
  connection.schema = under_test.schema();
  connection.streams = {each.settings};
  connection.streams[0].table = fmt::format("rows_{}", number);
  stream::Stream stream{"rows", "", history_schema(), {"id"}, "changed_at", {stream::SyncMode::full_refresh}};
  if (each.is_incremental) stream.sync_modes.push_back(stream::SyncMode::incremental);
  std::string columns = "id, changed_at, note, deleted";
  if (each.settings.mode == stream::WriteMode::scd2) columns += ", valid_from, valid_to";
  int loads = history.pick(2, 6);
  for (int i = 0; i < loads; ++i) {
    env.wait(std::chrono::seconds(10));  // the clock stands but for this
    std::int64_t now = history_seconds(env.now());
    std::vector<Change> changes = history.next_load();
    sync::StreamResult result = load(under_test, connection, stream, history_batches(changes, history),
                                     fmt::format("{{\"load\":{}}}", i), env);
    if (result.error) return result.error->what();
    model.load(changes, now);
    std::vector<std::string> expected = model.rows();
    std::vector<std::string> found = under_test.rows(
        fmt::format("select {} from {}.{}", columns, under_test.schema(), connection.streams[0].table));
    if (expected == found) continue;
    std::string out = fmt::format("after load {} of history {}:\n", i, seed);
    for (const std::string& row : found) out += "  found    " + row + "\n";
    for (const std::string& row : expected) out += "  expected " + row + "\n";
    return out;
  }
  return "";
}

}  // namespace

TEST_CASE("whatever arrives in whatever order, the table is what the mode says") {
  Env env(fixed_clock(history_start() + std::chrono::seconds(1000)), 1);
  auto under_test = UnderTest::open(env);
  if (!under_test) return;
  std::vector<Case> cases = all_cases();
  std::int64_t histories = from_environment("LEAT_HISTORIES", 60);
  std::int64_t seed = from_environment("LEAT_SEED", 20261121);
  for (std::int64_t i = 0; i < histories; ++i) {
    const Case& each = cases[static_cast<std::size_t>(i) % cases.size()];
    CAPTURE(each.title);
    std::string difference =
        play(*under_test, each, static_cast<int>(i), static_cast<std::uint64_t>(seed + i), env);
    REQUIRE_MESSAGE(difference.empty(), each.title << ", seed " << seed + i << ": " << difference);
  }
}
