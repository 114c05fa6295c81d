// WorkFolder: a folder of files that a program is told by name: config, catalog, state.
//
// Guarantees: no other user of the machine can look into it; it is gone with the object.
// Threads: one.
// Owns: the folder.
// Errors: Error(file_io).
#pragma once
#include <string>
#include <string_view>

namespace leat::sources::process {

class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  /// The folder that a container may see: readable for all who can reach it.
  const std::string& files() const { return files_; }
  /// Writes a file and returns its path.
  std::string write(const std::string& name, std::string_view text) const;

 private:
  std::string path_, files_;
};

}  // namespace leat::sources::process
