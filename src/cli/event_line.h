// EventLine: what an event says to a person, on one line.
//
// Guarantees: "" for events that are no news on their own (a passing test, an unchanged model, progress).
// Threads: pure functions.
#pragma once
#include <string>

#include "base/event.h"

namespace leat::cli {

/// The line of `event`, at most `width` characters wide (0: as it is). `verbose` shows every step.
std::string event_line(const Event& event, std::size_t width, bool verbose);

}  // namespace leat::cli
