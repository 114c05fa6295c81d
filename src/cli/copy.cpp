// leat copy: tables from one place to another, without a project.
#include <fmt/core.h>

#include "base/error.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "run/copy/copy.h"

namespace leat::cli {
namespace {

class CopyCommand : public Command {
 public:
  std::string_view name() const override { return "copy"; }
  std::string_view summary() const override { return "Copy tables or files from one place to another"; }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {
        {"from", "postgres://, duckdb://, s3://, https://, file:// or a path", &options_.from, true},
        {"to", "The same, or snowflake://; - writes to the standard output", &options_.to, true},
        {"--stream,-s", "Only this table of the source (may be repeated)", &options_.streams, false, "NAME"},
        {"--table,-t", "The table it becomes, as schema.table", &options_.table, false, "NAME"},
        {"--mode,-m", "overwrite, append, append_dedup, overwrite_dedup or scd2 (default: overwrite)", &mode_,
         false, "MODE"},
        {"--key,-k", "The primary key's columns, divided by commas; the source's when left out", &key_, false,
         "COLUMNS"},
        {"--cursor,-c", "Read only rows whose value of this column is above that of the last copy",
         &options_.cursor, false, "COLUMN"},
        {"--format,-f", "csv, json or parquet, where a file's name does not tell", &options_.format, false,
         "FORMAT"},
        {"--endpoint", "The address of the S3 server", &options_.endpoint, false, "URL"},
        {"--region", "The region of S3", &options_.region, false, "NAME"}};
  }
  std::string_view details() const override {
    return R"(A table is replaced unless --mode says otherwise. ?table=schema.table in a postgres:// or duckdb:// URI
chooses one. With --mode append_dedup --cursor COLUMN the next copy reads only what changed since.

Examples:
  leat copy calls.csv calls.duckdb
  leat copy "postgres://reader@db/app?table=public.orders" orders.parquet
  leat copy postgres://reader@db/app warehouse.duckdb --mode append_dedup --cursor updated_at
  leat copy https://example.org/stations.csv - --format csv
  leat copy s3://bucket/2026/*.parquet postgres://loader@db/app --table raw.events)";
  }
  int run(const Globals& globals, Env& env) override {
    std::optional<stream::WriteMode> mode = stream::parse_write_mode(mode_);
    if (!mode)
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no mode", mode_), "--mode")
          .fix("There are overwrite, append, append_dedup, overwrite_dedup and scd2.");
    options_.mode = *mode;
    for (std::size_t at = 0; at < key_.size();) {
      std::size_t comma = std::min(key_.find(',', at), key_.size());
      if (comma > at) options_.key.push_back(key_.substr(at, comma - at));
      at = comma + 1;
    }
    std::vector<run::Copied> copied;
    auto started = env.steady();
    {
      Progress progress(globals, env);
      copied = run::copy(options_, env);
      progress.stop();
    }
    return tell(copied, env.elapsed_ms(started));
  }

 private:
  int tell(const std::vector<run::Copied>& copied, std::int64_t took_ms) const {
    bool has_failed = false;
    // The rows themselves may be on the standard output.
    auto say = [&](const std::string& line) {
      options_.to == "-" ? Terminal::complain(line) : Terminal::line(line);
    };
    for (const run::Copied& each : copied) {
      if (each.error) {
        has_failed = true;
        Terminal::complain(each.error->what());
        continue;
      }
      say(fmt::format("{}: {} rows -> {}", each.stream, format_count(each.rows_read), each.place));
    }
    if (!has_failed) say("in " + format_duration(std::chrono::milliseconds(took_ms)));
    return has_failed ? kExitStepsFailed : kExitOk;
  }

  run::CopyOptions options_;
  std::string mode_ = "overwrite", key_;
};

}  // namespace

std::unique_ptr<Command> make_copy() {
  return std::make_unique<CopyCommand>();
}

}  // namespace leat::cli
