// AlertBook: alerts, whom they were told, and silences, in `.leat/alerts.db`.
//
// Guarantees: one open alert for a kind and a subject. Bounded: the last kAlertsKept that are over.
// Threads: any; one mutex.
// Owns: its handle of SQLite.
// Errors: Error(run_store).
#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "alerts/alert.h"
#include "run/store/sqlite.h"

namespace leat::run {

/// What a route is to be told, or was.
struct Delivery {
  std::int64_t id = 0, alert = 0;
  std::string route;
  bool is_recovery = false;
  std::string status;  ///< waiting, sent, failed, silenced
  std::string error;
  Timestamp due{}, at{};
  int attempts = 0;
};

struct Silence {
  std::int64_t id = 0;
  std::string kind, subject;  ///< "" for any kind; subject with * and ?
  std::string reason, by;
  Timestamp created{}, until{};
  bool covers(const alerts::Alert& alert) const;
};

struct AlertFilter {
  std::string status, kind;  ///< open, recovered; "" for any
  int limit = 50, offset = 0;
};

class AlertBook {
 public:
  static constexpr int kAlertsKept = 5'000;
  explicit AlertBook(const std::string& folder);

  /// Opens an alert, or counts it once more where it is open; `is_new` tells which. Its number is filled in.
  void open(alerts::Alert& alert, bool& is_new);
  /// Ends an open alert; nullopt where there is none.
  std::optional<alerts::Alert> recover(alerts::Kind kind, const std::string& subject, Timestamp now);
  std::optional<alerts::Alert> find(std::int64_t id);
  std::optional<alerts::Alert> find_open(alerts::Kind kind, const std::string& subject);
  /// Newest first.
  std::vector<alerts::Alert> alerts(const AlertFilter& filter);
  std::int64_t count(const AlertFilter& filter);

  void add_delivery(const Delivery& delivery);
  /// Those that wait, by route and age.
  std::vector<Delivery> waiting();
  void note_delivery(const Delivery& delivery);
  std::vector<Delivery> deliveries(std::int64_t alert);

  Silence add_silence(Silence silence);
  /// Those in force at `now`.
  std::vector<Silence> silences(Timestamp now);
  std::optional<Silence> end_silence(std::int64_t id, Timestamp now);

  void copy_to(const std::string& path);

 private:
  void prune();
  std::mutex mutex_;  // guards file_
  SqliteFile file_;
};

}  // namespace leat::run
