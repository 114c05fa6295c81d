#include "duck/library.h"

#include <dlfcn.h>

#include <mutex>

#include "base/error.h"

namespace leat::duck {

#define LEAT_DUCKDB(name) decltype(&::name) name = nullptr;
#include "duck/library.def"
#undef LEAT_DUCKDB

namespace {

[[noreturn]] void refuse() {
  const char* why = dlerror();
  throw Error(ErrorCode::warehouse_connect, why ? why : "libduckdb.so is not usable", "libduckdb.so")
      .fix(
          "Keep libduckdb.so of Leat's package beside the program, in ../lib/leat, or name its folder in "
          "LD_LIBRARY_PATH.");
}

template <class Function>
void take(void* library, const char* name, Function& function) {
  void* found = dlsym(library, name);
  if (!found) refuse();
  function = reinterpret_cast<Function>(found);
}

}  // namespace

void load_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    void* library = dlopen("libduckdb.so", RTLD_LAZY | RTLD_LOCAL);
    if (!library) refuse();
#define LEAT_DUCKDB(name) take(library, #name, name);
#include "duck/library.def"
#undef LEAT_DUCKDB
  });
}

}  // namespace leat::duck
