// KeptParse: target/partial_parse.leat, the parsed project from the run before, for as long as nothing has
// changed that parsing reads.
//
// Guarantees: what is kept is given back only to the same program with the same options, when every variable
// that templates asked for and every file and folder of the project and its packages are as they were (size,
// time of change and of status); all or nothing. A file that changed while, or just before, the project was
// read keeps nothing. The file is written beside and renamed; one that is torn or foreign counts as none.
// Threads: one, and one of its own.
// Owns: the mapping of the file, for as long as it is read.
// Errors: none: what can't be kept or read is read anew.
// Source: https://docs.getdbt.com/reference/parsing (partial parsing) for what users expect of it
#pragma once
#include <array>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dbt/project.h"

namespace leat::dbt {

/// A file or folder as it was: all zero when it was not there.
struct WatchedPath {
  std::string path;
  std::uint64_t size = 0, changed_ns = 0, status_ns = 0;
  bool is_folder = false;
};

/// What has to be as it was.
struct ParseInputs {
  std::string key;      ///< of program, options and target
  std::string command;  ///< dbt\'s verb, where templates ask for it; else ""
  std::map<std::string, std::string>
      variables;  ///< that templates asked for: a hash of the value; "" when not set
  std::vector<WatchedPath> paths;
};

/// The key of the running program with these options.
std::string parse_key(const ProjectOptions& options);
/// The variables' hashes as they are now.
std::map<std::string, std::string> hashes_of(const std::vector<std::string>& names, const Env& env);
/// A path as it is now.
WatchedPath look_at(const std::string& path);
/// The path and all that stands below it, as they are now; a folder that is not there is watched for.
void look_below(const std::string& path, std::vector<WatchedPath>& found);

class KeptParse {
 public:
  /// What is kept in `path`, if its inputs are as they were; a thread beside looks at the files and folders.
  static std::optional<KeptParse> find(const std::string& path, const ProjectOptions& options,
                                       const Env& env);
  /// Keeps two archives for these inputs, unless one of the paths changed after `begun`.
  static void write(const std::string& path, const ParseInputs& inputs,
                    const std::array<std::string, 2>& archives, Timestamp begun);

  /// Notes in a kept file which manifest was written of it.
  static void note_manifest(const std::string& path, const WrittenManifest& manifest);

  KeptParse(KeptParse&& other) noexcept;
  KeptParse& operator=(KeptParse&&) = delete;
  ~KeptParse();
  /// Waits for that thread; false: a file or folder has changed, and what was read is of no use.
  bool is_as_it_was() { return are_same_.get(); }
  /// The two archives.
  std::string_view contents() const { return contents_; }
  std::string_view rest() const { return rest_; }
  const WrittenManifest& manifest() const { return manifest_; }

 private:
  KeptParse() = default;
  const char* mapped_ = nullptr;
  std::size_t size_ = 0;
  std::string_view contents_, rest_;
  std::future<bool> are_same_;  // of the paths that are watched
  WrittenManifest manifest_;
};

}  // namespace leat::dbt
