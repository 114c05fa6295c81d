#include "sources/declarative/shared_parts.h"

#include <list>
#include <mutex>

namespace leat::sources::declarative {
namespace {

constexpr std::size_t kKeptMax = 64;

struct Kept {
  const Env* env;
  std::string key;
  std::shared_ptr<void> part;
};

}  // namespace

std::shared_ptr<void> shared_part(const Env& env, const std::string& key,
                                  const std::function<std::shared_ptr<void>()>& make) {
  static std::mutex mutex;      // guards kept
  static std::list<Kept> kept;  // the latest used first
  std::lock_guard lock(mutex);
  for (auto each = kept.begin(); each != kept.end(); ++each) {
    if (each->env != &env || each->key != key) continue;
    kept.splice(kept.begin(), kept, each);
    return kept.front().part;
  }
  kept.push_front({&env, key, make()});
  if (kept.size() > kKeptMax) kept.pop_back();  // whoever uses it still has it
  return kept.front().part;
}

}  // namespace leat::sources::declarative
