// Summary: what is printed at the end of a run: counts, errors in full, where the report is.
//
// Guarantees: every error of the run is shown once, with its place and advice.
// Threads: the main thread.
#pragma once
#include "cli/command.h"
#include "run/run.h"

namespace leat::cli {

/// Prints the summary and returns the exit code.
int print_summary(const run::RunReport& report, const run::ProjectFile& project, const Globals& globals);

}  // namespace leat::cli
