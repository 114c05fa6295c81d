#include "base/failpoint.h"

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <string>

#include "base/error.h"

namespace leat {
namespace {

constexpr std::string_view kNames[] = {
#define LEAT_FAILPOINT(name, when) #name,
#include "base/failpoints.def"
#undef LEAT_FAILPOINT
};

bool known(std::string_view name) {
  for (std::string_view each : kNames) {
    if (each == name) return true;
  }
  return false;
}

struct Plan {
  std::string name;
  int signal = 0;  // 0: an error is thrown
  int passages_left = 1;
};

struct Plans {
  std::mutex mutex;
  std::vector<Plan> plans;  // guarded by mutex after construction
  bool any = false;

  Plans() {
    const char* text = std::getenv("LEAT_FAILPOINTS");
    if (!text) return;
    std::string_view rest = text;
    while (!rest.empty()) {
      std::string_view item = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), item.size() + 1));
      add(item);
    }
    any = !plans.empty();
  }

  void add(std::string_view item) {
    std::size_t equals = item.find('=');
    std::string_view name = item.substr(0, equals);
    std::string_view action = equals == std::string_view::npos ? "" : item.substr(equals + 1);
    Plan plan{std::string(name), 0, 1};
    if (std::size_t at = action.find('@'); at != std::string_view::npos) {
      std::from_chars(action.data() + at + 1, action.data() + action.size(), plan.passages_left);
      action = action.substr(0, at);
    }
    plan.signal = action == "kill" ? SIGKILL : action == "abort" ? SIGABRT : 0;
    if (!known(name) || (plan.signal == 0 && action != "error")) {
      throw Error(ErrorCode::config_invalid, "LEAT_FAILPOINTS names no known failpoint or action",
                  std::string(item));
    }
    plans.push_back(std::move(plan));
  }
};

}  // namespace

void pass_failpoint(std::string_view name) {
  static Plans plans;
  if (!plans.any) return;
  LEAT_ASSERT(known(name));
  std::lock_guard lock(plans.mutex);
  for (Plan& plan : plans.plans) {
    if (plan.name != name || --plan.passages_left != 0) continue;
    if (plan.signal != 0) ::kill(::getpid(), plan.signal);
    throw Error(ErrorCode::internal, "A failpoint was asked to fail here", std::string(name));
  }
}

}  // namespace leat
