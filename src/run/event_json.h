// EventJson: an event as JSON, for the history and for --log-format json.
//
// Guarantees: valid JSON on one line; numbers and booleans keep their type.
// Threads: pure functions.
#pragma once
#include <string>

#include "base/env.h"

namespace leat::run {

/// The event's fields as an object.
std::string fields_json(const Event& event);
/// The event as an object with `at`, `level`, `event` and its fields.
std::string event_json(const Event& event, Timestamp at);

}  // namespace leat::run
