#include "run/watch/alert_desk.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/secret.h"

namespace leat::run {

using alerts::Alert;
using alerts::Route;
using document::Value;

const Spec kAlertsSpec{
    "alerts",
    "Of what people are told, and where.",
    {{"routes", FieldKind::mapping, "Where alerts go, by name."},
     {"lag", FieldKind::duration,
      "Replication that is further behind than this is an alert; none when left out."},
     {"row_counts", FieldKind::boolean, "Whether far more or fewer rows than usual are an alert.", "true"},
     {"row_count_factor", FieldKind::integer, "How many usual deviations from the median are unusual.", "4"},
     {"console", FieldKind::text, "The console's address, for links in messages."}}};

AlertSettings read_alert_settings(const Value& mapping, const Env& env) {
  AlertSettings out;
  if (mapping.is_null()) {
    out.watches_rows = false;  // nobody asked to be told
    return out;
  }
  Value shallow = mapping;
  if (shallow.find("routes")) shallow.set("routes", Value::mapping());
  document::Settings settings = document::read_settings(kAlertsSpec, shallow, env);
  out.routes = alerts::read_routes(mapping["routes"], env);
  if (settings.has("lag")) out.lag = settings.duration("lag");
  out.watches_rows = settings.boolean("row_counts");
  out.rows_factor = static_cast<double>(std::max<std::int64_t>(1, settings.integer("row_count_factor")));
  if (settings.has("console")) out.console = settings.text("console");
  return out;
}

namespace {

constexpr std::chrono::seconds kFirstWait{10}, kLongestWait{900};
constexpr std::chrono::hours kGivesUp{24};

std::chrono::seconds wait_after(int attempts) {
  std::chrono::seconds wait = kFirstWait;
  for (int i = 1; i < attempts && wait < kLongestWait; ++i) wait *= 3;
  return std::min(wait, kLongestWait);
}

// "" where the message was taken, else why not.
std::string try_send(alerts::Channel& channel, const alerts::Message& message, bool& may_pass) {
  try {
    channel.send(message);
    return "";
  } catch (const Error& error) {
    may_pass = error.retryable();
    return redact(error.what());
  }
}

}  // namespace

AlertDesk::AlertDesk(const std::string& folder, std::string project, AlertSettings settings, Env& env)
    : project_(std::move(project)), settings_(std::move(settings)), env_(env), book_(folder) {
  // One that was opened just when the server died: nobody was asked to tell it.
  if (settings_.routes.empty()) return;
  for (const Alert& alert : book_.alerts({"open", "", AlertBook::kAlertsKept, 0}))
    if (book_.deliveries(alert.id).empty()) tell_routes(alert, {});
}

std::int64_t AlertDesk::silenced_by(const Alert& alert) {
  for (const Silence& each : book_.silences(env_.now()))
    if (each.covers(alert)) return each.id;
  return 0;
}

void AlertDesk::raise(Alert alert, const std::vector<std::string>& only) {
  alert.title = redact(alert.title);
  alert.detail = redact(alert.detail);
  alert.opened = env_.now();
  bool is_new = false;
  book_.open(alert, is_new);
  if (!is_new) return;
  env_.emit({"alert_opened",
             EventLevel::warning,
             {{"alert", alert.id},
              {"kind", std::string(name(alert.kind))},
              {"subject", alert.subject},
              {"title", alert.title},
              {"code", alert.code}}});
  tell_routes(alert, only);
}

void AlertDesk::recover(alerts::Kind kind, const std::string& subject) {
  std::optional<Alert> alert = book_.recover(kind, subject, env_.now());
  if (!alert) return;
  env_.emit({"alert_recovered",
             EventLevel::info,
             {{"alert", alert->id}, {"kind", std::string(name(kind))}, {"subject", subject}}});
  tell_routes(*alert, {});
}

// A route hears of an end only where it has heard of the beginning.
void AlertDesk::tell_routes(const Alert& alert, const std::vector<std::string>& only) {
  bool is_told = settings_.routes.empty() || alert.is_recovered();
  std::vector<Delivery> earlier = alert.is_recovered() ? book_.deliveries(alert.id) : std::vector<Delivery>();
  for (const Route& route : settings_.routes) {
    bool is_asked = only.empty() || std::find(only.begin(), only.end(), route.name) != only.end() ||
                    std::find(only.begin(), only.end(), route.type) != only.end();
    if (!is_asked || !route.takes(alert)) continue;
    Delivery delivery;
    delivery.alert = alert.id;
    delivery.route = route.name;
    delivery.is_recovery = alert.is_recovered();
    delivery.status = "waiting";
    delivery.due = env_.now() + route.group;
    if (alert.is_recovered()) {
      auto told = std::find_if(earlier.begin(), earlier.end(), [&](const Delivery& each) {
        return each.route == route.name && !each.is_recovery;
      });
      if (told == earlier.end() || told->status == "silenced") continue;
      // It was over before its turn came: nobody needs to know.
      if (told->status == "waiting" && told->attempts == 0) {
        told->status = "silenced";
        told->error = "over before it was told";
        book_.note_delivery(*told);
        continue;
      }
    }
    book_.add_delivery(delivery);
    is_told = true;
  }
  if (is_told) return;
  Delivery none;
  none.alert = alert.id;
  none.status = "silenced";
  none.error = "no route takes it";
  book_.add_delivery(none);
}

std::optional<Timestamp> AlertDesk::deliver() {
  Timestamp now = env_.now();
  std::map<std::string, std::vector<Delivery>> by_route;
  for (Delivery& each : book_.waiting()) by_route[each.route].push_back(std::move(each));
  for (auto& [name, waiting] : by_route) {
    auto route = std::find_if(settings_.routes.begin(), settings_.routes.end(),
                              [&, &wanted = name](const Route& each) { return each.name == wanted; });
    if (route == settings_.routes.end()) {
      for (Delivery& each : waiting) {
        each.status = "failed";
        each.error = "leat.yml has no such route any more";
        book_.note_delivery(each);
      }
      continue;
    }
    // What waits with the first that is due goes along.
    if (std::any_of(waiting.begin(), waiting.end(), [&](const Delivery& each) { return each.due <= now; }))
      send(*route, std::move(waiting));
  }
  std::optional<Timestamp> next;
  for (const Delivery& each : book_.waiting())
    if (!next || each.due < *next) next = each.due;
  return next;
}

void AlertDesk::send(const Route& route, std::vector<Delivery> deliveries) {
  alerts::Message message{project_, settings_.console, {}, false};
  std::vector<Delivery> sent;
  for (Delivery& each : deliveries) {
    std::optional<Alert> alert = book_.find(each.alert);
    if (!alert) continue;
    if (!each.is_recovery) alert->recovered = Timestamp{};
    if (!each.is_recovery && silenced_by(*alert) != 0) {
      each.status = "silenced";
      each.at = env_.now();
      book_.note_delivery(each);
      continue;
    }
    message.alerts.push_back(std::move(*alert));
    sent.push_back(std::move(each));
  }
  if (sent.empty()) return;
  auto& channel = channels_[route.name];
  if (!channel) channel = alerts::open_channel(route, env_);
  bool tries_again = false;
  std::string error = try_send(*channel, message, tries_again);
  if (error.empty()) env_.failpoint("job_alert_after_send");
  std::chrono::seconds wait = tries_again ? wait_after(sent[0].attempts + 1) : std::chrono::seconds(0);
  Timestamp now = env_.now();
  for (Delivery& each : sent) {
    ++each.attempts;
    each.at = now;
    each.error = error;
    std::optional<Alert> alert = book_.find(each.alert);
    bool again = tries_again && alert && now - alert->updated < kGivesUp;
    each.status = error.empty() ? "sent" : again ? "waiting" : "failed";
    each.due = now + wait;
    book_.note_delivery(each);
  }
  if (error.empty()) {
    env_.emit({"alert_delivered",
               EventLevel::info,
               {{"route", route.name}, {"alerts", static_cast<std::int64_t>(sent.size())}}});
  } else {
    env_.emit({"alert_undelivered",
               EventLevel::error,
               {{"route", route.name},
                {"error", error},
                {"wait_ms",
                 tries_again ? std::int64_t{std::chrono::milliseconds(wait).count()} : std::int64_t{0}}}});
  }
}

std::string AlertDesk::test(const std::string& name) {
  for (const Route& route : settings_.routes) {
    if (route.name != name) continue;
    Alert alert;
    alert.subject = "a test";
    alert.title = "This is a test of the route " + name;
    alert.opened = env_.now();
    bool tries_again = false;
    return try_send(*alerts::open_channel(route, env_), {project_, settings_.console, {alert}, true},
                    tries_again);
  }
  std::string known;
  for (const Route& route : settings_.routes) known += (known.empty() ? "" : ", ") + route.name;
  throw Error(ErrorCode::alert_unknown, fmt::format("There is no route `{}`", name), "alerts.routes")
      .fix(known.empty() ? "`alerts.routes` in leat.yml declares them." : "There are: " + known + ".");
}

}  // namespace leat::run
