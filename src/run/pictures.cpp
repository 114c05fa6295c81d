#include "run/pictures.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

extern char** environ;

namespace leat::run {
namespace {

constexpr int kPatienceMs = 20'000;

void close_all(std::initializer_list<int> files) {
  for (int file : files) ::close(file);
}

// Runs rsvg-convert with `svg` as its input; "" where that does not come to a picture.
std::string png_of(const std::string& svg) {
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0) return "";
  if (::pipe2(from, O_CLOEXEC) != 0) {
    close_all({to[0], to[1]});
    return "";
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, from[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  char program[] = "rsvg-convert", format[] = "--format=png", zoom[] = "--zoom=2";
  char* arguments[] = {program, format, zoom, nullptr};
  pid_t pid = 0;
  int failed = ::posix_spawnp(&pid, program, &files, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  close_all({to[0], from[1]});
  std::string png;
  std::size_t sent = 0;
  ::fcntl(to[1], F_SETFL, O_NONBLOCK);
  bool is_fed = failed != 0;
  for (char buffer[65536]; failed == 0;) {
    pollfd watched[2] = {{from[0], POLLIN, 0}, {is_fed ? -1 : to[1], POLLOUT, 0}};
    int ready = ::poll(watched, 2, kPatienceMs);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    if (watched[1].revents) {
      ssize_t put = ::write(to[1], svg.data() + sent, svg.size() - sent);
      if (put > 0) sent += static_cast<std::size_t>(put);
      if ((put < 0 && errno != EAGAIN && errno != EINTR) || sent == svg.size()) {
        ::close(to[1]);
        is_fed = true;
      }
    }
    if (!watched[0].revents) continue;
    ssize_t got = ::read(from[0], buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    png.append(buffer, static_cast<std::size_t>(got));
  }
  if (!is_fed || failed != 0) ::close(to[1]);
  ::close(from[0]);
  if (failed != 0) return "";
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return status == 0 && png.starts_with("\x89PNG") ? png : "";
}

}  // namespace

std::vector<Picture> take_pictures(std::string& html) {
  std::vector<Picture> pictures;
  std::string out;
  std::size_t at = 0;
  for (std::size_t open = html.find("<svg "); open != std::string::npos; open = html.find("<svg ", at)) {
    std::size_t end = html.find("</svg>", open);
    if (end == std::string::npos) break;
    std::string svg = html.substr(open, end + 6 - open), png = png_of(svg);
    out += html.substr(at, open - at);
    at = end + 6;
    if (png.empty()) {
      out += svg;
      continue;
    }
    std::string name = fmt::format("chart-{}.png", pictures.size() + 1);
    std::size_t width = svg.find("width=\"");
    double pixels = width == std::string::npos ? 648 : std::strtod(svg.c_str() + width + 7, nullptr);
    out += fmt::format("<img src=\"cid:{}\" width=\"{}\" alt=\"\">", name, static_cast<int>(pixels));
    pictures.push_back({std::move(name), std::move(png)});
  }
  html = out + html.substr(at);
  return pictures;
}

}  // namespace leat::run
