#include "run/lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace leat::run {

ProjectLock::ProjectLock(const std::string& folder, const std::string& name) {
  if (name.empty()) {
    whole_ = std::make_unique<Reservation>(folder);
    if (!whole_->try_take_all())
      throw Error(ErrorCode::run_busy, "A run of this project is under way", folder + "/.leat/lock");
    return;
  }
  std::error_code made;
  std::filesystem::create_directories(folder + "/.leat", made);
  std::string path = folder + "/.leat/" + name;
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) throw Error(ErrorCode::file_io, std::strerror(errno), path);
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    ssize_t got = ::read(file_, holder, sizeof holder - 1);
    ::close(file_);
    throw Error(ErrorCode::run_busy,
                fmt::format("Process {} is at work on it already", got > 0 ? holder : "?"), path);
  }
  std::string pid = fmt::format("{}", ::getpid());
  if (::ftruncate(file_, 0) != 0 || ::write(file_, pid.data(), pid.size()) < 0) {
    // The number is a courtesy to whoever waits; the lock holds without it.
    return;
  }
}

ProjectLock::~ProjectLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace leat::run
