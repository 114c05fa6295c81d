// Versions: which version of each asset the warehouse holds (`_leat.asset_versions`), and how versions are
// made.
//
// Guarantees: an asset's version changes when its own work or the version of anything above it changes. The
// table
//   lives in the warehouse, so that a restored or deleted warehouse never passes for fresh.
// Threads: one at a time; the executor locks.
// Errors: Error(warehouse_sql).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "sql/adapter.h"

namespace leat::run {

class Versions {
 public:
  /// Reads what is recorded; creates the table where it is absent.
  explicit Versions(sql::Adapter& adapter);
  /// The recorded version, "" when there is none.
  std::string recorded(const std::string& asset) const;
  /// The version of the table that a stream loads: its last load that changed rows.
  static std::string of_stream(sql::Adapter& adapter, const std::string& connection,
                               const std::string& stream);
  /// The same of all that a connection (or pipe, "pipe:NAME") loads.
  static std::string of_connection(sql::Adapter& adapter, const std::string& connection);
  void record(sql::Adapter& adapter, const std::string& asset, const std::string& version,
              const std::string& built_at);
  void forget(sql::Adapter& adapter, const std::string& asset);

 private:
  std::map<std::string, std::string> versions_;
};

/// A short hash of texts, for versions (FNV-1a, 128 bits in hexadecimal).
std::string hash_of(const std::vector<std::string>& texts);

}  // namespace leat::run
