#include "run/reservation.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "run/versions.h"

namespace leat::run {
namespace {

constexpr std::chrono::milliseconds kLook{50};

// Below 2^62: the kernel counts bytes of a file with a sign.
std::uint64_t place_of(const std::string& name) {
  return std::stoull(hash_of({name}).substr(0, 16), nullptr, 16) >> 2;
}

}  // namespace

Reservation::Reservation(const std::string& folder) : path_(folder + "/.leat/lock") {
  std::error_code made;
  std::filesystem::create_directories(folder + "/.leat", made);
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) throw Error(ErrorCode::file_io, std::strerror(errno), path_);
}

Reservation::~Reservation() {
  ::close(file_);
}

// `count` 0 reaches to the end, wherever that will be. False where another holds some of it.
bool Reservation::lock(short kind, std::uint64_t from, std::uint64_t count) {
  struct flock wanted {};
  wanted.l_type = kind;
  wanted.l_whence = SEEK_SET;
  wanted.l_start = static_cast<off_t>(from);
  wanted.l_len = static_cast<off_t>(count);
  while (::fcntl(file_, F_OFD_SETLK, &wanted) != 0) {
    if (errno == EAGAIN || errno == EACCES) return false;
    if (errno != EINTR) throw Error(ErrorCode::file_io, std::strerror(errno), path_);
  }
  return true;
}

std::optional<std::string> Reservation::try_take(std::vector<std::string> names) {
  for (const std::string& name : names) {
    if (lock(F_WRLCK, place_of(name), 1)) continue;
    release();
    return name;
  }
  return std::nullopt;
}

void Reservation::take(const std::vector<std::string>& names, Env& env,
                       std::optional<std::chrono::milliseconds> patience) {
  auto begun = env.steady();
  std::optional<std::string> held = try_take(names);
  if (held) env.emit({"run_waiting", EventLevel::info, {{"asset", *held}}});
  while (held) {
    if (patience && env.elapsed_ms(begun) >= patience->count())
      throw Error(ErrorCode::run_busy, fmt::format("Another run is at work on {}", *held), path_);
    env.wait(kLook);
    held = try_take(names);
  }
}

bool Reservation::try_take_all() {
  return lock(F_WRLCK, 0, 0);
}

void Reservation::release() {
  lock(F_UNLCK, 0, 0);
}

}  // namespace leat::run
