// SqlApi: one query at a time against the warehouse, read only and bounded: for the console's SQL pad and
// previews.
//
// Guarantees: a query passes the guard of the SQL endpoint and runs in a transaction that may only read; it
// is ended
//   after kTimeMax, and its answer after kRowsMax rows or kBytesMax.
// Threads: any; at most kAtOnce queries at a time, others are turned away.
// Owns: the engine. Its sessions end with their query.
// Errors: what a call did wrong is in the reply: 400 with the engine's message, 409 where another process
// keeps the
//   warehouse, 501 for a target that is no DuckDB.
#pragma once
#include <atomic>
#include <memory>
#include <optional>

#include "server/api/call.h"
#include "server/api/control.h"
#include "server/pgwire/duck_engine.h"

namespace leat::server {

class SqlApi {
 public:
  static constexpr std::chrono::seconds kTimeMax{60};
  static constexpr int kRowsMax = 10'000, kAtOnce = 4;
  static constexpr std::size_t kBytesMax = 16 << 20;
  explicit SqlApi(const Control& control);
  /// The answer to a path below /api/leat/v1; nullopt where it is not one of these.
  std::optional<Reply> answer(const Call& call, const std::string& path);

 private:
  Reply query(const Call& call);
  Reply tables();
  Reply run(const std::string& sql, const std::string& explain, int rows_max);

  Control control_;
  std::string type_;                            // of the target
  std::unique_ptr<pgwire::DuckEngine> engine_;  // none for other targets
  std::atomic<int> at_work_ = 0;
};

}  // namespace leat::server
