// MachineLine: an event or an error as one line of JSON, for whoever reads the output with a program.
//
// Formats: `json` is Leat's own (docs/reference/events.md). `otel` is what dbt-core asks of a parser that
// it calls by `--v2-parser`: an OpenTelemetry log record a line, of which it shows `body` at the level of
// `severity_number` (fields as dbt-core 1.12's dbt/parser/v2.py reads them).
// Guarantees: valid JSON on one line, whatever the event says.
// Threads: pure functions.
#pragma once
#include <string>

#include "base/env.h"
#include "base/error.h"
#include "cli/command.h"

namespace leat::cli {

/// The event's line; "" for what says nothing in this format.
std::string machine_line(const Globals& globals, const Event& event, Timestamp at);
/// The line of what ended the program.
std::string machine_line(const Globals& globals, const Error& error);

}  // namespace leat::cli
