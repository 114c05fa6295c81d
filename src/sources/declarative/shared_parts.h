// Shared parts: what several openings of one connector share while a program runs: its budgets of calls, the
// counts of its tokens, who reads of a group of streams.
//
// Guarantees: openings with the same Env and key get the same part, made once. A bounded number is kept; a
// part
//   that is in use is never thrown away.
// Threads: any.
// Owns: the parts that are kept.
// Errors: what `make` throws.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/env.h"

namespace leat::sources::declarative {

std::shared_ptr<void> shared_part(const Env& env, const std::string& key,
                                  const std::function<std::shared_ptr<void>()>& make);

template <class T>
std::shared_ptr<T> shared(const Env& env, const std::string& key,
                          const std::function<std::shared_ptr<T>()>& make) {
  return std::static_pointer_cast<T>(shared_part(env, key, make));
}

}  // namespace leat::sources::declarative
