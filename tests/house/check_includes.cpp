#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "house.h"

namespace house {
namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Whether `header` is `pattern`, or lies in it where it ends with a slash.
bool is_in(std::string_view header, std::string_view pattern) {
  return pattern.ends_with('/') ? header.starts_with(pattern) : header == pattern;
}

bool is_system_header(std::string_view header) {
  if (header.find('.') == std::string_view::npos && header.find('/') == std::string_view::npos) return true;
  constexpr std::array<std::string_view, 34> kPosix{
      "sys/",     "arpa/",      "netinet/",  "linux/",      "unistd.h",   "fcntl.h",  "poll.h",
      "signal.h", "netdb.h",    "errno.h",   "stdio.h",     "stdlib.h",   "string.h", "strings.h",
      "time.h",   "math.h",     "stdint.h",  "dirent.h",    "dlfcn.h",    "spawn.h",  "pwd.h",
      "grp.h",    "termios.h",  "pthread.h", "ctype.h",     "limits.h",   "locale.h", "endian.h",
      "getopt.h", "inttypes.h", "ifaddrs.h", "immintrin.h", "execinfo.h", "malloc.h"};
  return std::any_of(kPosix.begin(), kPosix.end(),
                     [&](std::string_view known) { return is_in(header, known); });
}

bool is_test_header(std::string_view header) {
  return header.starts_with("doctest/") || header == "rapidcheck.h" || header.starts_with("rapidcheck/") ||
         header.starts_with("support/");
}

std::string first_part(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

}  // namespace

void check_room_table(const Tree& tree, std::vector<Finding>& findings) {
  std::vector<std::string> above;
  for (const Room& room : tree.rooms()) {
    for (const std::string& used : room.uses) {
      const Room* other = tree.room(used);
      if (!other)
        findings.push_back({"src/rooms.txt", room.line, "rooms", fmt::format("there is no room '{}'", used)});
      else if (!contains(above, used) || other->floor > room.floor)
        findings.push_back({"src/rooms.txt", room.line, "rooms",
                            fmt::format("{} may not use {}, which is not below it", room.name, used)});
    }
    above.push_back(room.name);
  }
}

void check_arrows(const Tree& tree, std::vector<Finding>& findings) {
  for (const SourceFile& file : tree.files()) {
    const std::string own = file.room();
    if (own.empty() || !file.is_cpp()) continue;
    const Room* room = tree.room(own);
    if (!room) {
      findings.push_back({file.path, 1, "arrows", fmt::format("{} is no room of src/rooms.txt", own)});
      continue;
    }
    for (const Include& include : includes_of(file)) {
      if (!include.quoted) continue;
      const std::string target = first_part(include.name);
      if (!tree.room(target)) {
        const bool third_party =
            include.name.find('/') == std::string::npos && include.name.ends_with(".h") &&
            std::any_of(room->third_party.begin(), room->third_party.end(),
                        [&](const auto& row) { return is_in(include.name, row.header); });
        if (!third_party && !(file.is_test() && is_test_header(include.name)))
          findings.push_back({file.path, include.line, "arrows",
                              fmt::format("\"{}\" is not written from src", include.name)});
        continue;
      }
      if (target != own && !contains(room->uses, target)) {
        findings.push_back({file.path, include.line, "arrows",
                            fmt::format("{} may not include \"{}\": {} is not in its row of src/rooms.txt",
                                        own, include.name, target)});
      }
      if (target != own || (own != "sources" && own != "warehouses")) continue;
      const std::string other = SourceFile{"src/" + include.name, {}}.folder();
      if (!file.folder().empty() && !other.empty() && other != file.folder())
        findings.push_back(
            {file.path, include.line, "arrows",
             fmt::format("{} and {} of {} may not include each other", file.folder(), other, own)});
    }
  }
}

void check_third_party(const Tree& tree, std::vector<Finding>& findings) {
  for (const SourceFile& file : tree.files()) {
    if (!file.path.starts_with("src/") || !file.is_cpp()) continue;
    const Room* room = tree.room(file.room());
    for (const Include& include : includes_of(file)) {
      const std::string& name = include.name;
      if (name == "regex" || name == "iostream") {
        findings.push_back(
            {file.path, include.line, "third-party", fmt::format("<{}> is not used in src", name)});
        continue;
      }
      if (is_system_header(name) || tree.room(first_part(name)) || (file.is_test() && is_test_header(name)))
        continue;
      if (!room) {  // main.cpp: the composition root may use fmt only
        if (!name.starts_with("fmt/"))
          findings.push_back(
              {file.path, include.line, "third-party", fmt::format("<{}> belongs into a room", name)});
        continue;
      }
      const Room::ThirdParty* row = nullptr;
      bool placed = false;
      for (const Room::ThirdParty& candidate : room->third_party) {
        if (!is_in(name, candidate.header)) continue;
        row = &candidate;
        const std::string path = file.path.substr(4);
        const std::string& within = candidate.within;
        placed = placed || within.empty() || path == within || path.starts_with(within + "/") ||
                 path.starts_with(within + ".");
      }
      if (!row)
        findings.push_back({file.path, include.line, "third-party",
                            fmt::format("<{}> is not in the row of {} in src/rooms.txt", name, room->name)});
      else if (!placed)
        findings.push_back({file.path, include.line, "third-party",
                            fmt::format("<{}> may be included in src/{} only", name, row->within)});
    }
  }
}

void check_cycles(const Tree& tree, std::vector<Finding>& findings) {
  std::map<std::string, const SourceFile*> headers;
  for (const SourceFile& file : tree.files())
    if (file.path.starts_with("src/") && file.is_header()) headers[file.path.substr(4)] = &file;
  std::set<std::string> done;
  std::vector<std::string> road;
  const std::function<void(const std::string&)> walk = [&](const std::string& name) {
    road.push_back(name);
    for (const Include& include : includes_of(*headers.at(name))) {
      if (!headers.contains(include.name) || done.contains(include.name)) continue;
      const auto seen = std::find(road.begin(), road.end(), include.name);
      if (seen == road.end()) {
        walk(include.name);
        continue;
      }
      std::string circle;
      for (auto step = seen; step != road.end(); ++step) circle += *step + " -> ";
      findings.push_back({"src/" + name, include.line, "cycles", circle + include.name});
    }
    road.pop_back();
    done.insert(name);
  };
  for (const auto& [name, file] : headers)
    if (!done.contains(name)) walk(name);
}

}  // namespace house
