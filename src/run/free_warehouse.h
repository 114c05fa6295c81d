// A warehouse in a file takes one process at a time: how a command waits for its turn.
//
// Threads: any. Errors: Error(warehouse_locked) when the file is held by what is no run of this project, or
// for longer than `patience`; those of Warehouse::adapter(); Error(cancelled).
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/env.h"
#include "base/error.h"
#include "warehouses/warehouse.h"

namespace leat::run {

class Workspace;

/// What opens a warehouse, called until its file is free, as long as `waits` says so of the milliseconds that
/// it has waited.
template <typename Open>
auto when_free(Open open, const std::function<bool(const Error& held, std::int64_t ms)>& waits, Env& env)
    -> decltype(open()) {
  constexpr std::chrono::milliseconds kLook{50};
  auto begun = env.steady();
  for (;;) {
    try {
      return open();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::warehouse_locked || !waits(error, env.elapsed_ms(begun))) throw;
    }
    env.wait(kLook);
  }
}

/// A session of the warehouse as soon as its file is free. A run of the project in `folder` is waited for as
/// long as `patience` says (nullopt: to its end), any other process a few seconds: the SQL endpoint lets go
/// of the file when its last statement ends. Says once, by the event `run_waiting`, that it waits.
std::unique_ptr<sql::Adapter> adapter_when_free(warehouses::Warehouse& warehouse, const std::string& folder,
                                                std::optional<std::chrono::milliseconds> patience, Env& env);

/// The same of a workspace, to the end of a run.
std::unique_ptr<sql::Adapter> adapter_when_free(Workspace& workspace);

}  // namespace leat::run
