#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "house.h"

namespace house {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> read_lines(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (char c : line) {
    if (c == '|')
      cells.emplace_back();
    else
      cells.back() += c;
  }
  return cells;
}

bool is_read(const fs::path& path) {
  const std::string extension = path.extension();
  return extension == ".h" || extension == ".cpp" || extension == ".sh" || extension == ".def" ||
         extension == ".test" || extension == ".js" || extension == ".css" || extension == ".cmake" ||
         path.filename() == "CMakeLists.txt";
}

}  // namespace

std::string Finding::text() const {
  return fmt::format("{}:{}: {} ({})", file, line, what, rule);
}

std::string SourceFile::room() const {
  if (!path.starts_with("src/")) return "";
  const std::size_t end = path.find('/', 4);
  return end == std::string::npos ? "" : path.substr(4, end - 4);
}

std::string SourceFile::folder() const {
  const std::string own = room();
  if (own.empty()) return "";
  const std::size_t start = 5 + own.size(), end = path.find('/', start);
  return end == std::string::npos ? "" : path.substr(start, end - start);
}

Tree::Tree(const fs::path& root) {
  for (const char* part : {"src", "samples", "tests", "bench", "fuzz", "scripts", "web", "cmake"}) {
    if (!fs::exists(root / part)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / part)) {
      if (!entry.is_regular_file() || !is_read(entry.path())) continue;
      files_.push_back({fs::relative(entry.path(), root), read_lines(entry.path())});
    }
  }
  std::sort(files_.begin(), files_.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  read_rooms(root / "src/rooms.txt");
  read_waivers(root / "tests/house/waivers.txt");
}

const Room* Tree::room(std::string_view name) const {
  for (const Room& room : rooms_)
    if (room.name == name) return &room;
  return nullptr;
}

void Tree::read_rooms(const fs::path& file) {
  std::size_t number = 0;
  for (const std::string& line : read_lines(file)) {
    ++number;
    const std::vector<std::string> cells = cells_of(line);
    if (line.starts_with('#') || cells.size() != 4) continue;
    Room room;
    room.name = words_of(cells[0]).at(0);
    room.line = number;
    room.floor = std::stoi(cells[1]);
    room.uses = words_of(cells[2]);
    if (room.uses == std::vector<std::string>{"-"}) room.uses.clear();
    if (room.uses == std::vector<std::string>{"*"}) {
      room.uses.clear();
      for (const Room& above : rooms_) room.uses.push_back(above.name);
    }
    for (const std::string& word : words_of(cells[3])) {
      const std::size_t mark = word.find('@');
      room.third_party.push_back(
          {word.substr(0, mark), mark == std::string::npos ? "" : word.substr(mark + 1)});
    }
    rooms_.push_back(std::move(room));
  }
}

void Tree::read_waivers(const fs::path& file) {
  std::size_t number = 0;
  for (const std::string& line : read_lines(file)) {
    ++number;
    std::vector<std::string> words = words_of(line);
    if (words.empty() || words[0].starts_with('#')) continue;
    Waiver waiver;
    waiver.line = number;
    waiver.rule = words[0];
    if (words.size() > 1) waiver.file = words[1];
    std::size_t reason = 2;
    if (words.size() > 2 && words[2].find_first_not_of("0123456789") == std::string::npos) {
      waiver.number = std::stoul(words[2]);
      reason = 3;
    }
    for (std::size_t i = reason; i < words.size(); ++i) waiver.reason += (i > reason ? " " : "") + words[i];
    waivers_.push_back(std::move(waiver));
  }
}

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (!line.starts_with("#include")) continue;
    const std::size_t open = line.find_first_of("<\"", 8);
    if (open == std::string::npos) continue;
    const std::size_t close = line.find_first_of(">\"", open + 1);
    if (close == std::string::npos) continue;
    includes.push_back({line.substr(open + 1, close - open - 1), i + 1, line[open] == '"'});
  }
  return includes;
}

std::vector<Finding> inspect(const fs::path& root) {
  const Tree tree(root);
  std::vector<Finding> all;
  for (const auto check : {check_room_table, check_arrows, check_third_party, check_cycles, check_lengths,
                           check_headers, check_names, check_words, check_catches, check_folders})
    check(tree, all);
  std::vector<bool> used(tree.waivers().size(), false);
  std::vector<Finding> findings;
  for (const Finding& finding : all) {
    bool forgiven = false;
    for (std::size_t i = 0; i < tree.waivers().size(); ++i) {
      const Waiver& waiver = tree.waivers()[i];
      if (waiver.rule != finding.rule || waiver.file != finding.file) continue;
      used[i] = true;
      forgiven = true;
    }
    if (!forgiven) findings.push_back(finding);
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    const Waiver& waiver = tree.waivers()[i];
    if (!used[i])
      findings.push_back(
          {"tests/house/waivers.txt", waiver.line, "waivers",
           fmt::format("{} of {} needs no waiver any more; take the line out", waiver.rule, waiver.file)});
    if (waiver.reason.empty())
      findings.push_back({"tests/house/waivers.txt", waiver.line, "waivers", "a waiver needs a reason"});
  }
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return a.file != b.file ? a.file < b.file : a.line < b.line;
  });
  return findings;
}

}  // namespace house
