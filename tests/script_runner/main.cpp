// script_runner FILE…: runs behaviour scripts one after another. Ends with 0 when all passed, 1 when one
// failed, 77 when all were skipped. LEAT_APPROVE=1 writes expectations anew, LEAT_KEEP=1 keeps the folders.
#include <fmt/core.h>

#include <cstdio>

#include "runner.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "script_runner: usage: script_runner FILE.test...\n");
    return 2;
  }
  const script::Surroundings around = script::surroundings_of_process();
  int passed = 0, failed = 0, skipped = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      const script::Verdict verdict = script::run_file(argv[i], around);
      if (!verdict.text.empty()) fmt::print("{}\n", verdict.text);
      if (verdict.kind == script::Verdict::Kind::failed)
        ++failed;
      else if (verdict.kind == script::Verdict::Kind::skipped)
        ++skipped;
      else
        ++passed;
    } catch (const script::ScriptError& error) {
      fmt::print("{}\n", error.what());
      ++failed;
    }
  }
  fmt::print("{} passed, {} failed, {} skipped\n", passed, failed, skipped);
  return failed > 0 ? 1 : passed == 0 ? 77 : 0;
}
