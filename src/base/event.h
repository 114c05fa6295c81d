// Event: something that happened, as data. `Env::emit` is the only way in which work below `run` says
// anything; listeners turn events into progress, logs, metrics and history.
//
// Guarantees: an event holds names, counts and durations; never row values or secrets.
// Threads: emit may be called from any thread; a listener does its own locking.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace leat {

enum class EventLevel { debug, progress, info, warning, error };

using EventValue = std::variant<bool, std::int64_t, double, std::string>;

/// `name` is snake_case and one of events.def; fields carry their unit in their name
/// (`took_ms`).
struct Event {
  std::string_view name;
  EventLevel level = EventLevel::info;
  std::vector<std::pair<std::string_view, EventValue>> fields;

  /// Returns the field, or nullptr.
  const EventValue* find(std::string_view field) const;
  /// Returns the field as text, or "" when it is not there.
  std::string text(std::string_view field) const;
  /// Returns the field as a whole number, or 0 when it is not there or is no number.
  std::int64_t number(std::string_view field) const;
};

/// "info" and so on.
std::string_view name(EventLevel level);

/// What events.def says of an event.
struct EventInfo {
  std::string_view name, level, fields, when;
};
/// Every event, in the order of events.def.
std::span<const EventInfo> event_infos();

class EventListener {
 public:
  virtual ~EventListener() = default;
  /// Must not throw and must not block for long: the thread that works calls it.
  virtual void on_event(const Event& event) = 0;
};

}  // namespace leat
