#include "lake/pipe/pipe.h"

#include <doctest/doctest.h>

#include <map>

#include "base/error.h"
#include "base/time.h"
#include "support/temporary_folder.h"

namespace leat::lake {
namespace {

// A table in memory, and the states beside it.
struct Memory {
  std::vector<std::string> rows;
  std::map<std::string, std::string> states;
  bool fails = false;
};

class MemoryLoad : public stream::Load {
 public:
  MemoryLoad(Memory& memory, std::string stream) : memory_(memory), stream_(std::move(stream)) {}
  void write(batch::RecordBatch&& batch) override {
    for (std::size_t row = 0; row < batch.rows(); ++row) staged_.emplace_back(batch.column(1).text(row));
  }
  stream::LoadResult commit(const stream::Commit& commit) override {
    if (std::exchange(memory_.fails, false)) throw Error(ErrorCode::warehouse_full, "No space", "memory");
    memory_.rows.insert(memory_.rows.end(), staged_.begin(), staged_.end());
    memory_.states[stream_] = commit.state.json;
    stream::LoadResult result;
    result.rows_staged = result.rows_inserted = static_cast<std::int64_t>(staged_.size());
    return result;
  }

 private:
  Memory& memory_;
  std::string stream_;
  std::vector<std::string> staged_;
};

class MemoryDestination : public stream::Destination {
 public:
  explicit MemoryDestination(Memory& memory) : memory_(memory) {}
  std::unique_ptr<stream::Load> begin(const stream::Target& target) override {
    return std::make_unique<MemoryLoad>(memory_, target.stream);
  }
  std::vector<batch::Column> columns(const stream::Target&) override { return {}; }
  std::vector<batch::Column> last_columns(const std::string&, const std::string&) override { return {}; }
  stream::State read_state(const std::string&, const std::string& stream) override {
    return {memory_.states[stream]};
  }
  void write_state(const std::string&, const std::string& stream, const stream::State& state) override {
    memory_.states[stream] = state.json;
  }

 private:
  Memory& memory_;
};

struct Fixture {
  testing::TemporaryFolder folder;
  Env env{fixed_clock(*parse_iso_timestamp("2026-01-05T10:00:00Z")), 1};
  Memory memory;
  MemoryDestination destination{memory};
  Pipe pipe{settings(), destination, env};

  PipeSettings settings() {
    PipeSettings out;
    out.name = out.table = "calls";
    out.location = files::parse_location(folder.path() + "/in").folder();
    return out;
  }
};

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("a file is loaded once; one that was refused is looked at again when it was mended") {
  Fixture f;
  f.folder.write("in/a.jsonl", "{\"id\":1}\n");
  f.folder.write("in/b.jsonl", "{\"id\":2}\nno json\n");
  PipeResult first = f.pipe.drain();
  CHECK(first.rows == 1);
  CHECK(first.refused.size() == 1);
  CHECK(f.pipe.drain().files == 0);
  f.folder.write("in/b.jsonl", "{\"id\":2}\n{\"id\":3}\n");
  CHECK(f.pipe.drain().rows == 2);
  CHECK(f.memory.rows == Rows{"{\"id\":1}", "{\"id\":2}", "{\"id\":3}"});
}

TEST_CASE("files whose load failed are loaded the next time, also by the pipe that failed") {
  Fixture f;
  f.folder.write("in/a.jsonl", "{\"id\":1}\n");
  f.folder.write("in/b.jsonl", "{\"id\":2}\n");
  f.memory.fails = true;
  CHECK_THROWS_AS(f.pipe.drain(), Error);
  CHECK(f.memory.rows.empty());
  CHECK(f.pipe.drain().files == 2);
  CHECK(f.memory.rows == Rows{"{\"id\":1}", "{\"id\":2}"});
  CHECK(f.pipe.drain().files == 0);
}

}  // namespace leat::lake
