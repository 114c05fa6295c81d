// Store: the history of runs in `.leat/leat.db`: what `leat status` and the console show.
//
// Guarantees: history only; losing the file loses no data and no state (that lives in the warehouse).
//   Bounded: the last kRunsKept runs with their steps and events. A run whose process died is shown as
//   interrupted by the next.
// Threads: one at a time; the caller locks.
// Owns: the SQLite handle.
// Errors: Error(run_store) from the constructor; later failures are swallowed, a run must not fail for its
//   history.
// Source: SQLite 3.40 C API; WAL mode
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct sqlite3;

namespace leat::run {

class SqliteFile;

struct RunRow {
  std::string id, command, target, status, started_at, finished_at;
  std::int64_t steps = 0, failed = 0, unchanged = 0;
  std::string owner;  ///< the process that is at work on it (process_identity()); "" for this one
};
struct StepRow {
  std::string asset, kind, status, message, finished_at;
  std::int64_t rows = -1, took_ms = 0;
};

/// A step that is being done.
struct WorkRow {
  std::string asset, kind, started_at;
};

struct EventRow {
  std::string at, level, name, fields;  ///< fields: a JSON object
  std::int64_t row = 0;                 ///< grows with time
};
/// The newest run that an asset was part of, not skipped.
struct AssetRow {
  std::string asset, kind, status, finished_at, message;
  std::string built_at;    ///< when it last was done or found unchanged
  std::string changed_at;  ///< when it last was done
  std::string run_id;
  std::int64_t rows = -1, took_ms = 0;
};
/// One time that an asset was part of a run.
struct AssetStep {
  std::string run_id, status, message, finished_at;
  std::int64_t rows = -1, took_ms = 0;
};

class Store {
 public:
  static constexpr int kRunsKept = 1000;
  /// Opens (or makes) the store of the project in `folder`.
  explicit Store(const std::string& folder);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Runs whose process died are marked.
  void begin_run(const RunRow& run);
  /// Notes that a step is being done; add_step() of it ends that.
  void begin_step(const std::string& run_id, const WorkRow& step);
  void add_step(const std::string& run_id, const StepRow& step);
  void finish_run(const std::string& run_id, const std::string& status, const std::string& finished_at);
  /// Calls runs interrupted whose process died.
  void mark_interrupted();
  /// Whether a process that still lives is at work on a run; marks the others.
  bool is_running();
  /// The last runs, newest first.
  std::vector<RunRow> runs(int count, int offset = 0);
  /// "running" and so on; "" where there is no such run.
  std::string run_status(const std::string& run_id);
  std::optional<RunRow> find_run(const std::string& run_id);
  std::vector<StepRow> steps(const std::string& run_id);
  /// What is being done in a run, or ("") in any.
  std::vector<WorkRow> at_work(const std::string& run_id);
  void add_event(const std::string& run_id, const EventRow& event);
  /// The first `count` events of a run behind the row `after`.
  std::vector<EventRow> events(const std::string& run_id, std::int64_t after = 0, int count = 1'000'000);
  /// The newest events of one name, newest first. Kept at hand: stream_finished, schema_changed.
  std::vector<EventRow> newest_events(const std::string& name, int count);
  /// Keeps the newest event of a kind that is told again and again, of one `key`.
  void keep_latest(const std::string& key, const EventRow& event);
  /// The one that is kept, and when it was; nullopt where there is none.
  std::optional<EventRow> latest(const std::string& name, const std::string& key);
  /// Copies the file as it stands to a path that does not exist; Error(run_store).
  void copy_to(const std::string& path);
  /// The newest of every key.
  std::map<std::string, EventRow> all_latest(const std::string& name);
  /// The rows of an asset's newest steps that succeeded, newest first.
  std::vector<std::int64_t> row_counts(const std::string& asset, int count);
  /// Every asset in its newest state for a target, by kind and name; with `since`, those that ended then or
  /// later.
  std::vector<AssetRow> assets(const std::string& target, const std::string& since = "");
  /// The newest times that an asset was part of a run, newest first.
  std::vector<AssetStep> history(const std::string& target, const std::string& asset, int count);

  /// As long as it lives, what is kept is one transaction.
  class Together {
   public:
    explicit Together(Store& store);
    ~Together();
    Together(const Together&) = delete;
    Together& operator=(const Together&) = delete;

   private:
    Store& store_;
  };

 private:
  bool run(const char* sql, const std::vector<std::string>& texts,
           const std::vector<std::int64_t>& numbers = {});
  std::unique_ptr<SqliteFile> file_;
  sqlite3* handle_ = nullptr;  // of file_
};

}  // namespace leat::run
