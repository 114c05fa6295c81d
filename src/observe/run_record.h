// RunRecord, StepRecord: what became of a run and of its steps, as it is told to the outside.
//
// Guarantees: plain values; texts hold no secrets: whoever makes one has redacted them.
// Threads: values.
// Errors: none.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace leat::observe {

/// A table, file or page, by OpenLineage's naming.
struct Dataset {
  std::string space, name;  ///< space: "postgres://db:5432", "duckdb:///data/shop.duckdb"
};

struct StepRecord {
  std::string asset, kind, name;
  std::string status;  ///< as run::name(Status) has it
  std::string message, error, code;
  Timestamp started{}, finished{};
  std::int64_t rows = -1, rows_read = 0;
  std::vector<Dataset> inputs, outputs;
};

struct RunRecord {
  std::string id;  ///< a UUID
  std::string command, project, target;
  std::string status;  ///< success, error, interrupted; "" while it runs
  Timestamp started{}, finished{};
  std::int64_t steps = 0, failed = 0;
};

}  // namespace leat::observe
