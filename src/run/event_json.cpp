#include "run/event_json.h"

#include <fmt/core.h>

#include "base/time.h"
#include "document/value.h"

namespace leat::run {
namespace {

std::string members(const Event& event) {
  std::string out;
  for (const auto& [key, value] : event.fields) {
    const auto* text = std::get_if<std::string>(&value);
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", document::json_quote(key),
                       text ? document::json_quote(*text) : event.text(key));
  }
  return out;
}

}  // namespace

std::string fields_json(const Event& event) {
  return "{" + members(event) + "}";
}

std::string event_json(const Event& event, Timestamp at) {
  std::string fields = members(event);
  return fmt::format("{{\"at\":\"{}\",\"level\":\"{}\",\"event\":\"{}\"{}{}}}", format_iso_timestamp(at),
                     name(event.level), event.name, fields.empty() ? "" : ",", fields);
}

}  // namespace leat::run
