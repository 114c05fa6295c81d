// leat dead-letters: lists the records that were rejected, and loads those that fit by now.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "run/lock.h"
#include "run/project_file.h"
#include "sync/retry_letters.h"

namespace leat::cli {
namespace {

class DeadLettersCommand : public Command {
 public:
  std::string_view name() const override { return "dead-letters"; }
  std::string_view summary() const override {
    return "List records that were rejected with their reasons, or retry them";
  }
  std::string_view group() const override { return "Repair"; }
  std::vector<Option> options() override {
    return {{"verb", "list or retry", &verb_, false, "", "list, retry"},
            {"--connection,-c", "Only of this connection", &connection_, false, "NAME"},
            {"--stream,-s", "Only of this stream", &stream_, false, "NAME"},
            {"--limit", "The most letters", &limit_, false, "N"}};
  }
  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    auto warehouse = run::open_warehouse(project, run::choose_target(project, globals.target, env), env);
    warehouse->destination()->read_state("", "");  // makes the bookkeeping tables where there are none
    if (verb_ == "list") return list(*warehouse);
    if (verb_ == "retry") return retry(project, *warehouse, env);
    throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of dead-letters", verb_),
                "leat dead-letters")
        .fix("There are list and retry.");
  }

 private:
  sql::QueryResult query(warehouses::Warehouse& warehouse, const char* order) {
    const sql::Dialect& dialect = warehouse.dialect();
    std::string where;
    auto only = [&](const char* column, const std::string& value) {
      if (value.empty()) return;
      where += fmt::format(" {} {} = {}", where.empty() ? "where" : "and", dialect.quote(column),
                           dialect.literal(value));
    };
    only("connection", connection_);
    only("stream", stream_);
    return warehouse.adapter()->query(fmt::format(
        "select rejected_at, {0}, {1}, field, reason, record, letter_id from _leat.dead_letters{2} "
        "order by rejected_at {3}, letter_id limit {4}",
        dialect.quote("connection"), dialect.quote("stream"), where, order, limit_));
  }

  int list(warehouses::Warehouse& warehouse) {
    std::int64_t count = 0;
    sql::QueryResult rows = query(warehouse, "desc");
    for (const auto& batch : rows.batches) {
      for (std::size_t i = 0; i < batch.rows(); ++i, ++count) {
        Terminal::line(fmt::format("{} {}.{} `{}`: {}\n  {}", batch.column(0).print(i).substr(0, 19),
                                   batch.column(1).text(i), batch.column(2).text(i), batch.column(3).text(i),
                                   batch.column(4).text(i), fit(batch.column(5).text(i), 300)));
      }
    }
    if (count == 0) Terminal::line("No record was rejected.");
    return kExitOk;
  }

  int retry(const run::ProjectFile& project, warehouses::Warehouse& warehouse, Env& env) {
    run::ProjectLock lock(project.folder);
    std::map<std::pair<std::string, std::string>, std::vector<sync::Letter>> streams;
    sql::QueryResult rows = query(warehouse, "asc");
    for (const auto& batch : rows.batches) {
      for (std::size_t i = 0; i < batch.rows(); ++i) {
        // Letters of an earlier release have no id to take them away by.
        if (batch.column(6).is_null(i)) continue;
        streams[{std::string(batch.column(1).text(i)), std::string(batch.column(2).text(i))}].push_back(
            {std::string(batch.column(6).text(i)), std::string(batch.column(5).text(i))});
      }
    }
    if (streams.empty()) Terminal::line("There is no dead letter to retry.");
    std::int64_t rejected = 0;
    for (const auto& [key, letters] : streams)
      rejected += retry_stream(project, warehouse, key, letters, env);
    return rejected == 0 ? kExitOk : kExitStepsFailed;
  }

  std::int64_t retry_stream(const run::ProjectFile& project, warehouses::Warehouse& warehouse,
                            const std::pair<std::string, std::string>& key,
                            const std::vector<sync::Letter>& letters, Env& env) {
    const run::ConnectionFile& connection = project.connection(key.first);
    auto source = run::open_source(connection, env);
    std::vector<std::string> names = {key.second};
    std::vector<sync::StreamPlan> plans =
        sync::plan_streams(connection.connection, source->describe(names), names);
    auto destination = warehouse.destination();
    sync::RetryResult result = sync::retry_letters(connection.connection, plans.at(0), *source, *destination,
                                                   letters, env, env.uuid());
    Terminal::line(fmt::format("{}.{}: {} loaded, {} rejected again{}", key.first, key.second,
                               format_count(result.loaded), format_count(result.rejected),
                               result.reasons.empty() ? "" : ": " + result.reasons.front()));
    return result.rejected;
  }

  std::string verb_ = "list", connection_, stream_;
  int limit_ = 50;
};

}  // namespace

std::unique_ptr<Command> make_dead_letters() {
  return std::make_unique<DeadLettersCommand>();
}

}  // namespace leat::cli
