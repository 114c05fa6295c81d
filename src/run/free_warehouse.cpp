#include "run/free_warehouse.h"

#include "run/store/store.h"
#include "run/workspace.h"

namespace leat::run {

std::unique_ptr<sql::Adapter> adapter_when_free(warehouses::Warehouse& warehouse, const std::string& folder,
                                                std::optional<std::chrono::milliseconds> patience, Env& env) {
  constexpr std::chrono::milliseconds kPatienceWithOthers{3000};
  bool is_told = false;
  return when_free([&] { return warehouse.adapter(); },
                   [&](const Error& held, std::int64_t ms) {
                     bool is_ours = Store(folder).is_running();
                     if (is_ours ? patience && ms >= patience->count() : ms >= kPatienceWithOthers.count())
                       return false;
                     if (!is_told) env.emit({"run_waiting", EventLevel::info, {{"asset", held.where()}}});
                     return is_told = true;
                   },
                   env);
}

std::unique_ptr<sql::Adapter> adapter_when_free(Workspace& workspace) {
  return adapter_when_free(workspace.warehouse(), workspace.project().folder, std::nullopt, workspace.env());
}

}  // namespace leat::run
