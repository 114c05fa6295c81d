// Pipe: loads each new file of a place once into a table.
//
// Guarantees: rows and the record that their file was loaded commit together, so that a crash loses and
//   repeats nothing. A file that is refused is reported, recorded and passed over until it changes; it stops
//   no other. Several files commit together up to commit_bytes; memory does not grow with a file's size.
// Threads: one at a time.
// Owns: its store; the destination is the caller's.
// Errors: with on_error: abort the error of the first bad file; those of the store and the destination.
// Source: docs/formats/lake.md
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "files/object_store.h"
#include "lake/manifest.h"
#include "lake/pipe/history.h"
#include "lake/pipe/settings.h"
#include "stream/destination.h"

namespace leat::lake {

struct PipeResult {
  std::int64_t files = 0, rows = 0, rows_rejected = 0, rows_changed = 0;
  std::vector<std::string> refused;  ///< "path: why"
  std::string last_load;             ///< the id of the last load that changed rows
};

class Pipe {
 public:
  Pipe(PipeSettings settings, stream::Destination& destination, Env& env);
  ~Pipe();
  /// Loads every file that is new, and returns when there is none left.
  PipeResult drain();
  /// Loads these files of the place, those that are new (a notification named them).
  PipeResult load_named(const std::vector<std::string>& keys);
  const PipeSettings& settings() const { return settings_; }
  files::ObjectStore& store() { return *store_; }
  /// The name that its loads and states have in the bookkeeping.
  std::string bookkeeping_name() const { return "pipe:" + settings_.name; }

 private:
  struct Group;
  void drain_listed(PipeResult& result);
  void drain_manifests(PipeResult& result);
  void load_files(const std::vector<files::ObjectInfo>& found, PipeResult& result);
  void load_manifests(const std::vector<Manifest>& manifests, PipeResult& result);
  bool is_new(const files::ObjectInfo& file);
  FileRecord load_file(Group& group, const files::ObjectInfo& file, PipeResult& result);
  void wait(Group& group, PipeResult& result);
  void commit(Group& group, const stream::State& state, PipeResult& result);
  stream::Target target(const std::string& state_name) const;

  const PipeSettings settings_;
  stream::Destination& destination_;
  Env& env_;
  std::unique_ptr<files::ObjectStore> store_;
  FileHistory history_;
  /// Of files that were refused before the table has a column to be made of.
  std::vector<stream::RejectedRecord> waiting_;
};

}  // namespace leat::lake
