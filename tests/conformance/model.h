// The plain reference that every warehouse has to equal: what the write modes mean, row by row, in memory.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/connection.h"

namespace leat::conformance {

/// What arrives: a version of a row, or the word that its key is gone.
struct Change {
  std::int64_t id = 0;
  std::optional<std::int64_t> changed_at;  ///< seconds since 2026-01-01
  std::optional<std::string> note;
  bool deleted = false;
  bool operator==(const Change&) const = default;
};

class Model {
 public:
  Model(const sync::StreamSettings& settings, bool is_incremental)
      : settings_(settings), is_incremental_(is_incremental) {}
  /// Loads changes that arrive in this order. `now` is the load's instant, in seconds since 2026-01-01.
  void load(const std::vector<Change>& changes, std::int64_t now);
  /// The table, printed as UnderTest::rows prints it.
  std::vector<std::string> rows() const;

 private:
  struct Version {
    Change change;
    std::int64_t from = 0;
    std::optional<std::int64_t> to;
  };
  std::vector<Change> winners(const std::vector<Change>& changes) const;
  void merge(const std::vector<Change>& changes);
  void extend_history(const std::vector<Change>& changes, std::int64_t now);
  void chain(std::int64_t id);
  bool hard() const { return settings_.deletes_hard; }

  sync::StreamSettings settings_;
  bool is_incremental_;
  std::vector<Change> table_;
  std::map<std::int64_t, std::vector<Version>> history_;
};

}  // namespace leat::conformance
