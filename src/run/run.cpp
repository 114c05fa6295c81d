#include "run/run.h"

#include <algorithm>

#include "base/time.h"
#include "run/lock.h"
#include "run/store/store.h"

namespace leat::run {
namespace {

std::vector<bool> choose(const std::vector<Asset>& assets, const RunOptions& options) {
  std::vector<dbt::Selectable> items;
  for (const Asset& asset : assets) items.push_back(asset.what);
  std::vector<bool> chosen = dbt::select(items, {options.select, options.exclude, options.indirect});
  if (options.kinds.empty()) return chosen;
  for (std::size_t i = 0; i < assets.size(); ++i) {
    const auto& kinds = options.kinds;
    chosen[i] = chosen[i] && std::find(kinds.begin(), kinds.end(), assets[i].what.kind) != kinds.end();
  }
  return chosen;
}

void announce(Env& env, const Asset& asset, const Outcome& outcome, std::size_t done, std::size_t total) {
  EventLevel level = outcome.status == Status::error     ? EventLevel::error
                     : outcome.status == Status::warning ? EventLevel::warning
                                                         : EventLevel::info;
  bool is_node = asset.what.kind != "stream" && asset.what.kind != "page";
  env.emit({is_node                     ? "node_finished"
            : asset.what.kind == "page" ? "page_finished"
                                        : "stream_step_finished",
            level,
            {{"asset", asset.what.id},
             {"kind", asset.what.kind},
             {"name", asset.what.name},
             {"status", std::string(name(outcome.status))},
             {"rows", outcome.rows},
             {"message", outcome.message},
             {"took_ms", outcome.took_ms},
             {"done", static_cast<std::int64_t>(done)},
             {"total", static_cast<std::int64_t>(total)},
             {"error", std::string(outcome.error ? outcome.error->what() : "")}}});
}

}  // namespace

std::int64_t RunReport::count(Status status) const {
  return std::count_if(steps.begin(), steps.end(),
                       [&](const StepReport& step) { return step.outcome.status == status; });
}

std::vector<dbt::Selectable> plan(Workspace& workspace, const RunOptions& options) {
  std::vector<Asset> assets = workspace.assets("plan");
  std::vector<dbt::Selectable> out;
  for (std::size_t i : order_of(assets, choose(assets, options))) out.push_back(assets[i].what);
  return out;
}

RunReport run_assets(Workspace& workspace, const RunOptions& options) {
  Env& env = workspace.env();
  ProjectLock lock(workspace.project().folder);
  RunReport report;
  report.run_id = env.uuid();
  auto started = env.steady();
  std::vector<Asset> assets = workspace.assets(report.run_id);
  std::vector<bool> chosen = choose(assets, options);
  std::vector<std::size_t> order = order_of(assets, chosen);

  Store store(workspace.project().folder);
  store.begin_run(
      {report.run_id, options.command, workspace.target(), "running", format_iso_timestamp(env.now())});
  env.emit({"run_started",
            EventLevel::info,
            {{"run", report.run_id},
             {"project", workspace.project().name},
             {"target", workspace.target()},
             {"steps", static_cast<std::int64_t>(order.size())}}});

  ExecutorOptions execution;
  execution.threads = options.threads > 0 ? options.threads : workspace.project().threads;
  execution.full_refresh = options.full_refresh || !options.skip_unchanged;
  execution.run_id = report.run_id;
  std::size_t done = 0;
  DbtNodes* nodes = workspace.dbt_nodes();
  if (nodes && std::none_of(order.begin(), order.end(),
                            [&](std::size_t i) { return nodes->project().find(assets[i].what.id); }))
    nodes = nullptr;
  if (nodes) nodes->begin(*workspace.warehouse().adapter());
  std::vector<Outcome> outcomes = execute(
      assets, chosen, [&] { return workspace.warehouse().adapter(); }, env, execution,
      [&](const Asset& asset, const Outcome& outcome) {
        store.add_step(report.run_id, {asset.what.id, asset.what.kind, std::string(name(outcome.status)),
                                       outcome.error ? outcome.error->what_failed() : outcome.message,
                                       format_iso_timestamp(env.now()), outcome.rows, outcome.took_ms});
        announce(env, asset, outcome, ++done, order.size());
        if (nodes) nodes->note(asset, outcome);
      });
  if (nodes)
    nodes->end(*workspace.warehouse().adapter(), static_cast<double>(env.elapsed_ms(started)) / 1000);
  for (std::size_t i : order) report.steps.push_back({assets[i].what, std::move(outcomes[i])});
  report.took_ms = env.elapsed_ms(started);
  std::string status = env.stop().stop_requested() ? "interrupted" : report.succeeded() ? "success" : "error";
  store.finish_run(report.run_id, status, format_iso_timestamp(env.now()));
  env.emit({"run_finished",
            report.succeeded() ? EventLevel::info : EventLevel::error,
            {{"run", report.run_id}, {"status", status}, {"took_ms", report.took_ms}}});
  return report;
}

}  // namespace leat::run
