// Failpoints: named places in the code where a test makes the process die or an error appear.
//
// Guarantees: without LEAT_FAILPOINTS nothing happens. Its form: name=action[@n], separated by commas;
//   action is `kill` (SIGKILL, as a power cut would) or `error`; it acts at the n-th passage (1 when left
//   out), once. The names are listed in failpoints.def; an unknown name in the variable or in the code is an
//   error.
// Threads: any.
#pragma once
#include <string_view>

namespace leat {

/// Acts as LEAT_FAILPOINTS says for `name`.
void pass_failpoint(std::string_view name);

}  // namespace leat
