#include "server/api/watch_api.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "server/api/values.h"

namespace leat::server {

using document::Value;

namespace {

constexpr int kReasonMax = 200, kKeyMax = 200;
constexpr std::int64_t kMinutesMax = 366 * 24 * 60;

Value texts_value(const std::vector<std::string>& texts) {
  std::vector<Value> all;
  for (const std::string& each : texts) all.push_back(text(each));
  return Value::list(std::move(all));
}

Value or_null(const std::string& value) {
  return value.empty() ? Value() : text(value);
}

Value number_or_null(std::int64_t number) {
  return number > 0 ? Value::of(number) : Value();
}

Value freshness_value(const run::FreshnessState& state, Timestamp now) {
  Value age;
  if (state.built)
    age =
        Value::of(std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(now - *state.built).count()});
  return Value::mapping({{"asset", text(state.asset)},
                         {"policy", text(state.policy)},
                         {"within_seconds", Value::of(std::int64_t{state.within.count()})},
                         {"age_seconds", std::move(age)},
                         {"built_at", time(state.built.value_or(Timestamp{}))},
                         {"status", text(state.status)},
                         {"since", time(state.since.value_or(Timestamp{}))},
                         {"stale_because", or_null(state.because)},
                         {"job", number_or_null(state.job)}});
}

Value silence_value(const run::Silence& silence) {
  return Value::mapping({{"id", Value::of(silence.id)},
                         {"kind", text(silence.kind)},
                         {"subject", text(silence.subject)},
                         {"until", time(silence.until)},
                         {"reason", text(silence.reason)},
                         {"by", text(silence.by)},
                         {"created_at", time(silence.created)}});
}

// Of the body, by who calls a webhook; the second is how GitHub and those who follow it name it.
const std::string& signature_of(const Call& call) {
  const std::string& own = call.header("x-leat-signature");
  return own.empty() ? call.header("x-hub-signature-256") : own;
}

}  // namespace

std::optional<Reply> WatchApi::answer(const Call& call) {
  if (!call.path.starts_with(kApiPrefix)) return std::nullopt;
  std::string path = call.path.substr(kApiPrefix.size());
  bool is_hook = path.starts_with("/hooks/") && call.method == "POST";
  constexpr std::string_view kOurs[] = {"/freshness", "/sensors", "/alerts", "/silences"};
  bool is_ours = std::any_of(std::begin(kOurs), std::end(kOurs),
                             [&](std::string_view each) { return path.starts_with(each); });
  if (!is_hook && !is_ours) return std::nullopt;
  return answer_or_problem([&] {
    if (is_hook) return hook(call, path.substr(7));
    std::optional<Reply> reply = answer_known(call, path);
    return reply ? std::move(*reply) : not_found("path");
  });
}

std::optional<Reply> WatchApi::answer_known(const Call& call, const std::string& path) {
  bool gets = call.method == "GET", posts = call.method == "POST";
  if (path == "/freshness" && gets) return freshness();
  if (path == "/sensors" && gets) return sensors();
  if (path.starts_with("/sensors/") && path.ends_with("/run") && posts)
    return run_sensor(path.substr(9, path.size() - 13));
  if (path == "/alerts" && gets) return alerts(call);
  if (path == "/alerts/routes" && gets) return routes();
  if (path.starts_with("/alerts/routes/") && path.ends_with("/test") && posts) {
    std::string error = watch_.desk().test(path.substr(15, path.size() - 20));
    return json_reply(
        Value::mapping({{"status", text(error.empty() ? "sent" : "failed")}, {"error", text(error)}}));
  }
  if (path.starts_with("/alerts/") && gets) return alert(path.substr(8));
  if (path == "/silences" && gets) {
    std::vector<Value> all;
    for (const run::Silence& each : watch_.desk().book().silences(control_.env.now()))
      all.push_back(silence_value(each));
    return list_reply("silences", std::move(all));
  }
  if (path == "/silences" && posts) return silence(call);
  if (path.starts_with("/silences/") && call.method == "DELETE") {
    std::string rest;
    std::int64_t id = number_of(path.substr(10), rest);
    auto ended =
        rest.empty() && id > 0 ? watch_.desk().book().end_silence(id, control_.env.now()) : std::nullopt;
    return ended ? json_reply(silence_value(*ended)) : not_found("silence");
  }
  return std::nullopt;
}

// Whether there is such a sensor is told only to those who know its secret.
Reply WatchApi::hook(const Call& call, const std::string& name) {
  const run::Sensor* sensor = run::find_sensor(watch_.sensors(), name);
  bool may = sensor && sensor->type == "webhook" && sensor->is_enabled &&
             run::shows_secret(*sensor, signature_of(call), call.authorization, call.body);
  if (!may) return problem_reply(401, "unauthorized", "The signature or the token is missing or wrong.");
  std::string key = call.header("idempotency-key").substr(0, kKeyMax);
  std::lock_guard lock(hooks_mutex_);
  std::int64_t id = key.empty() ? 0 : control_.queue.hook_job(name, key);
  if (id == 0) {
    id = watch_.fire(*sensor, "called");
    if (!key.empty()) control_.queue.keep_hook(name, key, id, control_.env.now());
  }
  std::optional<run::Job> job = control_.queue.find(id);
  return job ? json_reply(job_value(*job), 202) : json_reply(Value::mapping({{"id", Value::of(id)}}), 202);
}

Reply WatchApi::freshness() {
  std::vector<Value> all;
  for (const run::FreshnessState& each : watch_.freshness())
    all.push_back(freshness_value(each, control_.env.now()));
  return list_reply("freshness", std::move(all));
}

Reply WatchApi::sensors() {
  std::vector<Value> all;
  for (const run::Sensor& each : watch_.sensors()) {
    run::SensorRow row = control_.queue.sensor(each.name);
    bool is_hook = each.type == "webhook";
    all.push_back(Value::mapping(
        {{"name", text(each.name)},
         {"type", text(each.type)},
         {"enabled", Value::of(each.is_enabled)},
         {"select", texts_value(each.select)},
         {"every_seconds", is_hook ? Value() : Value::of(std::int64_t{each.every.count() / 1000})},
         {"last_look_at", time(row.looked)},
         {"last_fired_at", time(row.fired)},
         {"last_job", number_or_null(row.job)},
         {"last_reason", text(row.reason)},
         {"error", text(row.error)},
         {"hook", is_hook ? text(std::string(kApiPrefix) + "/hooks/" + each.name) : Value()}}));
  }
  return list_reply("sensors", std::move(all));
}

Reply WatchApi::run_sensor(const std::string& name) {
  const run::Sensor* sensor = run::find_sensor(watch_.sensors(), name);
  if (!sensor) return not_found("sensor");
  return json_reply(job_value(*control_.queue.find(watch_.fire(*sensor, "by hand"))), 201);
}

Value WatchApi::alert_value(const leat::alerts::Alert& alert) {
  std::vector<Value> deliveries;
  for (const run::Delivery& each : watch_.desk().book().deliveries(alert.id))
    deliveries.push_back(Value::mapping({{"route", text(each.route)},
                                         {"at", time(each.at)},
                                         {"status", text(each.status)},
                                         {"error", text(each.error)}}));
  Value out = alerts::alert_value(alert);
  out.set("silenced_by", number_or_null(watch_.desk().silenced_by(alert)));
  out.set("deliveries", Value::list(std::move(deliveries)));
  return out;
}

Reply WatchApi::alerts(const Call& call) {
  run::AlertFilter filter{call.parameter("status"), call.parameter("kind"), call.number("limit", 50, 1, 1000),
                          call.number("offset", 0, 0, 1'000'000'000)};
  if (!filter.status.empty() && filter.status != "open" && filter.status != "recovered")
    return problem_reply(400, "bad-request", "`status` is open or recovered.");
  std::vector<Value> all;
  for (const auto& each : watch_.desk().book().alerts(filter)) all.push_back(alert_value(each));
  return json_reply(Value::mapping(
      {{"alerts", Value::list(std::move(all))}, {"total", Value::of(watch_.desk().book().count(filter))}}));
}

Reply WatchApi::alert(const std::string& path) {
  std::string rest;
  std::int64_t id = number_of(path, rest);
  auto found = rest.empty() && id > 0 ? watch_.desk().book().find(id) : std::nullopt;
  return found ? json_reply(alert_value(*found)) : not_found("alert");
}

Reply WatchApi::routes() {
  std::vector<Value> all;
  for (const leat::alerts::Route& route : watch_.desk().settings().routes) {
    std::vector<std::string> kinds;
    for (leat::alerts::Kind kind : route.kinds) kinds.emplace_back(name(kind));
    all.push_back(Value::mapping({{"name", text(route.name)},
                                  {"type", text(route.type)},
                                  {"kinds", texts_value(kinds)},
                                  {"subjects", texts_value(route.subjects)},
                                  {"severity", text(std::string(name(route.severity)))}}));
  }
  return list_reply("routes", std::move(all));
}

Reply WatchApi::silence(const Call& call) {
  Value body = call.json();
  run::Silence silence;
  silence.kind = body["kind"].raw();
  silence.subject = body["subject"].raw();
  silence.reason = body["reason"].raw().substr(0, kReasonMax);
  silence.created = control_.env.now();
  leat::alerts::Kind kind{};
  if (!silence.kind.empty() && !leat::alerts::parse_kind(silence.kind, kind))
    return problem_reply(400, "bad-request", fmt::format("`{}` is no kind of alerts.", silence.kind));
  if (std::string until = body["until"].raw(); !until.empty()) {
    std::optional<Timestamp> instant = parse_iso_timestamp(until);
    if (!instant)
      return problem_reply(400, "bad-request", "`until` is an instant such as 2026-01-05T12:00:00Z.");
    silence.until = *instant;
  } else {
    std::int64_t minutes = body["minutes"].integer();
    if (minutes < 1 || minutes > kMinutesMax)
      return problem_reply(400, "bad-request", "`until`, or `minutes` of at least 1, says how long.");
    silence.until = silence.created + std::chrono::minutes(minutes);
  }
  if (silence.until <= silence.created) return problem_reply(400, "bad-request", "`until` is over already.");
  return json_reply(silence_value(watch_.desk().book().add_silence(silence)), 201);
}

}  // namespace leat::server
