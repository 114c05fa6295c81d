// FileHistory: which files a pipe has loaded or refused, kept as states in the warehouse, so that it commits
// with their rows.
//
// Guarantees: a file is known by its path and etag. A state holds the files of one folder, at most kFilesMax
//   of them; a folder with more has several.
// Threads: one at a time.
// Owns: the states it read.
// Errors: Error(state_invalid), those of the destination.
// Source: docs/formats/lake.md
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "stream/destination.h"

namespace leat::lake {

struct FileRecord {
  std::string etag;
  std::int64_t rows = 0;
  std::string refused;  ///< why it was not loaded; "" for a file that was
};

class FileHistory {
 public:
  static constexpr std::size_t kFilesMax = 2000;
  /// `connection` is the pipe's name in the states.
  FileHistory(stream::Destination& destination, std::string connection)
      : destination_(destination), connection_(std::move(connection)) {}
  /// What is known of a file; nullptr for a new one.
  const FileRecord* find(const std::string& path);
  /// Notes a file; it counts once the state is committed.
  void note(const std::string& path, FileRecord record);
  /// The state's name that a file's record goes to.
  std::string state_name(const std::string& path);
  /// The state of that name as it is to be committed.
  stream::State state(const std::string& name) const;
  /// Reads again what is committed: a load was given up.
  void forget_all() { folders_.clear(); }

 private:
  using Files = std::map<std::string, FileRecord, std::less<>>;
  /// The states of a folder, oldest first; all but the last are full.
  using Folder = std::vector<Files>;
  Folder& folder_of(const std::string& path);
  static std::string name_of(const std::string& folder, std::size_t index);
  stream::Destination& destination_;
  const std::string connection_;
  std::map<std::string, Folder, std::less<>> folders_;
};

}  // namespace leat::lake
