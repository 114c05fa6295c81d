#include "pages/threshold.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/spec.h"
#include "pages/body_parser.h"

namespace leat::pages {
namespace {

constexpr std::string_view kKeys[] = {"when", "then", "say", "severity", "name"};

[[noreturn]] void refuse(const std::string& what, const std::string& where) {
  throw Error(ErrorCode::page_syntax, what, where)
      .fix(
          "Write `alert: when errors[0].share > 0.05 then ops`, or a mapping with when, then, say, severity "
          "and "
          "name.");
}

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= list.size();) {
    std::size_t comma = std::min(list.find(',', at), list.size());
    std::string word = trimmed(list.substr(at, comma - at));
    if (!word.empty()) words.push_back(word);
    at = comma + 1;
  }
  return words;
}

// "when … then …": what stands behind the last " then " names channels.
Threshold of_text(const std::string& text, const std::string& where) {
  if (!text.starts_with("when ")) refuse("An alert begins with `when`", where);
  std::size_t then = text.rfind(" then ");
  std::string asked = trimmed(std::string_view(text).substr(5, then == std::string::npos ? then : then - 5));
  if (asked.empty()) refuse("An alert asks for something after `when`", where);
  Threshold made;
  made.name = asked;
  made.where = where;
  made.when = Expression::parse_late(asked, where);
  if (then != std::string::npos) made.then = words_of(std::string_view(text).substr(then + 6));
  return made;
}

Threshold of_mapping(const document::Value& entry, const std::string& where) {
  for (const auto& [key, value] : entry.members()) {
    if (std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys)) continue;
    std::string near = nearest(key, {std::begin(kKeys), std::end(kKeys)});
    refuse(fmt::format("An alert has no `{}`{}", key,
                       near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
           where);
  }
  Threshold made = of_text("when " + trimmed(entry["when"].raw()), where);
  if (!entry["name"].raw().empty()) made.name = entry["name"].raw();
  made.then = words_of(entry["then"].raw());
  for (const document::Value& each : entry["then"].items()) made.then.push_back(each.raw());
  if (!entry["say"].raw().empty()) made.say = Expression::parse_template(entry["say"].raw(), where);
  const std::string& severity = entry["severity"].raw();
  if (!severity.empty() && severity != "warning" && severity != "error")
    refuse(fmt::format("The severity of an alert is warning or error, not `{}`", severity), where);
  made.is_error = severity == "error";
  return made;
}

}  // namespace

std::vector<Threshold> read_thresholds(const document::Value& front_matter, const std::string& path) {
  std::vector<Threshold> all;
  for (const char* key : {"alert", "alerts"}) {
    const document::Value& given = front_matter[key];
    if (given.is_null()) continue;
    std::vector<document::Value> entries = given.items();
    if (!given.is_list()) entries = {given};
    for (const document::Value& entry : entries) {
      std::string where = fmt::format("{}:{}", path, std::max(entry.mark().line, 1));
      all.push_back(entry.is_mapping() ? of_mapping(entry, where) : of_text(trimmed(entry.raw()), where));
    }
  }
  return all;
}

ThresholdState look_at(const Threshold& threshold, const Scope& scope) {
  ThresholdState state{threshold.name, threshold.name, threshold.where,
                       threshold.then, false,          threshold.is_error};
  state.is_breached = threshold.when->evaluate(scope).truth();
  if (state.is_breached && threshold.say) state.text = threshold.say->cell(scope).text;
  return state;
}

}  // namespace leat::pages
