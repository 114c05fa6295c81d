// FolderWatch: which files of a folder were saved, by inotify.
//
// Guarantees: a file that was written and closed, or moved into its place, is told once it is; saves that
//   come together are told together. Folders whose names begin with a dot, and those that are left out, are
//   not watched; folders that appear are.
// Threads: one.
// Owns: the inotify descriptor.
// Errors: Error(file_io) where the system refuses.
// Source: inotify(7)
#pragma once
#include <map>
#include <set>
#include <string>

#include "base/env.h"

namespace leat::server {

class FolderWatch {
 public:
  /// Begins to watch; `left_out` are absolute paths of folders.
  FolderWatch(std::string folder, std::set<std::string> left_out);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  /// Waits for the next saves: paths below the folder; empty once a stop is asked for.
  std::set<std::string> wait(std::stop_token stop);

 private:
  void add(const std::string& below);
  bool take(std::set<std::string>& changed);
  bool is_watched(const std::string& below) const;

  std::string folder_;
  std::set<std::string> left_out_;
  int inotify_ = -1;
  std::map<int, std::string> places_;  // by watch: path below the folder, with a slash behind it
};

}  // namespace leat::server
