#include "run/run.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "base/secret.h"
#include "base/time.h"
#include "dbt/selector_file.h"
#include "run/dbt_check.h"
#include "run/event_json.h"
#include "run/free_warehouse.h"
#include "run/observed.h"
#include "run/reservation.h"
#include "run/store/store.h"

namespace leat::run {
namespace {

bool is_node(std::string_view kind) {
  return kind != "stream" && kind != "pipe" && kind != "page" && kind != "delivery";
}

}  // namespace

std::vector<dbt::Selectable> selectables(const std::vector<Asset>& assets, Workspace& workspace) {
  std::vector<dbt::Selectable> items;
  for (const Asset& asset : assets) {
    items.push_back(asset.what);
    const dbt::Node* node = workspace.dbt() ? workspace.dbt()->find(asset.what.id) : nullptr;
    if (!node) continue;
    for (const std::string& id : node->depends_on)
      if (id.starts_with("source.")) items.back().upstream.push_back(id);
  }
  for (dbt::Selectable& other : workspace.beside_assets()) items.push_back(std::move(other));
  return items;
}

namespace {

std::vector<bool> choose(const std::vector<Asset>& assets, Workspace& workspace, const RunOptions& options) {
  std::vector<dbt::Selectable> items = selectables(assets, workspace);
  std::vector<bool> chosen =
      choose(items, workspace.dbt() ? workspace.dbt()->selectors() : document::Value(), options);
  chosen.resize(assets.size());
  const std::set<std::string> only(options.only.begin(), options.only.end());
  const std::set<std::string> done(options.done.begin(), options.done.end());
  for (std::size_t i = 0; i < assets.size(); ++i) {
    if (!only.empty()) chosen[i] = only.count(assets[i].what.id) != 0;
    chosen[i] = chosen[i] && done.count(assets[i].what.id) == 0;
    if (assets[i].is_on_request && options.select.empty() && options.selector.empty() && only.empty())
      chosen[i] = false;
  }
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
  env.emit({is_node(asset.what.kind)                                     ? "node_finished"
            : asset.what.kind == "page" || asset.what.kind == "delivery" ? "page_finished"
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

std::vector<bool> choose(const std::vector<dbt::Selectable>& items, const document::Value& selectors,
                         const RunOptions& options) {
  bool says_nothing = options.select.empty() && options.exclude.empty();
  std::string name =
      options.selector.empty() && says_nothing ? dbt::default_selector(selectors) : options.selector;
  if (name.empty())
    return dbt::select(items, {options.select, options.exclude, options.indirect, options.when_nothing});
  return dbt::select_named(items, selectors, name, options.indirect);
}

std::int64_t RunReport::count(Status status) const {
  return std::count_if(steps.begin(), steps.end(),
                       [&](const StepReport& step) { return step.outcome.status == status; });
}

std::vector<dbt::Selectable> plan(Workspace& workspace, const RunOptions& options) {
  std::vector<Asset> assets = workspace.assets("plan");
  std::vector<dbt::Selectable> out;
  for (std::size_t i : order_of(assets, choose(assets, workspace, options))) out.push_back(assets[i].what);
  return out;
}

namespace {

// Keeps what a run tells in the store, but for progress.
class StoreListener : public EventListener {
 public:
  StoreListener(Store& store, const std::string& run_id, Env& env)
      : store_(store), run_id_(run_id), env_(env) {
    env.listen(*this);
  }
  ~StoreListener() override { env_.forget(*this); }
  StoreListener(const StoreListener&) = delete;
  StoreListener& operator=(const StoreListener&) = delete;

  void on_event(const Event& event) override {
    if (event.name == "changes_lag") return keep(event, event.text("slot"));
    if (event.name == "step_started") return begin_step(event);
    if (event.level == EventLevel::progress || event.level == EventLevel::debug) return;
    std::lock_guard lock(mutex_);
    if (++count_ > kEventsMax) return;
    store_.add_event(run_id_, {format_iso_timestamp(env_.now()), std::string(name(event.level)),
                               std::string(event.name), redact(fields_json(event))});
  }
  /// Keeps a step and what `tell` emits, in one transaction.
  void add_step(const StepRow& step, const std::function<void()>& tell) {
    std::lock_guard lock(mutex_);
    Store::Together together(store_);
    store_.add_step(run_id_, step);
    tell();
  }

 private:
  static constexpr int kEventsMax = 10'000;  // of one run
  void begin_step(const Event& event) {
    std::lock_guard lock(mutex_);
    store_.begin_step(run_id_, {event.text("asset"), event.text("kind"), format_iso_timestamp(env_.now())});
  }
  // Of what is told every few seconds the last is enough.
  void keep(const Event& event, const std::string& key) {
    std::lock_guard lock(mutex_);
    store_.keep_latest(key, {format_iso_timestamp(env_.now()), std::string(name(event.level)),
                             std::string(event.name), redact(fields_json(event))});
  }
  Store& store_;
  const std::string& run_id_;
  Env& env_;
  std::recursive_mutex mutex_;  // guards store_, count_; on_event comes from within add_step
  int count_ = 0;
};

// The run's row in the store; a run that throws before its end is an error.
class RunRecord {
 public:
  RunRecord(Store& store, const RunRow& row, Env& env) : store_(store), id_(row.id), env_(env) {
    store.begin_run(row);
  }
  ~RunRecord() { store_.finish_run(id_, status_, format_iso_timestamp(env_.now())); }
  RunRecord(const RunRecord&) = delete;
  RunRecord& operator=(const RunRecord&) = delete;
  void end(std::string status) { status_ = std::move(status); }

 private:
  Store& store_;
  std::string id_;
  Env& env_;
  std::string status_ = "error";
};

StepRow step_row(const Asset& asset, const Outcome& outcome, Env& env) {
  return {asset.what.id,
          asset.what.kind,
          std::string(name(outcome.status)),
          outcome.error ? redact(outcome.error->what_failed()) : outcome.message,
          format_iso_timestamp(env.now()),
          outcome.rows,
          outcome.took_ms};
}

void announce_start(Workspace& workspace, const RunReport& report, const std::vector<Asset>& assets,
                    const std::vector<std::size_t>& order) {
  auto count = [&](auto&& is) {
    return static_cast<std::int64_t>(
        std::count_if(order.begin(), order.end(), [&](std::size_t i) { return is(assets[i].what.kind); }));
  };
  workspace.env().emit(
      {"run_started",
       EventLevel::info,
       {{"run", report.run_id},
        {"project", workspace.project().name},
        {"target", workspace.target()},
        {"steps", static_cast<std::int64_t>(order.size())},
        {"streams", count([](const std::string& kind) { return kind == "stream"; })},
        {"nodes", count([](const std::string& kind) { return is_node(kind) && !kind.ends_with("test"); })},
        {"tests", count([](const std::string& kind) { return kind.ends_with("test"); })},
        {"pages", count([](const std::string& kind) { return kind == "page"; })}}});
}

// Checks the SQL of what is chosen. A node with a mistake fails at once, instead of being run; with `all`
// everything else waits for that.
void fail_mistaken(Workspace& workspace, std::vector<Asset>& assets, const std::vector<std::size_t>& order,
                   bool all, RunReport& report) {
  std::set<std::string> chosen;
  for (std::size_t i : order) {
    const dbt::Node* node = workspace.dbt_nodes()->project().find(assets[i].what.id);
    if (node && node->has_code()) chosen.insert(node->unique_id);
  }
  dbt::CheckReport check = check_sql(workspace, chosen);
  report.unchecked = check.unchecked.size();
  report.mistakes = check.mistakes.size();
  if (all && !check.mistakes.empty()) {
    for (std::size_t i : order) assets[i].waits_for = {check.mistakes[0].node->unique_id};
  }
  for (const dbt::Mistake& mistake : check.mistakes) {
    auto asset = std::find_if(assets.begin(), assets.end(),
                              [&](const Asset& each) { return each.what.id == mistake.node->unique_id; });
    asset->waits_for = std::vector<std::string>();
    asset->fingerprint = nullptr;
    asset->work = [error = error_of(mistake)](sql::Adapter&) {
      Outcome outcome;
      outcome.status = Status::error;
      outcome.error = error;
      return outcome;
    };
  }
}

std::vector<std::string> names_of(const std::vector<Asset>& assets, const std::vector<std::size_t>& order) {
  std::set<std::string> names;
  for (std::size_t i : order) {
    names.insert(assets[i].what.id);
    names.insert(assets[i].shares.begin(), assets[i].shares.end());
  }
  return {names.begin(), names.end()};
}

// What runs at the same time would write to together, though their assets differ.
std::unique_ptr<Reservation> alone(Workspace& workspace, const char* what) {
  auto held = std::make_unique<Reservation>(workspace.project().folder);
  held->take({what}, workspace.env());
  return held;
}

}  // namespace

RunReport run_assets(Workspace& workspace, const RunOptions& options) {
  Env& env = workspace.env();
  RunReport report;
  report.run_id = env.uuid();
  auto started = env.steady();
  std::vector<Asset> assets = workspace.assets(report.run_id);
  std::vector<bool> chosen = choose(assets, workspace, options);
  std::vector<std::size_t> order = order_of(assets, chosen);
  DbtNodes* nodes = workspace.dbt_nodes();
  bool asks_for_nodes = options.command.starts_with("dbt ");
  if (nodes && !asks_for_nodes && std::none_of(order.begin(), order.end(), [&](std::size_t i) {
        return nodes->project().find(assets[i].what.id);
      }))
    nodes = nullptr;

  Reservation reserved(workspace.project().folder);
  reserved.take(names_of(assets, order), env, options.patience);
  adapter_when_free(workspace.warehouse(), workspace.project().folder, options.patience, env);
  Store store(workspace.project().folder);
  RunRecord record(
      store, {report.run_id, options.command, workspace.target(), "running", format_iso_timestamp(env.now())},
      env);
  StoreListener history(store, report.run_id, env);
  announce_start(workspace, report, assets, order);
  ObservedRun observed(workspace, report.run_id, options.command, assets);

  ExecutorOptions execution;
  execution.threads = options.threads > 0 ? options.threads : workspace.project().threads;
  execution.full_refresh = options.full_refresh || !options.skip_unchanged;
  execution.run_id = report.run_id;
  execution.fail_fast = options.fail_fast;
  execution.warnings_fail = options.warnings_fail;
  execution.hold_tables = [&workspace]() -> std::shared_ptr<void> { return alone(workspace, "_leat"); };
  std::size_t done = 0;
  if (nodes && options.defer_to) {
    std::set<std::string> ids;
    for (std::size_t i : order) ids.insert(assets[i].what.id);
    nodes->defer(ids, *options.defer_to, options.favor_state, *workspace.warehouse().adapter());
  }
  if (nodes && options.check) fail_mistaken(workspace, assets, order, options.fail_fast, report);
  bool hooks = nodes && (report.mistakes == 0 || !options.fail_fast);
  if (hooks) nodes->begin(*workspace.warehouse().adapter());
  std::vector<Outcome> outcomes = execute(
      assets, chosen, [&] { return workspace.warehouse().adapter(); }, env, execution,
      [&](const Asset& asset, const Outcome& outcome) {
        if (nodes) nodes->note(asset, outcome);
        observed.step(asset, outcome);
        history.add_step(step_row(asset, outcome, env),
                         [&] { announce(env, asset, outcome, ++done, order.size()); });
      });
  for (std::size_t i : order) report.steps.push_back({assets[i].what, std::move(outcomes[i])});
  if (nodes) {
    double seconds = static_cast<double>(env.elapsed_ms(started)) / 1000;
    auto turn = alone(workspace, "dbt's artifacts");
    nodes->write_results(seconds);
    turn.reset();
    if (hooks && nodes->end(*workspace.warehouse().adapter())) {
      turn = alone(workspace, "dbt's artifacts");
      nodes->write_results(seconds);
      turn.reset();
    }
  }
  report.took_ms = env.elapsed_ms(started);
  report.interrupted = env.stop().stop_requested();
  std::string status = report.interrupted ? "interrupted" : report.succeeded() ? "success" : "error";
  record.end(status);
  observed.finish(report, status);
  env.emit({"run_finished",
            report.succeeded() ? EventLevel::info : EventLevel::error,
            {{"run", report.run_id}, {"status", status}, {"took_ms", report.took_ms}}});
  return report;
}

}  // namespace leat::run
