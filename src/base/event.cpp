#include "base/event.h"

#include <fmt/core.h>

namespace leat {

std::string_view name(EventLevel level) {
  constexpr std::string_view names[] = {"debug", "progress", "info", "warning", "error"};
  return names[static_cast<std::size_t>(level)];
}

std::span<const EventInfo> event_infos() {
  static constexpr EventInfo all[] = {
#define LEAT_EVENT(name, level, fields, when) {#name, #level, fields, when},
#include "base/events.def"
#undef LEAT_EVENT
  };
  return all;
}

const EventValue* Event::find(std::string_view field) const {
  for (const auto& [key, value] : fields) {
    if (key == field) return &value;
  }
  return nullptr;
}

std::string Event::text(std::string_view field) const {
  const EventValue* value = find(field);
  if (!value) return {};
  return std::visit(
      [](const auto& held) -> std::string {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, std::string>) {
          return held;
        } else {
          return fmt::format("{}", held);
        }
      },
      *value);
}

std::int64_t Event::number(std::string_view field) const {
  const EventValue* value = find(field);
  if (!value) return 0;
  if (const auto* whole = std::get_if<std::int64_t>(value)) return *whole;
  if (const auto* real = std::get_if<double>(value)) return static_cast<std::int64_t>(*real);
  return 0;
}

}  // namespace leat
