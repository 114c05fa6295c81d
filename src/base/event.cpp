#include "base/event.h"

#include <fmt/core.h>

namespace leat {

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
