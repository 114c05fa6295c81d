// Manifest: what one commit added to a stream of the lake, and the log of them.
//
// Guarantees: a file counts once its manifest is there. Manifests of a stream are numbered without
//   gaps from 1; append() puts the next number only where nobody else did, so that of two writers one
//   wins.
// Threads: one at a time.
// Owns: nothing in the store.
// Errors: Error(lake_conflict), Error(lake_manifest), those of files/object_store.h.
// Source: docs/formats/lake.md
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "batch/type.h"
#include "files/object_store.h"

namespace leat::lake {

struct FileEntry {
  std::string path;  ///< relative to the lake's place
  std::int64_t rows = 0, bytes = 0;
  std::string etag;
};

struct Manifest {
  std::int64_t sequence = 0;
  std::string load_id, run_id, connection, stream, schema, table, partition;
  bool replaces = false;  ///< the files of earlier manifests count no more
  std::int64_t rows = 0, bytes_read = 0, rows_rejected = 0;
  Timestamp started_at{}, committed_at{};
  std::string state;                         ///< the stream's state from here on, "" for none
  std::vector<batch::Column> columns;        ///< what arrived; empty where nothing did
  std::vector<batch::Column> table_columns;  ///< what all files together have
  std::vector<FileEntry> files;              ///< in the order of arrival
  std::vector<FileEntry> errors;             ///< dead letters
};

std::string to_json(const Manifest& manifest);
/// Error(lake_manifest) with `where`.
Manifest parse_manifest(std::string_view json, const std::string& where);

class ManifestLog {
 public:
  /// The log of one stream below a lake's place; the store must outlive it.
  ManifestLog(files::ObjectStore& store, const std::string& connection, const std::string& stream);
  /// The newest manifest; nullopt before the first.
  std::optional<Manifest> latest();
  /// Puts the manifest of number `manifest.sequence`; Error(lake_conflict) when another has that number.
  void append(const Manifest& manifest);
  /// Every manifest after `sequence`, in order; stops when `each` returns false.
  void read_after(std::int64_t sequence, const std::function<bool(const Manifest&)>& each);
  /// When the load of this number began first: its retry gives its files the same place.
  Timestamp begin(std::int64_t sequence, Timestamp now);

 private:
  std::string key_of(std::int64_t sequence) const;
  Manifest read(const std::string& key);
  files::ObjectStore& store_;
  const std::string folder_;  ///< "_manifests/connection.stream/"
};

}  // namespace leat::lake
