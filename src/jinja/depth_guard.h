// DepthGuard: ends walks through values that are nested too deep, or that hold themselves.
//
// Guarantees: at most 200 guards live at once on a thread.
// Threads: counts per thread.
// Owns: one step of the thread's count while it lives.
// Errors: the constructor throws Error(jinja_limit).
#pragma once
#include "base/error.h"

namespace leat::jinja {

class DepthGuard {
 public:
  DepthGuard() {
    if (depth() >= 200) throw Error(ErrorCode::jinja_limit, "A value is nested more than 200 levels deep");
    ++depth();
  }
  DepthGuard(const DepthGuard&) = delete;
  DepthGuard& operator=(const DepthGuard&) = delete;
  ~DepthGuard() { --depth(); }

 private:
  static int& depth() {
    static thread_local int count = 0;
    return count;
  }
};

}  // namespace leat::jinja
