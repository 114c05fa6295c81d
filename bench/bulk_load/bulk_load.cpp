// bulk_load KIND PLACE ROWS [FIRST STEP REVISION]: loads generated rows from memory through a Destination, as
// a sync does: appended to bulk.rows, or merged on `id` where FIRST is given (ids FIRST, FIRST + STEP, ...).
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "batch/record_batch.h"
#include "warehouses/warehouse.h"

namespace {

using namespace leat;
using batch::TypeKind;

constexpr std::size_t kBatchRows = 50'000;

batch::SchemaPtr schema() {
  return std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{"id", {TypeKind::int64}},
                                 {"name", {TypeKind::text}},
                                 {"amount", {TypeKind::decimal, 12, 2}},
                                 {"price", {TypeKind::float64}},
                                 {"active", {TypeKind::boolean}},
                                 {"day", {TypeKind::date}},
                                 {"moment", {TypeKind::timestamptz}},
                                 {"note", {TypeKind::text}}});
}

std::uint64_t mixed(std::uint64_t n) {
  n = (n ^ n >> 31) * 0x9E3779B97F4A7C15ULL;
  return n ^ n >> 29;
}

batch::RecordBatch rows(const batch::SchemaPtr& columns, std::int64_t first, std::int64_t step,
                        std::size_t count, std::int64_t revision) {
  batch::RecordBatch out(columns);
  char text[64];
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t id = first + static_cast<std::int64_t>(i) * step;
    std::uint64_t chance = mixed(static_cast<std::uint64_t>(id + revision * 7));
    out.column(0).append(id);
    out.column(1).append_text(
        {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "customer %llu",
                                                      static_cast<unsigned long long>(chance % 200'000)))});
    out.column(2).append(static_cast<__int128>(chance % 1'000'000));
    out.column(3).append(static_cast<double>(chance % 100'000) / 8);
    out.column(4).append(static_cast<std::uint8_t>(chance & 1));
    out.column(5).append(static_cast<std::int32_t>(18'000 + chance % 2'000));
    out.column(6).append(static_cast<std::int64_t>(1'700'000'000'000'000 + id * 1'000'000));
    if (chance % 10 == 0) {
      out.column(7).append_null();
    } else {
      out.column(7).append_text(
          {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "note %llx of revision %lld",
                                                        static_cast<unsigned long long>(chance),
                                                        static_cast<long long>(revision)))});
    }
  }
  return out;
}

int run(int argc, char** argv) {
  Env env;
  std::string settings = std::string(argv[1]) == "duckdb"
                             ? fmt::format("{{path: '{}', memory_limit: 400MB}}", argv[2])
                         : std::string(argv[1]) == "snowflake"
                             // The stand-in of samples/snowflake.
                             ? fmt::format(
                                   "{{url: '{}', account: bench, user: leat, password: bench-password, "
                                   "database: bench}}",
                                   argv[2])
                             : fmt::format("{{url: '{}'}}", argv[2]);
  const warehouses::WarehouseKind& kind = warehouses::find_warehouse_kind(argv[1], "bulk_load");
  auto warehouse =
      kind.open(document::read_settings(*kind.spec, document::parse_yaml(settings, "bulk_load"), env), env);
  auto destination = warehouse->destination();
  bool merges = argc > 6;
  stream::Target target;
  target.connection = target.stream = "bulk";
  target.schema = "bulk";
  target.table = "rows";
  target.columns = schema();
  target.metadata_prefix = "";
  target.mode = merges ? stream::WriteMode::append_dedup : stream::WriteMode::append;
  if (merges) target.primary_key = {"id"};
  std::int64_t left = std::atoll(argv[3]), first = merges ? std::atoll(argv[4]) : 0,
               step = merges ? std::atoll(argv[5]) : 1, revision = merges ? std::atoll(argv[6]) : 0;
  auto load = destination->begin(target);
  while (left > 0) {
    std::size_t count = std::min<std::size_t>(kBatchRows, static_cast<std::size_t>(left));
    load->write(rows(target.columns, first, step, count, revision));
    first += static_cast<std::int64_t>(count) * step;
    left -= static_cast<std::int64_t>(count);
  }
  stream::Commit commit;
  commit.load_id = env.uuid();
  commit.state = {"{}"};
  commit.started_at = commit.committed_at = env.now();
  stream::LoadResult result = load->commit(commit);
  fmt::print("{} inserted, {} updated\n", result.rows_inserted, result.rows_updated);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "bulk_load: usage: bulk_load KIND PLACE ROWS [FIRST STEP REVISION]\n");
    return 2;
  }
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bulk_load: {}\n", error.what());
    return 1;
  }
}
