// Backup: a copy of a project's stores and warehouse, made while others are at work, and put back.
//
// Guarantees: the warehouse is copied as of one moment, and the stores before it: what a store
//   says is done is done in the copy, or is done once more from it. A folder has its name only
//   when it is whole. Putting one back sets what is there aside, and keeps out every run
//   meanwhile.
// Threads: one.
// Owns: nothing.
// Errors: Error(backup_failed), Error(backup_invalid), Error(run_busy), Error(run_store), those of
//   the warehouse.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "run/project_file.h"

namespace leat::run {

struct BackupReport {
  std::string folder;
  std::vector<std::string> files;
  std::int64_t bytes = 0;
  bool has_warehouse = false;  ///< false: the target is a server
};

/// Copies into a new folder below `into`, named by the project and the instant.
BackupReport back_up(const ProjectFile& project, const std::string& target, const std::string& into,
                     Env& env);
/// Puts a backup's files back; what they replace is set aside as NAME.before-restore-INSTANT. Returns their
/// names.
std::vector<std::string> restore(const ProjectFile& project, const std::string& target,
                                 const std::string& folder, Env& env);

}  // namespace leat::run
