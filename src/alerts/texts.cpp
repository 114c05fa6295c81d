// What channels say, without a word of how it gets there.
#include <fmt/core.h>

#include <algorithm>

#include "alerts/channel.h"
#include "base/time.h"
#include "document/value.h"

namespace leat::alerts {

using document::Value;

namespace {

constexpr std::size_t kDetailMax = 1500, kAlertsShown = 20;

Value text(const std::string& value) {
  return Value::of(value);
}

std::string shortened(const std::string& text, std::size_t most = kDetailMax) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + " …";
}

std::string title_of(const Alert& alert) {
  return (alert.is_recovered() ? "Over: " : "") + alert.title;
}

// Slack's three characters (its formatting reference).
std::string slack_text(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

}  // namespace

Value alert_value(const Alert& alert) {
  auto time = [](Timestamp value) {
    return value == Timestamp{} ? Value() : text(format_iso_timestamp(value));
  };
  return Value::mapping({{"id", Value::of(alert.id)},
                         {"kind", text(std::string(name(alert.kind)))},
                         {"subject", text(alert.subject)},
                         {"severity", text(std::string(name(alert.severity)))},
                         {"status", text(alert.is_recovered() ? "recovered" : "open")},
                         {"title", text(alert.title)},
                         {"detail", text(alert.detail)},
                         {"code", text(alert.code)},
                         {"fix", text(alert.fix)},
                         {"job", alert.job > 0 ? Value::of(alert.job) : Value()},
                         {"count", Value::of(alert.count)},
                         {"opened_at", time(alert.opened)},
                         {"updated_at", time(alert.updated)},
                         {"recovered_at", time(alert.recovered)}});
}

std::string headline(const Message& message) {
  std::string who = message.is_test ? message.project + " (a test)" : message.project;
  if (message.alerts.size() == 1) return who + ": " + title_of(message.alerts[0]);
  auto over = std::count_if(message.alerts.begin(), message.alerts.end(),
                            [](const Alert& each) { return each.is_recovered(); });
  std::string rest = over > 0 ? fmt::format(", {} of them over", over) : "";
  return fmt::format("{}: {} alerts{}", who, message.alerts.size(), rest);
}

std::string plain_text(const Alert& alert) {
  std::string out = title_of(alert) + "\n";
  auto line = [&](const char* word, const std::string& value) {
    if (!value.empty()) out += fmt::format("  {}: {}\n", word, value);
  };
  if (!alert.is_recovered()) {
    line("what", shortened(alert.detail));
    line("code", alert.code);
    line("mend", alert.fix);
  }
  line("since", format_iso_timestamp(alert.opened));
  if (alert.is_recovered()) line("over", format_iso_timestamp(alert.recovered));
  if (alert.count > 1) line("times", std::to_string(alert.count));
  if (alert.job > 0) line("job", std::to_string(alert.job));
  return out;
}

std::string webhook_json(const Message& message) {
  std::vector<Value> all;
  for (const Alert& each : message.alerts) all.push_back(alert_value(each));
  return document::to_json(Value::mapping({{"project", text(message.project)},
                                           {"title", text(headline(message))},
                                           {"test", Value::of(message.is_test)},
                                           {"console", text(message.console)},
                                           {"alerts", Value::list(std::move(all))}}));
}

std::string slack_json(const Message& message) {
  std::vector<Value> blocks;
  auto section = [&](const std::string& markdown) {
    blocks.push_back(
        Value::mapping({{"type", text("section")},
                        {"text", Value::mapping({{"type", text("mrkdwn")}, {"text", text(markdown)}})}}));
  };
  for (const Alert& each : message.alerts) {
    if (blocks.size() == kAlertsShown) break;  // Slack takes 50 blocks
    std::string mark = each.is_recovered()                ? ":white_check_mark:"
                       : each.severity == Severity::error ? ":red_circle:"
                                                          : ":warning:";
    std::string lines = fmt::format("{} *{}*", mark, slack_text(title_of(each)));
    if (!each.is_recovered()) {
      if (!each.detail.empty()) lines += "\n" + slack_text(shortened(each.detail));
      if (!each.code.empty()) lines += fmt::format("\n`{}` {}", slack_text(each.code), slack_text(each.fix));
    }
    if (each.job > 0 && !message.console.empty())
      lines += fmt::format("\n<{}/#/jobs/{}|job {}>", message.console, each.job, each.job);
    section(lines);
  }
  if (message.alerts.size() > kAlertsShown)
    section(fmt::format("… and {} more", message.alerts.size() - kAlertsShown));
  return document::to_json(Value::mapping(
      {{"text", text(slack_text(headline(message)))}, {"blocks", Value::list(std::move(blocks))}}));
}

std::string teams_json(const Message& message) {
  std::vector<Value> body;
  auto block = [&](const std::string& words, bool is_title, const char* color) {
    Value each =
        Value::mapping({{"type", text("TextBlock")}, {"text", text(words)}, {"wrap", Value::of(true)}});
    if (is_title) each.set("weight", text("Bolder"));
    if (*color) each.set("color", text(color));
    body.push_back(std::move(each));
  };
  for (std::size_t i = 0; i < std::min(message.alerts.size(), kAlertsShown); ++i) {
    const Alert& each = message.alerts[i];
    block(title_of(each), true,
          each.is_recovered()                ? "Good"
          : each.severity == Severity::error ? "Attention"
                                             : "Warning");
    if (each.is_recovered()) continue;
    if (!each.detail.empty()) block(shortened(each.detail), false, "");
    if (!each.code.empty()) block(fmt::format("{}: {}", each.code, each.fix), false, "");
  }
  if (message.alerts.size() > kAlertsShown)
    block(fmt::format("… and {} more", message.alerts.size() - kAlertsShown), false, "");
  Value card = Value::mapping({{"$schema", text("http://adaptivecards.io/schemas/adaptive-card.json")},
                               {"type", text("AdaptiveCard")},
                               {"version", text("1.4")},
                               {"fallbackText", text(headline(message))},
                               {"body", Value::list(std::move(body))}});
  if (!message.console.empty())
    card.set("actions", Value::list({Value::mapping({{"type", text("Action.OpenUrl")},
                                                     {"title", text("Open the console")},
                                                     {"url", text(message.console)}})}));
  return document::to_json(Value::mapping(
      {{"type", text("message")},
       {"attachments",
        Value::list({Value::mapping(
            {{"contentType", text("application/vnd.microsoft.card.adaptive")}, {"content", card}})})}}));
}

std::string pagerduty_json(const Message& message, const Alert& alert, const std::string& routing_key) {
  Value event = Value::mapping({{"routing_key", text(routing_key)},
                                {"event_action", text(alert.is_recovered() ? "resolve" : "trigger")},
                                {"dedup_key", text(message.project + "/" + alert.key())}});
  if (!alert.is_recovered()) {
    event.set("payload",
              Value::mapping({{"summary", text(shortened(message.project + ": " + alert.title, 1000))},
                              {"source", text(message.project)},
                              {"severity", text(std::string(name(alert.severity)))},
                              {"timestamp", text(format_iso_timestamp(alert.opened))},
                              {"component", text(alert.subject)},
                              {"class", text(std::string(name(alert.kind)))},
                              {"custom_details", alert_value(alert)}}));
    if (!message.console.empty()) event.set("client_url", text(message.console));
    event.set("client", text("Leat"));
  }
  return document::to_json(event);
}

}  // namespace leat::alerts
