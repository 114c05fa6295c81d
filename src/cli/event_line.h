// EventLine: what an event says to a person, on one line.
//
// Guarantees: "" for events that are no news on their own (a passing test, an unchanged model, progress).
// Threads: pure functions.
#pragma once
#include <string>

#include "base/event.h"

namespace leat::cli {

/// The line of `event`, at most `width` characters wide (0: as it is). A `verbosity` of 1 shows every step,
/// of 2 every statement as well.
std::string event_line(const Event& event, std::size_t width, int verbosity);

}  // namespace leat::cli
