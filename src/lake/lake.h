// LakeDestination: loads streams into files of a folder or bucket, a manifest for each commit.
//
// Guarantees: rows count with their manifest, which is put last and only where no other has its number: after
//   a crash at any moment the next load begins where the last manifest ended, and writes its files under the
//   same names. Files are named by load, number and content, so that a retry overwrites what it repeats and
//   two writers never touch each other's. Memory is bounded by memory_max.
// Threads: one at a time; several may be open side by side.
// Owns: its store.
// Errors: Error(lake_mode) for modes that merge, Error(lake_conflict), those of files/object_store.h.
// Source: docs/formats/lake.md
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "lake/buffer.h"
#include "lake/manifest.h"
#include "lake/settings.h"
#include "stream/destination.h"

namespace leat::lake {

class LakeDestination : public stream::Destination {
 public:
  LakeDestination(LakeSettings settings, Env& env);
  std::unique_ptr<stream::Load> begin(const stream::Target& target) override;
  /// All columns that the stream's files have, without Leat's own.
  std::vector<batch::Column> columns(const stream::Target& target) override;
  /// The columns that the last load brought.
  std::vector<batch::Column> last_columns(const std::string& connection, const std::string& stream) override;
  stream::State read_state(const std::string& connection, const std::string& stream) override;
  void write_state(const std::string& connection, const std::string& stream,
                   const stream::State& state) override;
  /// The newest manifest of a stream; nullopt before the first.
  std::optional<Manifest> latest(const std::string& connection, const std::string& stream);

  const LakeSettings& settings() const { return settings_; }
  files::ObjectStore& store() { return *store_; }
  Env& env() { return env_; }

 private:
  const LakeSettings settings_;
  Env& env_;
  std::unique_ptr<files::ObjectStore> store_;
};

class LakeLoad : public stream::Load {
 public:
  LakeLoad(LakeDestination& lake, const stream::Target& target);
  void write(batch::RecordBatch&& batch) override;
  stream::LoadResult commit(const stream::Commit& commit) override;
  /// Writes the files that are due by time; for callers that wait between batches.
  void flush_due();

 private:
  using Buffers = std::map<std::string, std::unique_ptr<FileBuffer>>;
  FileBuffer& buffer_for(const std::string& prefix, const batch::RecordBatch& batch);
  std::string prefix_of(const batch::RecordBatch& batch, std::size_t row);
  batch::RecordBatch with_metadata(batch::RecordBatch&& batch);
  void note_columns(const batch::Schema& schema);
  void keep_within_bounds();
  void flush(Buffers::iterator at);
  FileEntry put(const std::string& prefix, const std::string& content, std::int64_t rows,
                const std::string& extension);
  std::vector<FileEntry> put_rejected(const std::vector<stream::RejectedRecord>& rejected);
  PrefixValues values() const;

  LakeDestination& lake_;
  const LakeSettings& settings_;
  const stream::Target target_;
  ManifestLog log_;
  Manifest manifest_;
  std::string name_;  // of the load, in the names of its files
  Timestamp time_{};
  Buffers buffers_;
  std::int64_t file_count_ = 0;
};

}  // namespace leat::lake
