#include "run/watch/watch.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/units.h"
#include "document/value.h"

namespace leat::run {

using alerts::Alert;
using alerts::Kind;

namespace {

constexpr std::chrono::seconds kStateEvery{10}, kGraphAgain{60};
constexpr std::chrono::milliseconds kRest{500};
constexpr int kFailuresTold = 3, kRowsKnown = 30;
constexpr std::size_t kRowsNeeded = 7;

// The first error code in a text, "" for none, and what its table advises.
std::pair<std::string, std::string> code_in(const std::string& text) {
  for (std::size_t from = text.find("LEAT-"); from != std::string::npos;
       from = text.find("LEAT-", from + 1)) {
    std::size_t end = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", from);
    std::string code = text.substr(from, end == std::string::npos ? end : end - from);
    if (const ErrorInfo* found = find_error(code)) return {code, std::string(found->fix)};
  }
  return {};
}

}  // namespace

std::optional<std::pair<double, double>> usual_range(std::vector<std::int64_t> before, double factor) {
  if (before.size() < kRowsNeeded) return std::nullopt;
  auto median_of = [](std::vector<double> all) {
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
    return all[all.size() / 2];
  };
  std::vector<double> values(before.begin(), before.end());
  double median = median_of(values);
  for (double& value : values) value = std::abs(value - median);
  // A normal distribution's deviation is 1.4826 times the median one; a tenth of the median is never unusual.
  double deviation = std::max({1.4826 * median_of(values), 0.1 * median, 1.0});
  return std::pair{std::max(0.0, median - factor * deviation), median + factor * deviation};
}

Watch::Watch(ProjectFile project, std::string target, Queue& queue, Env& env, std::function<void()> added)
    : project_(std::move(project)),
      target_(std::move(target)),
      queue_(queue),
      env_(env),
      added_(std::move(added)),
      sensors_(read_sensors(project_.sensors, env)),
      desk_(project_.folder, project_.name, read_alert_settings(project_.alerts, env), env),
      store_(project_.folder) {}

bool Watch::rest(std::stop_token stop, std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  waiting_.wait_for(lock, stop, longest, [&] { return has_news_; });
  has_news_ = false;
  return !stop.stop_requested();
}

// A store that can't be used now may be later.
void Watch::attempt(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    env_.emit({"scheduler_failed", EventLevel::error, {{"error", std::string(error.what())}}});
  }
}

void Watch::deliver(std::stop_token stop) {
  do {
    attempt([&] { desk_.deliver(); });
  } while (rest(stop, desk_.settings().routes.empty() ? std::chrono::milliseconds(kStateEvery) : kRest));
}

void Watch::serve(std::stop_token stop) {
  std::unique_ptr<Clock> clock = system_clock();
  while (!stop.stop_requested()) {
    attempt([&] {
      look_at_sensors();
      if (env_.now() < next_state_) return;
      next_state_ = env_.now() + kStateEvery;
      look_at_freshness();
      look_at_lag();
    });
    clock->wait(kRest, stop);
  }
}

void Watch::look_at_sensors() {
  for (const Sensor& sensor : sensors_) {
    if (!sensor.is_enabled || sensor.type == "webhook" || env_.now() < next_[sensor.name]) continue;
    look_at(sensor, failures_[sensor.name]);
    next_[sensor.name] = env_.now() + sensor.every;
  }
}

void Watch::look_at(const Sensor& sensor, int& failures) {
  SensorRow row = queue_.sensor(sensor.name);
  try {
    Look seen = look(
        sensor, row.position, project_.folder, [this](const std::string& sql) { return ask(sql); }, env_);
    failures = 0;
    row.error.clear();
    bool changed = row.position != seen.position || seen.reason;
    row.position = seen.position;
    if (seen.reason) row.reason = *seen.reason;
    std::optional<NewJob> job;
    if (seen.reason) job = sensor.job();
    if (changed || row.looked == Timestamp{} || env_.now() - row.looked > kGraphAgain) {
      std::int64_t id = queue_.note_look(row, job, env_.now(), env_);
      if (id > 0) {
        env_.emit({"sensor_fired",
                   EventLevel::info,
                   {{"sensor", sensor.name}, {"reason", *seen.reason}, {"job", id}}});
        added_();
      }
    }
    desk_.recover(Kind::sensor, sensor.name);
  } catch (const Error& error) {
    // A file that another process has open just now is no failure of what is watched.
    if (error.code() == ErrorCode::warehouse_locked || error.code() == ErrorCode::cancelled) return;
    row.error = redact(error.what());
    queue_.note_look(row, std::nullopt, env_.now(), env_);
    env_.emit({"sensor_failed", EventLevel::warning, {{"sensor", sensor.name}, {"error", row.error}}});
    if (++failures < kFailuresTold) return;
    Alert alert;
    alert.kind = Kind::sensor;
    alert.subject = sensor.name;
    alert.severity = alerts::Severity::warning;
    alert.title = fmt::format("The sensor {} can't look", sensor.name);
    alert.detail = row.error;
    std::tie(alert.code, alert.fix) = code_in(row.error);
    desk_.raise(alert);
  }
}

std::int64_t Watch::fire(const Sensor& sensor, const std::string& reason) {
  SensorRow row = queue_.sensor(sensor.name);
  row.reason = reason;
  row.error.clear();
  std::int64_t id = queue_.note_look(row, sensor.job(), env_.now(), env_);
  env_.emit({"sensor_fired", EventLevel::info, {{"sensor", sensor.name}, {"reason", reason}, {"job", id}}});
  added_();
  return id;
}

std::string Watch::ask(const std::string& sql) {
  std::unique_ptr<warehouses::Warehouse> warehouse = open_warehouse(project_, target_, env_);
  sql::QueryResult rows =
      warehouse->adapter()->query(fmt::format("select cast(x.v as varchar(1000)) from ({}) as x(v)", sql));
  for (const auto& batch : rows.batches) {
    if (batch.rows() > 0 && !batch.column(0).is_null(0)) return std::string(batch.column(0).text(0));
  }
  return "";
}

void Watch::load_graph() {
  if (env_.now() < next_graph_) return;
  next_graph_ = env_.now() + kGraphAgain;
  rereads_ = false;
  auto made = std::make_shared<Freshness>(project_.freshness,
                                          AssetGraph::load(project_, target_, env_, project_.freshness),
                                          target_, queue_, env_);
  std::lock_guard lock(freshness_mutex_);
  freshness_ = std::move(made);
}

void Watch::look_at_freshness() {
  if (project_.freshness.empty()) return;
  if (!freshness_ || rereads_) load_graph();
  if (!freshness_) return;
  std::lock_guard lock(store_mutex_);
  if (freshness_->look(store_, desk_)) added_();
}

void Watch::reread() {
  rereads_ = true;
}

std::vector<FreshnessState> Watch::freshness() {
  std::lock_guard lock(freshness_mutex_);
  return freshness_ ? freshness_->states() : std::vector<FreshnessState>();
}

std::map<std::string, Watch::Lag> Watch::lags() {
  std::map<std::string, EventRow> rows;
  {
    std::lock_guard lock(store_mutex_);
    rows = store_.all_latest("changes_lag");
  }
  std::map<std::string, Lag> out;
  for (const auto& [slot, row] : rows) {
    document::Value fields = document::parse_json(row.fields, "an event");
    std::optional<Timestamp> at = parse_iso_timestamp(row.at);
    // Since it was told it has only grown older.
    auto since = at ? std::max(env_.now() - *at, Timestamp::duration(0)) : Timestamp::duration(0);
    out[slot] = {
        fields["seconds"].integer() + std::chrono::duration_cast<std::chrono::seconds>(since).count(),
        fields["bytes"].integer()};
  }
  return out;
}

void Watch::look_at_lag() {
  auto limit = std::chrono::duration_cast<std::chrono::seconds>(desk_.settings().lag).count();
  if (limit <= 0) return;
  for (const auto& [slot, lag] : lags()) {
    bool is_behind = lag.seconds > limit;
    if (is_behind && !std::exchange(is_behind_[slot], true)) {
      env_.emit({"lag_breached",
                 EventLevel::warning,
                 {{"slot", slot}, {"seconds", lag.seconds}, {"limit_s", std::int64_t{limit}}}});
      Alert alert;
      alert.kind = Kind::lag;
      alert.subject = slot;
      alert.severity = alerts::Severity::warning;
      alert.title = fmt::format("The replication slot {} is {} behind", slot,
                                format_duration(std::chrono::seconds(lag.seconds)));
      alert.detail = fmt::format("{} of the server's log are still to be read.", format_bytes(lag.bytes));
      alert.fix = "See that the connection's sync runs, and what it waits for.";
      desk_.raise(alert);
    } else if (!is_behind) {
      if (std::exchange(is_behind_[slot], false))
        env_.emit({"lag_recovered", EventLevel::info, {{"slot", slot}, {"seconds", lag.seconds}}});
      desk_.recover(Kind::lag, slot);
    }
  }
}

void Watch::on_event(const Event& event) {
  try {
    if (event.name == "job_finished") return hear_job(event);
    if (event.name == "node_finished" || event.name == "stream_step_finished") return hear_step(event);
    if (event.name == "page_threshold_breached" || event.name == "page_threshold_kept")
      return hear_page(event);
    if (event.name == "alert_opened" || event.name == "alert_recovered") {
      std::lock_guard lock(mutex_);
      has_news_ = true;
      waiting_.notify_all();
    }
  } catch (const Error&) {
    // The alerts' store is at fault; the run that speaks here must not fail for it.
    return;
  }
}

void Watch::hear_job(const Event& event) {
  std::string status = event.text("status"), name = event.text("name");
  std::optional<Job> job = queue_.find(event.number("job"));
  Kind kind = job && job->backfill > 0 ? Kind::backfill : Kind::failure;
  if (status == "succeeded") desk_.recover(kind, name);
  if (job && job->backfill > 0 && status != "unknown") {
    std::optional<BackfillRow> row = queue_.backfill(job->backfill);
    if (row && row->status() != "running")
      env_.emit({"backfill_finished",
                 row->status() == "failed" ? EventLevel::error : EventLevel::info,
                 {{"backfill", row->id},
                  {"partitions", row->partitions},
                  {"status", row->status()},
                  {"failed", row->jobs["failed"]}}});
  }
  if (status != "failed") return;
  Alert alert;
  alert.kind = kind;
  alert.subject = name;
  alert.title = fmt::format("{} failed", name);
  alert.detail = event.text("error");
  std::tie(alert.code, alert.fix) = code_in(alert.detail);
  alert.job = event.number("job");
  desk_.raise(alert);
}

void Watch::hear_step(const Event& event) {
  std::string asset = event.text("asset"), status = event.text("status"), kind = event.text("kind");
  if (kind.ends_with("test")) {
    if (status == "success" || status == "unchanged") return desk_.recover(Kind::test, asset);
    if (status != "error" && status != "warning") return;
    Alert alert;
    alert.kind = Kind::test;
    alert.subject = asset;
    alert.severity = status == "error" ? alerts::Severity::error : alerts::Severity::warning;
    alert.title = fmt::format("The test {} fails", event.text("name"));
    std::string error = event.text("error");
    alert.detail = error.empty() ? event.text("message") : error;
    std::tie(alert.code, alert.fix) = code_in(alert.detail);
    return desk_.raise(alert);
  }
  if (status == "success" && event.number("rows") >= 0 && desk_.settings().watches_rows)
    hear_rows(asset, event.number("rows"));
}

void Watch::hear_page(const Event& event) {
  std::string page = event.text("page"), subject = page + "/" + event.text("threshold");
  if (event.name == "page_threshold_kept") return desk_.recover(Kind::page, subject);
  Alert alert;
  alert.kind = Kind::page;
  alert.subject = subject;
  alert.severity = event.text("severity") == "error" ? alerts::Severity::error : alerts::Severity::warning;
  alert.title = fmt::format("{}: {}", page, event.text("message"));
  alert.detail = event.text("where");
  // "slack, ops": types or names of routes that the page asks for.
  std::vector<std::string> only;
  std::string then = event.text("then");
  for (std::size_t at = 0; at < then.size();) {
    std::size_t end = std::min(then.find_first_of(", ", at), then.size());
    if (end > at) only.push_back(then.substr(at, end - at));
    at = end + 1;
  }
  desk_.raise(alert, only);
}

void Watch::hear_rows(const std::string& asset, std::int64_t rows) {
  std::vector<std::int64_t> before;
  {
    std::lock_guard lock(store_mutex_);
    before = store_.row_counts(asset, kRowsKnown);
  }
  auto usual = usual_range(before, desk_.settings().rows_factor);
  if (!usual) return;
  auto low = static_cast<std::int64_t>(usual->first),
       high = static_cast<std::int64_t>(std::ceil(usual->second));
  if (rows >= low && rows <= high) {
    if (!desk_.book().find_open(Kind::row_count, asset)) return;
    env_.emit({"row_count_usual", EventLevel::info, {{"asset", asset}, {"rows", rows}}});
    return desk_.recover(Kind::row_count, asset);
  }
  env_.emit({"row_count_unusual",
             EventLevel::warning,
             {{"asset", asset}, {"rows", rows}, {"low", low}, {"high", high}}});
  Alert alert;
  alert.kind = Kind::row_count;
  alert.subject = asset;
  alert.severity = alerts::Severity::warning;
  alert.title = fmt::format("{} has {} rows", asset, format_count(rows));
  alert.detail = fmt::format("Of its last {} runs {} to {} would be usual.", before.size(), format_count(low),
                             format_count(high));
  alert.fix = "See whether its source has changed; what is right from now on is usual after some runs.";
  desk_.raise(alert);
}

}  // namespace leat::run
