#include "alerts/route.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/glob.h"
#include "document/texts.h"
#include "http/mail.h"

namespace leat::alerts {

using document::Value;

namespace {

std::vector<SpecField> route_fields() {
  std::vector<SpecField> fields = {
      {"type",
       FieldKind::text,
       "What takes them.",
       "",
       true,
       {"email", "slack", "teams", "webhook", "pagerduty"}},
      {"kinds", FieldKind::list,
       "Which kinds: failure, freshness, lag, row_count, test, page, backfill, sensor; all when left out."},
      {"subjects", FieldKind::list,
       "Which schedules, assets, slots or pages, with `*` and `?`; all when left out."},
      {"severity", FieldKind::text, "The least that it takes.", "warning", false, {"warning", "error"}},
      {"recovery", FieldKind::boolean, "Whether it is told when something is over.", "true"},
      {"group", FieldKind::duration, "What comes within this time goes in one message.", "30s"},
      {"url", FieldKind::secret,
       "slack, teams, webhook: where messages are posted; pagerduty: another address."},
      {"key", FieldKind::secret,
       "pagerduty: the integration's key; webhook: signs the body (X-Leat-Signature)."},
      {"headers", FieldKind::mapping, "webhook: headers that are sent along."}};
  for (SpecField& field : http::mail_fields()) fields.push_back(std::move(field));
  return fields;
}

}  // namespace

const Spec kRouteSpec{"a route of alerts", "Which alerts go where.", route_fields()};

namespace {

Route read_route(const std::string& name, const Value& mapping, const Env& env) {
  if (!mapping.is_mapping())
    throw Error(ErrorCode::alert_invalid, fmt::format("The route `{}` has to be a mapping", name),
                mapping.where());
  Route out;
  out.name = name;
  out.settings =
      document::read_settings(kRouteSpec, document::with_lists(mapping, {"kinds", "subjects", "to"}), env);
  out.type = out.settings.text("type");
  for (const std::string& word : document::texts(out.settings, "kinds")) {
    Kind kind{};
    if (!parse_kind(word, kind))
      throw Error(ErrorCode::alert_invalid, fmt::format("`{}` is no kind of alerts", word),
                  mapping["kinds"].where());
    out.kinds.push_back(kind);
  }
  out.subjects = document::texts(out.settings, "subjects");
  out.severity = out.settings.text("severity") == "error" ? Severity::error : Severity::warning;
  out.tells_recovery = out.settings.boolean("recovery");
  out.group = out.settings.duration("group");
  auto need = [&](const char* field) {
    if (!out.settings.has(field))
      throw Error(ErrorCode::alert_invalid, fmt::format("A route of type {} needs `{}`", out.type, field),
                  mapping.where());
  };
  if (out.type == "email") {
    for (const char* field : {"server", "from", "to"}) need(field);
  } else {
    need(out.type == "pagerduty" ? "key" : "url");
  }
  return out;
}

}  // namespace

bool Route::takes(const Alert& alert) const {
  if (alert.is_recovered() && !tells_recovery) return false;
  if (alert.severity < severity) return false;
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), alert.kind) == kinds.end()) return false;
  return subjects.empty() || std::any_of(subjects.begin(), subjects.end(), [&](const std::string& glob) {
           return matches_glob(glob, alert.subject);
         });
}

std::vector<Route> read_routes(const Value& routes, const Env& env) {
  std::vector<Route> out;
  for (const Value::Member& member : routes.members())
    out.push_back(read_route(member.first, member.second, env));
  return out;
}

}  // namespace leat::alerts
