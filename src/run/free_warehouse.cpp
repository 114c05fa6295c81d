#include "run/free_warehouse.h"

#include "base/error.h"
#include "run/store/store.h"
#include "run/workspace.h"

namespace leat::run {

std::unique_ptr<sql::Adapter> adapter_when_free(warehouses::Warehouse& warehouse, const std::string& folder,
                                                std::optional<std::chrono::milliseconds> patience, Env& env) {
  constexpr std::chrono::milliseconds kLook{100}, kPatienceWithOthers{3000};
  auto begun = env.steady();
  for (bool is_told = false;; is_told = true) {
    try {
      return warehouse.adapter();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::warehouse_locked) throw;
      if (!Store(folder).is_running()) {
        if (env.elapsed_ms(begun) >= kPatienceWithOthers.count()) throw;
      } else if (patience && env.elapsed_ms(begun) >= patience->count()) {
        throw;
      }
      if (!is_told) env.emit({"run_waiting", EventLevel::info, {{"asset", error.where()}}});
    }
    env.wait(kLook);
  }
}

std::unique_ptr<sql::Adapter> adapter_when_free(Workspace& workspace) {
  return adapter_when_free(workspace.warehouse(), workspace.project().folder, std::nullopt, workspace.env());
}

}  // namespace leat::run
