// Exit codes: what a shell sees.
//
// Threads: constants.
// Guarantees: stable; documented in docs/reference/exit-codes.md and `leat --help`.
#pragma once
#include "base/error.h"

namespace leat::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitStepsFailed = 1,   ///< some steps failed, the others are done
  kExitUsage = 2,         ///< the command line or the project is wrong
  kExitSource = 3,        ///< a source failed
  kExitDestination = 4,   ///< a warehouse failed
  kExitInternal = 70,     ///< a bug of Leat
  kExitInterrupted = 130  ///< Ctrl-C or SIGTERM
};

inline ExitCode exit_code_of(const Error& error) {
  if (error.code() == ErrorCode::cancelled || error.code() == ErrorCode::warehouse_cancelled)
    return kExitInterrupted;
  switch (info(error.code()).fault) {
    case Fault::user:
      return kExitUsage;
    case Fault::source:
      return kExitSource;
    case Fault::destination:
      return kExitDestination;
    case Fault::internal:
      break;
  }
  return kExitInternal;
}

}  // namespace leat::cli
