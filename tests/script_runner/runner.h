// Runner: carries out a script in a temporary folder of its own, with the stand-in and a database of
// its own where it asks for them.
//
// Guarantees: nothing of one script reaches another; commands see no LEAT_ variable but those the
//   script sets, and LEAT_TEST_POSTGRES; the folder, the processes and the database are gone afterwards
//   (the folder stays with LEAT_KEEP=1). With `approve`, expectations are written anew where they
//   differ.
// Threads: one script at a time per process.
// Errors: a broken promise is a failed Verdict; ScriptError for a script that cannot be understood.
#pragma once
#include <string>

#include "script.h"

namespace script {

struct Surroundings {
  std::string programs;     ///< the folder of leat and soda
  std::string source;       ///< the source tree
  std::string shared_data;  ///< empty: not here
  std::string postgres;     ///< a libpq URI, or empty
  bool approve = false, keep = false;
};

/// Reads the environment: LEAT_BIN_DIR, LEAT_SOURCE_DIR, LEAT_SHARED_DATA, LEAT_TEST_POSTGRES, LEAT_APPROVE,
/// LEAT_KEEP.
Surroundings surroundings_of_process();

struct Verdict {
  enum class Kind { passed, failed, skipped, approved };
  Kind kind = Kind::passed;
  std::string text;  ///< why, with file and line
};

Verdict run_script(const Script& script, const Surroundings& surroundings);
Verdict run_file(const std::string& file, const Surroundings& surroundings);

}  // namespace script
