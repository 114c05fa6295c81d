#include "lake/spool.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "document/value.h"

namespace leat::lake {
namespace {

namespace fs = std::filesystem;
// A frame: length of its content (4 bytes), a check of it (8 bytes), the content: length of the id (4), the
// id, then each record behind its length (4). Numbers are little-endian.
constexpr std::size_t kHeader = 12;

std::uint64_t check_of(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a
  for (char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

template <class Number>
void put(std::string& out, Number number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof number);
}

template <class Number>
Number take(std::string_view& bytes) {
  Number number{};
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return number;
}

[[noreturn]] void raise(const char* what, const std::string& path) {
  throw Error(ErrorCode::file_io, fmt::format("{}: {}", what, std::strerror(errno)), path);
}

void write_file(const std::string& path, std::string_view text) {
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool is_written = file >= 0 &&
                    ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                    ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!is_written) raise("The file can't be written", path);
}

}  // namespace

Spool::Spool(std::string folder, Env& env) : folder_(std::move(folder)), env_(env) {
  std::error_code problem;
  fs::create_directories(folder_, problem);
  std::string lock = folder_ + "/lock";
  lock_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) raise("The spool can't be opened", lock);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw Error(ErrorCode::run_busy, "Another process delivers from this spool", folder_);
  }
  std::string id = folder_ + "/id";
  if (!fs::exists(id)) {
    write_file(id + ".new", env.uuid());
    fs::rename(id + ".new", id);
  }
  id_ = document::read_file(id);
  recover();
  begin_segment();
}

Spool::~Spool() {
  if (file_ >= 0) ::close(file_);
  if (lock_ >= 0) ::close(lock_);
}

std::string Spool::path_of(std::int64_t segment, const char* extension) const {
  return fmt::format("{}/{:012}{}", folder_, segment, extension);
}

// Hands out the whole frames and returns where they end.
std::int64_t Spool::scan(std::int64_t segment, const std::function<void(std::string_view)>& each) const {
  std::string held = document::read_file(path_of(segment, ".log"));
  std::string_view rest = held;
  while (rest.size() >= kHeader) {
    std::string_view frame = rest;
    auto length = take<std::uint32_t>(frame);
    auto check = take<std::uint64_t>(frame);
    if (frame.size() < length || check_of(frame.substr(0, length)) != check) break;
    each(frame.substr(0, length));
    rest.remove_prefix(kHeader + length);
  }
  return static_cast<std::int64_t>(held.size() - rest.size());
}

void Spool::recover() {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    std::string extension = entry.path().extension().string();
    if (extension != ".log" && extension != ".ids") continue;
    std::int64_t segment = std::strtoll(entry.path().stem().string().c_str(), nullptr, 10);
    open_ = std::max(open_, segment);
    std::vector<std::string>& ids = ids_of_[segment];
    if (extension == ".ids") {
      std::string text = document::read_file(entry.path().string());
      for (std::string_view rest = text; !rest.empty();) {
        std::string_view id = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), id.size() + 1));
        if (!id.empty()) ids.emplace_back(id);
      }
    } else {
      std::int64_t end = scan(segment, [&](std::string_view frame) {
        auto length = take<std::uint32_t>(frame);
        ids.emplace_back(frame.substr(0, length));
      });
      // What follows was cut off while it was written, and nobody was told of it.
      if (::truncate(entry.path().c_str(), end) != 0)
        raise("The spool can't be repaired", entry.path().string());
      if (end > 0) {
        sealed_[segment] = end;
        sealed_bytes_ += end;
      } else {
        fs::remove(entry.path());
      }
    }
    known_.insert(ids.begin(), ids.end());
  }
}

void Spool::begin_segment() {
  if (file_ >= 0) ::close(file_);
  ++open_;
  open_bytes_ = 0;
  std::string path = path_of(open_, ".log");
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file_ < 0) raise("The spool can't be written", path);
  int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

bool Spool::append(const std::string& batch_id, const std::vector<std::string_view>& records) {
  std::string content;
  put(content, static_cast<std::uint32_t>(batch_id.size()));
  content += batch_id;
  for (std::string_view record : records) {
    put(content, static_cast<std::uint32_t>(record.size()));
    content += record;
  }
  std::string frame;
  put(frame, static_cast<std::uint32_t>(content.size()));
  put(frame, check_of(content));
  frame += content;
  std::lock_guard lock(mutex_);
  if (!batch_id.empty() && known_.contains(batch_id)) return false;
  if (open_bytes_ == 0) first_record_ = env_.steady();
  ssize_t wrote = ::write(file_, frame.data(), frame.size());
  if (wrote != static_cast<ssize_t>(frame.size()) || ::fdatasync(file_) != 0) {
    // The next frame would stand behind half a one.
    if (::ftruncate(file_, open_bytes_) != 0 || ::lseek(file_, open_bytes_, SEEK_SET) < 0)
      throw Error(ErrorCode::spool_damaged, "A write was cut off and can't be taken back", folder_);
    raise("The spool can't be written", path_of(open_, ".log"));
  }
  open_bytes_ += wrote;
  if (!batch_id.empty()) {
    known_.insert(batch_id);
    ids_of_[open_].push_back(batch_id);
  }
  env_.failpoint("spool_after_write");
  return true;
}

void Spool::seal() {
  std::lock_guard lock(mutex_);
  if (open_bytes_ == 0) return;
  sealed_[open_] = open_bytes_;
  sealed_bytes_ += open_bytes_;
  begin_segment();
}

std::vector<std::int64_t> Spool::sealed() {
  std::lock_guard lock(mutex_);
  std::vector<std::int64_t> out;
  for (const auto& [segment, bytes] : sealed_) out.push_back(segment);
  return out;
}

void Spool::read(std::int64_t segment, const std::function<void(std::string_view)>& each) {
  std::int64_t end = scan(segment, [&](std::string_view frame) {
    frame.remove_prefix(take<std::uint32_t>(frame));
    while (!frame.empty()) {
      auto length = take<std::uint32_t>(frame);
      each(frame.substr(0, length));
      frame.remove_prefix(length);
    }
  });
  std::lock_guard lock(mutex_);
  if (end != sealed_[segment])
    throw Error(ErrorCode::spool_damaged, "A segment's end can't be read", path_of(segment, ".log"));
}

void Spool::forget(std::int64_t segment) {
  std::lock_guard lock(mutex_);
  std::string ids;
  for (const std::string& id : ids_of_[segment]) ids += id + "\n";
  write_file(path_of(segment, ".ids"), ids);
  fs::remove(path_of(segment, ".log"));
  sealed_bytes_ -= sealed_[segment];
  sealed_.erase(segment);
  prune();
}

void Spool::prune() {
  while (ids_of_.size() > kSegmentsRemembered && !sealed_.contains(ids_of_.begin()->first)) {
    for (const std::string& id : ids_of_.begin()->second) known_.erase(id);
    fs::remove(path_of(ids_of_.begin()->first, ".ids"));
    ids_of_.erase(ids_of_.begin());
  }
}

std::int64_t Spool::open_bytes() {
  std::lock_guard lock(mutex_);
  return open_bytes_;
}

std::chrono::milliseconds Spool::open_for() {
  std::lock_guard lock(mutex_);
  if (open_bytes_ == 0) return {};
  return std::chrono::duration_cast<std::chrono::milliseconds>(env_.steady() - first_record_);
}

std::int64_t Spool::bytes() {
  std::lock_guard lock(mutex_);
  return sealed_bytes_ + open_bytes_;
}

}  // namespace leat::lake
