#include "base/secret.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace leat {
namespace {
constexpr std::size_t kShortestSecret = 4;
struct Registry {
  std::mutex mutex;
  std::vector<std::string> values;  // guarded by mutex; longest first, so that no part of one is left over
};
Registry& registry() {
  static Registry instance;
  return instance;
}
}  // namespace

void register_secret(std::string_view value) {
  if (value.size() < kShortestSecret) return;
  Registry& all = registry();
  std::lock_guard lock(all.mutex);
  if (std::find(all.values.begin(), all.values.end(), value) != all.values.end()) return;
  all.values.emplace_back(value);
  std::sort(all.values.begin(), all.values.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string redact(std::string_view text) {
  std::string clean(text);
  Registry& all = registry();
  std::lock_guard lock(all.mutex);
  for (const std::string& value : all.values) {
    for (std::size_t at = clean.find(value); at != std::string::npos; at = clean.find(value, at + 3)) {
      clean.replace(at, value.size(), "***");
    }
  }
  return clean;
}

bool sounds_secret(std::string_view name) {
  for (std::string_view word :
       {"PASSWORD", "PASSWD", "SECRET", "TOKEN", "CREDENTIAL", "PRIVATE_KEY", "API_KEY"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace leat
