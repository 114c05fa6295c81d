#include "script/engine.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>

namespace leat::script {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Beside the program, as it is built, or where a package puts it.
std::string program() {
  std::error_code unknown;
  fs::path folder = fs::read_symlink("/proc/self/exe", unknown).parent_path();
  for (const fs::path& place : {folder / "leat-script", folder / "../lib/leat/leat-script"}) {
    if (!unknown && ::access(place.c_str(), X_OK) == 0) return place.string();
  }
  return "";
}

// Waits until `file` is ready for `events`; false when the time is over.
bool wait_for(int file, short events, Clock::time_point end) {
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    pollfd watched{file, events, 0};
    int ready = ::poll(&watched, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

enum class Moved { all, late, broken };

template <class Step, class Byte>
Moved move_all(int file, short events, Byte* at, std::size_t bytes, Clock::time_point end, Step step) {
  while (bytes > 0) {
    if (!wait_for(file, events, end)) return Moved::late;
    ssize_t moved = step(file, at, bytes);
    if (moved < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (moved <= 0) return Moved::broken;
    at += moved;
    bytes -= static_cast<std::size_t>(moved);
  }
  return Moved::all;
}
Moved write_all(int file, const char* at, std::size_t bytes, Clock::time_point end) {
  return move_all(file, POLLOUT, at, bytes, end, ::write);
}
Moved read_all(int file, char* at, std::size_t bytes, Clock::time_point end) {
  return move_all(file, POLLIN, at, bytes, end, ::read);
}

}  // namespace

std::unique_ptr<Engine> Engine::open() {
  std::string path = program();
  int to[2], from[2];
  if (path.empty() || ::pipe2(to, O_CLOEXEC) != 0) return nullptr;
  if (::pipe2(from, O_CLOEXEC) != 0) {
    ::close(to[0]);
    ::close(to[1]);
    return nullptr;
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, from[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, 3);
  // Nothing of the environment: it may hold secrets.
  char zone[] = "TZ=UTC";
  char* environment[] = {zone, nullptr};
  char* arguments[] = {path.data(), nullptr};
  pid_t pid = 0;
  int failed = ::posix_spawn(&pid, path.c_str(), &files, nullptr, arguments, environment);
  posix_spawn_file_actions_destroy(&files);
  ::close(to[0]);
  ::close(from[1]);
  if (failed != 0) {
    ::close(to[1]);
    ::close(from[0]);
    return nullptr;
  }
  // So that a wait for room in the pipe ends in time.
  ::fcntl(to[1], F_SETFL, O_NONBLOCK);
  return std::unique_ptr<Engine>(new Engine(pid, to[1], from[0]));
}

Engine::~Engine() {
  if (pid_ > 0) lost();
}

Answer Engine::lost() {
  ::close(to_);
  ::close(from_);
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  pid_ = 0;
  return {Answer::Kind::gone, "the engine ended"};
}

Answer Engine::ask(const std::string& name, std::string_view text, std::chrono::milliseconds limit) {
  if (pid_ == 0) return {Answer::Kind::gone, "the engine ended"};
  Clock::time_point end = Clock::now() + limit;
  std::uint32_t sizes[2] = {static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(text.size())};
  std::string head(reinterpret_cast<const char*>(sizes), sizeof sizes);
  head += name;
  std::uint32_t answer[2] = {};
  Answer out;
  Moved moved = write_all(to_, head.data(), head.size(), end);
  if (moved == Moved::all) moved = write_all(to_, text.data(), text.size(), end);
  if (moved == Moved::all) moved = read_all(from_, reinterpret_cast<char*>(answer), sizeof answer, end);
  if (moved == Moved::all) {
    out.text.resize(answer[1]);
    moved = read_all(from_, out.text.data(), out.text.size(), end);
  }
  if (moved == Moved::late) {
    lost();
    return {Answer::Kind::too_long, "it took longer than " + std::to_string(limit.count()) + " ms"};
  }
  if (moved == Moved::broken) return lost();
  if (answer[0] == 1) out.kind = Answer::Kind::threw;
  if (answer[0] == 2) out.kind = Answer::Kind::too_large;
  return out;
}

Answer Engine::evaluate(std::string_view name, std::string_view script, std::chrono::milliseconds limit) {
  return ask(std::string(name), script, limit);
}

Answer Engine::call(std::string_view function, std::string_view argument, std::chrono::milliseconds limit) {
  return ask("=" + std::string(function), argument, limit);
}

}  // namespace leat::script
