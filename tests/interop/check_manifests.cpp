// check_manifests FILE...: checks connector manifests and prints what is wrong; ends with 1 when any is
// refused.
#include <fmt/core.h>

#include <cstdio>

#include "sources/declarative/manifest_check.h"

int main(int count, char** arguments) {
  int good = 0, refused = 0;
  for (int i = 1; i < count; ++i) {
    bool is_good = true;
    for (const auto& problem : leat::sources::declarative::check_manifest(arguments[i])) {
      fmt::print("{}: {}{}\n", problem.where, problem.is_warning ? "(warning) " : "", problem.what);
      is_good = is_good && problem.is_warning;
    }
    ++(is_good ? good : refused);
  }
  fmt::print("{} good, {} refused\n", good, refused);
  return refused > 0 ? 1 : 0;
}
