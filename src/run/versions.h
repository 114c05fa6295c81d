// Versions: which version of each asset the warehouse holds (`_leat.asset_versions`), and how versions
// are made.
//
// Guarantees: an asset's version changes when its own work or the version of anything above it
//   changes. The table lives in the warehouse, so that a restored or deleted warehouse never passes
//   for fresh.
// Threads: one at a time; the executor locks.
// Errors: Error(warehouse_sql).
#pragma once
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "sql/adapter.h"

namespace leat::run {

struct AssetVersion {
  std::string asset, version, built_at;
};

class Versions {
 public:
  /// Reads what is recorded; creates the table where it is absent.
  explicit Versions(sql::Adapter& adapter);
  /// The recorded version, "" when there is none.
  std::string recorded(const std::string& asset) const;
  /// The version of the table that a stream loads: the last load that changed rows, and how many have.
  static std::string of_stream(sql::Adapter& adapter, const std::string& connection,
                               const std::string& stream);
  /// The same of all that a connection (or pipe, "pipe:NAME") loads.
  static std::string of_connection(sql::Adapter& adapter, const std::string& connection);
  /// What records a version, for the transaction that makes it; note() it once that is committed.
  sql::Record record_of(const sql::Dialect& dialect, const AssetVersion& version) const;
  /// What takes an asset's version away, for the transaction that replaces what it made; note_forgotten() it
  /// once that is committed, and record_later() the new one.
  sql::Record forget_record(const sql::Dialect& dialect, const std::string& asset) const;
  void note_forgotten(const std::string& asset) { versions_.erase(asset); }
  void note(const AssetVersion& version) { versions_[version.asset] = version.version; }
  void record(sql::Adapter& adapter, const AssetVersion& version);
  /// Records it with others that come within a second, at the latest in flush(); a run that dies before has
  /// not recorded it.
  void record_later(sql::Adapter& adapter, AssetVersion version, std::chrono::steady_clock::time_point now);
  void flush(sql::Adapter& adapter);
  void forget(sql::Adapter& adapter, const std::string& asset);

 private:
  std::string forget_sql(const sql::Dialect& dialect, const std::vector<AssetVersion>& versions) const;
  void record_all(sql::Adapter& adapter, const std::vector<AssetVersion>& versions);

  std::map<std::string, std::string> versions_;  // "" where the table says two things of one asset
  std::vector<AssetVersion> later_;
  std::chrono::steady_clock::time_point flushed_;
};

/// A short hash of texts, for versions (FNV-1a, 128 bits in hexadecimal).
std::string hash_of(const std::vector<std::string>& texts);

}  // namespace leat::run
