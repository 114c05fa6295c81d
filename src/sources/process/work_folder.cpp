#include "sources/process/work_folder.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/error.h"

namespace leat::sources::process {

WorkFolder::WorkFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "leat-process-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw Error(ErrorCode::file_io, std::strerror(errno), pattern);
  path_ = pattern;  // for its owner only, so what lies in it may be open to a container's user
  files_ = path_ + "/files";
  if (::mkdir(files_.c_str(), 0755) != 0 || ::chmod(files_.c_str(), 0755) != 0)
    throw Error(ErrorCode::file_io, std::strerror(errno), files_);
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string WorkFolder::write(const std::string& name, std::string_view text) const {
  std::string path = files_ + "/" + name;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
  bool wrote = file && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
               std::fflush(file.get()) == 0 && ::chmod(path.c_str(), 0644) == 0;
  if (!wrote) throw Error(ErrorCode::file_io, std::strerror(errno), path);
  return path;
}

}  // namespace leat::sources::process
