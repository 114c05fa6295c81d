// A lake and a pipe between the source and the table: what arrives in which order, and whatever dies between
// the files and the table, the table is what the mode says. Runs where LEAT_CONFORMANCE is duckdb or
// postgres.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cstdlib>

#include "histories.h"
#include "lake/lake.h"
#include "lake/pipe/pipe.h"
#include "support/temporary_folder.h"
#include "under_test.h"

using namespace leat;
using namespace leat::conformance;

namespace {

struct Case {
  stream::WriteMode lake, pipe;
  const char* title;
};

// The stream's rows go into the lake as they arrive; the pipe's mode makes the table of them.
const Case kCases[] = {
    {stream::WriteMode::append, stream::WriteMode::append, "append"},
    {stream::WriteMode::append, stream::WriteMode::append_dedup, "append_dedup"},
    {stream::WriteMode::append, stream::WriteMode::scd2, "scd2"},
    {stream::WriteMode::overwrite, stream::WriteMode::append, "overwrite"},
};

class Route {
 public:
  Route(UnderTest& under_test, const Case& each, int number, const std::string& folder, Env& env)
      : under_test_(under_test), case_(each), env_(env) {
    lake_.location = files::parse_location(fmt::format("{}/lake_{}", folder, number)).folder();
    lake_.format = lake::LakeFormat::parquet;
    pipe_.name = fmt::format("pipe_{}", number);
    pipe_.location = lake_.location;
    pipe_.lake_connection = "c";
    pipe_.lake_stream = "rows";
    pipe_.into_columns = true;
    pipe_.schema = under_test.schema();
    pipe_.table = fmt::format("piped_{}", number);
    pipe_.mode = each.pipe;
    if (each.pipe != stream::WriteMode::append) {
      pipe_.primary_key = {"id"};
      pipe_.cursor_field = "changed_at";
    }
  }
  void load(std::vector<batch::RecordBatch> batches, int number) {
    lake::LakeDestination lake(lake_, env_);
    stream::Target target;
    target.connection = "c";
    target.stream = target.table = "rows";
    target.schema = "raw";
    target.columns = history_schema();
    target.mode = case_.lake;
    target.metadata_prefix.clear();
    auto load = lake.begin(target);
    for (batch::RecordBatch& batch : batches) load->write(std::move(batch));
    stream::Commit commit;
    commit.load_id = fmt::format("load-{}", number);
    commit.state = {fmt::format("{{\"load\":{}}}", number)};
    commit.started_at = commit.committed_at = env_.now();
    load->commit(commit);
  }
  lake::PipeResult drain() {
    auto destination = under_test_.warehouse().destination();
    return lake::Pipe(pipe_, *destination, env_).drain();
  }
  std::vector<std::string> rows() {
    std::string columns = "id, changed_at, note, deleted";
    if (case_.pipe == stream::WriteMode::scd2) columns += ", valid_from, valid_to";
    return under_test_.rows(fmt::format("select {} from {}.{}", columns, pipe_.schema, pipe_.table));
  }

 private:
  UnderTest& under_test_;
  const Case& case_;
  Env& env_;
  lake::LakeSettings lake_;
  lake::PipeSettings pipe_;
};

}  // namespace

TEST_CASE("through a lake and a pipe the table is what the mode says") {
  Env env(fixed_clock(history_start() + std::chrono::seconds(1000)), 1);
  auto under_test = UnderTest::open(env);
  if (!under_test || under_test->kind() == "snowflake") return;
  testing::TemporaryFolder folder;
  const char* wanted = std::getenv("LEAT_LAKE_HISTORIES");
  int histories = wanted ? std::atoi(wanted) : 12;
  for (int number = 0; number < histories; ++number) {
    const Case& each = kCases[static_cast<std::size_t>(number) % std::size(kCases)];
    CAPTURE(each.title);
    CAPTURE(number);
    History history(static_cast<std::uint64_t>(4711 + number));
    sync::StreamSettings settings;
    settings.mode = each.lake == stream::WriteMode::overwrite ? each.lake : each.pipe;
    Model model(settings, true);
    Route route(*under_test, each, number, folder.path(), env);
    bool any = false;
    for (int i = 0; i < 4; ++i) {
      env.wait(std::chrono::seconds(10));
      std::vector<Change> changes = history.next_load();
      if (changes.empty()) continue;
      any = true;
      route.load(history_batches(changes, history), i);
      model.load(changes, history_seconds(env.now()));
      // Sometimes several loads wait for the pipe; and a pipe with nothing new changes nothing.
      if (each.pipe == stream::WriteMode::scd2 || history.pick(0, 2) > 0) route.drain();
      if (history.pick(0, 3) == 0) route.drain();
    }
    if (!any) continue;
    route.drain();
    CHECK(route.rows() == model.rows());
    CHECK(route.drain().rows == 0);
  }
}
