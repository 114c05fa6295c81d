// PipeRunner: keeps pipes of a project going: looks for new files, loads them, waits.
//
// Guarantees: an error of one pipe is told and does not stop the others; it is tried again at the next look.
//   A pipe is run by one process of a project at a time.
// Threads: run() blocks; a thread for each pipe that it starts and joins.
// Owns: what it opens.
// Errors: those of opening; with `once` the first error of a pipe, after all had their turn.
#pragma once
#include <string>
#include <vector>

#include "run/project_file.h"

namespace leat::run {

struct PipeRunOptions {
  std::vector<std::string> names;  ///< empty: all of the project
  std::string target;
  bool once = false;  ///< ends when nothing new is left
};

struct PipeReport {
  std::int64_t files = 0, rows = 0, rows_rejected = 0, refused = 0;
};

/// Runs until it is stopped, or with `once` until there is nothing left.
PipeReport run_pipes(const ProjectFile& project, const PipeRunOptions& options, Env& env);

}  // namespace leat::run
