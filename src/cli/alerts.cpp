// leat alerts: what people were told of, and what is kept quiet.
#include <fmt/core.h>

#include "base/error.h"
#include "base/time.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "run/project_file.h"
#include "run/watch/alert_desk.h"

namespace leat::cli {
namespace {

class AlertsCommand : public Command {
 public:
  std::string_view name() const override { return "alerts"; }
  std::string_view summary() const override { return "Show alerts, silence them, test where they go"; }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {{"verb", "list, show, test, silence, silences or speak (default: list)", &verb_},
            {"what",
             "show: its number; test: the route; silence: the subject, with * and ?; speak (ends a silence): "
             "its number",
             &what_},
            {"--kind", "list and silence: failure, freshness, lag, row_count, test, page, backfill, sensor",
             &kind_, false, "KIND"},
            {"--for", "silence: how long (default: 1h)", &for_, false, "DURATION"},
            {"--reason", "silence: why", &reason_, false, "TEXT"},
            {"--all", "list: those that are over as well", &all_},
            {"--count", "list: how many (default: 50)", &count_, false, "N"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat alerts                       what is wrong now
  leat alerts show 3                what was said, and whom it was told
  leat alerts test ops              sends a test over the route `ops`
  leat alerts silence nightly --for 4h --reason "moving house"
  leat alerts speak 2               ends a silence)";
  }

  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    run::AlertSettings settings =
        verb_ == "test" ? run::read_alert_settings(project.alerts, env) : run::AlertSettings();
    run::AlertDesk desk(project.folder, project.name, std::move(settings), env);
    if (verb_.empty() || verb_ == "list") return list(desk);
    if (verb_ == "show") return show(desk);
    if (verb_ == "test") return test(desk);
    if (verb_ == "silence") return silence(desk, env);
    if (verb_ == "speak") {
      if (!desk.book().end_silence(number(), env.now())) throw unknown("silence");
      return 0;
    }
    if (verb_ != "silences")
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of alerts", verb_), "leat alerts")
          .fix("There are list, show, test, silence, silences and speak.");
    for (const run::Silence& each : desk.book().silences(env.now()))
      Terminal::line(fmt::format("{} {} {} until {}  {}", pad(std::to_string(each.id), 5),
                                 pad(each.kind.empty() ? "any kind" : each.kind, 10),
                                 pad(each.subject.empty() ? "*" : each.subject, 30),
                                 format_iso_timestamp(each.until).substr(0, 19), each.reason));
    return 0;
  }

 private:
  std::int64_t number() const {
    bool is_number =
        !what_.empty() && what_.size() < 18 && what_.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? std::stoll(what_) : -1;
  }
  Error unknown(const char* what) const {
    return {ErrorCode::alert_unknown, fmt::format("There is no {} `{}`", what, what_), "leat alerts"};
  }

  static void print(const alerts::Alert& alert) {
    Ink ink = alert.is_recovered()                        ? Ink::plain
              : alert.severity == alerts::Severity::error ? Ink::red
                                                          : Ink::yellow;
    Terminal::line(fmt::format(
        "{} {} {} {}  {}", pad(std::to_string(alert.id), 5), pad(std::string(alerts::name(alert.kind)), 10),
        format_iso_timestamp(alert.opened).substr(0, 19),
        Terminal::ink(ink, pad(alert.is_recovered() ? "over" : "open", 5)), alert.title));
  }

  int list(run::AlertDesk& desk) const {
    for (const alerts::Alert& each : desk.book().alerts({all_ ? "" : "open", kind_, count_, 0})) print(each);
    return 0;
  }

  int show(run::AlertDesk& desk) const {
    std::optional<alerts::Alert> alert = desk.book().find(number());
    if (!alert) throw unknown("alert");
    Terminal::line(alerts::plain_text(*alert));
    for (const run::Delivery& each : desk.book().deliveries(alert->id))
      Terminal::line(fmt::format("  {} {} {}", pad(each.route, 16), pad(each.status, 9), each.error));
    return 0;
  }

  int test(run::AlertDesk& desk) const {
    std::string error = desk.test(what_);
    Terminal::line(error.empty() ? "taken" : error);
    return error.empty() ? 0 : 1;
  }

  int silence(run::AlertDesk& desk, Env& env) const {
    std::optional<std::chrono::milliseconds> lasts = parse_duration(for_);
    alerts::Kind kind{};
    if (!lasts || lasts->count() <= 0)
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no duration such as 4h", for_), "--for");
    if (!kind_.empty() && !alerts::parse_kind(kind_, kind))
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no kind of alerts", kind_), "--kind");
    run::Silence silence;
    silence.kind = kind_;
    silence.subject = what_;
    silence.reason = reason_;
    silence.by = env.variable("USER").value_or("");
    silence.created = env.now();
    silence.until = env.now() + *lasts;
    Terminal::line(fmt::format("silence {}", desk.book().add_silence(silence).id));
    return 0;
  }

  std::string verb_, what_, kind_, for_ = "1h", reason_;
  int count_ = 50;
  bool all_ = false;
};

}  // namespace

std::unique_ptr<Command> make_alerts() {
  return std::make_unique<AlertsCommand>();
}

}  // namespace leat::cli
