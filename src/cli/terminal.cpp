#include "cli/terminal.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "base/secret.h"
#include "cli/styled.h"

namespace leat::cli {
namespace {

bool g_color = false, g_live = false;

void write_all(int file, std::string_view text) {
  std::string clean = redact(text);
  std::size_t at = 0;
  while (at < clean.size()) {
    ssize_t wrote = ::write(file, clean.data() + at, clean.size() - at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return;
    at += static_cast<std::size_t>(wrote);
  }
}

}  // namespace

void Terminal::set_up(bool color, std::string_view kind) {
  g_live = ::isatty(STDOUT_FILENO) && !kind.empty() && kind != "dumb";
  g_color = color && g_live;
}
bool Terminal::is_live() {
  return g_live;
}

int Terminal::columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

int Terminal::rows() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

void Terminal::print(std::string_view text) {
  write_all(STDOUT_FILENO, text);
}
void Terminal::line(std::string_view text) {
  write_all(STDOUT_FILENO, std::string(text) + "\n");
}
void Terminal::complain(std::string_view text) {
  write_all(STDERR_FILENO, std::string(text) + "\n");
}

std::string Terminal::ink(Ink ink, std::string_view text) {
  constexpr int codes[] = {0, 2, 1, 32, 33, 31, 36};
  if (!g_color || ink == Ink::plain) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", codes[static_cast<int>(ink)], text);
}

std::string fit(std::string_view text, std::size_t width) {
  if (characters(text) <= width) return std::string(text);
  std::string out;
  std::size_t count = 0;
  for (char c : text) {
    if ((c & 0xC0) != 0x80 && ++count >= width) break;
    out.push_back(c);
  }
  return width == 0 ? "" : out + "…";
}

std::string pad(std::string_view text, std::size_t width, bool right) {
  std::size_t length = characters(text);
  std::string blanks(length < width ? width - length : 0, ' ');
  return right ? blanks + std::string(text) : std::string(text) + blanks;
}

}  // namespace leat::cli
