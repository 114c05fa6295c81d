// Exit codes: what a shell sees.
//
// Threads: constants.
// Guarantees: stable; documented in docs/reference/exit-codes.md and `leat --help`.
#pragma once
#include <span>
#include <string_view>

#include "base/error.h"

namespace leat::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitStepsFailed = 1,
  kExitUsage = 2,
  kExitSource = 3,
  kExitDestination = 4,
  kExitInternal = 70,
  kExitInterrupted = 130
};

struct ExitCodeInfo {
  ExitCode code;
  std::string_view meaning;
};
inline std::span<const ExitCodeInfo> exit_code_infos() {
  static constexpr ExitCodeInfo all[] = {{kExitOk, "done"},
                                         {kExitStepsFailed, "some steps failed, the others are done"},
                                         {kExitUsage, "the command line or the project is wrong"},
                                         {kExitSource, "a source failed"},
                                         {kExitDestination, "a warehouse failed"},
                                         {kExitInternal, "a bug of Leat"},
                                         {kExitInterrupted, "interrupted (Ctrl-C, SIGTERM)"}};
  return all;
}

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
