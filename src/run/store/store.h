// Store: the history of runs in `.leat/leat.db`: what `leat status` and the console show.
//
// Guarantees: history only; losing the file loses no data and no state (that lives in the warehouse).
// Threads: one at a time; the caller locks.
// Owns: the SQLite handle.
// Errors: Error(run_store) from the constructor; later failures are swallowed, a run must not fail for its
// history. Source: SQLite 3.40 C API; WAL mode
#pragma once
#include <cstdint>
#include <string>
#include <vector>

struct sqlite3;

namespace leat::run {

struct RunRow {
  std::string id, command, target, status, started_at, finished_at;
  std::int64_t steps = 0, failed = 0, unchanged = 0;
};
struct StepRow {
  std::string asset, kind, status, message, finished_at;
  std::int64_t rows = -1, took_ms = 0;
};

class Store {
 public:
  /// Opens (or makes) the store of the project in `folder`.
  explicit Store(const std::string& folder);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  void begin_run(const RunRow& run);
  void add_step(const std::string& run_id, const StepRow& step);
  void finish_run(const std::string& run_id, const std::string& status, const std::string& finished_at);
  /// The last runs, newest first.
  std::vector<RunRow> runs(int count);
  std::vector<StepRow> steps(const std::string& run_id);

 private:
  bool run(const char* sql, const std::vector<std::string>& texts,
           const std::vector<std::int64_t>& numbers = {});
  sqlite3* handle_ = nullptr;
};

}  // namespace leat::run
