// House: reads a source tree and reports where it breaks the rules of the house: arrows between rooms,
// headers, lengths, names, and what must not stand in a file.
//
// Guarantees: findings are sorted by file and line. Waivers (waivers.txt) forgive what they name, with a
// reason; a
//   waiver that is no longer needed, or a length that has shrunk below it, is a finding itself, so the list
//   only gets shorter.
// Threads: any; a Tree is read once and then only looked at.
// Errors: std::filesystem's, where the tree cannot be read.
#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace house {

struct Finding {
  std::string file;  ///< relative to the tree
  std::size_t line = 0;
  std::string rule;
  std::string what;
  std::string text() const;
};

struct SourceFile {
  std::string path;  ///< relative to the tree
  std::vector<std::string> lines;
  bool is_header() const { return path.ends_with(".h"); }
  bool is_cpp() const { return is_header() || path.ends_with(".cpp"); }
  bool is_test() const { return path.ends_with("_test.cpp") || path.starts_with("tests/"); }
  /// The room of a file in src, or empty.
  std::string room() const;
  /// The folder within the room, such as "postgres" of src/sources/postgres/types.cpp, or empty.
  std::string folder() const;
};

/// One row of src/rooms.txt.
struct Room {
  std::string name;
  std::size_t line = 0;
  int floor = 0;
  std::vector<std::string> uses;  ///< of "*": every row above
  struct ThirdParty {
    std::string header;  ///< a header or, with a slash at its end, a folder of headers
    std::string within;  ///< a path in src that it is limited to, or empty
  };
  std::vector<ThirdParty> third_party;
};

struct Include {
  std::string name;
  std::size_t line = 0;
  bool quoted = false;
};

struct Waiver {
  std::string rule, file, reason;
  std::size_t number = 0;  ///< a length or count that is allowed; 0: none is named
  std::size_t line = 0;
};

class Tree {
 public:
  explicit Tree(const std::filesystem::path& root);
  const std::vector<SourceFile>& files() const { return files_; }
  const std::vector<Room>& rooms() const { return rooms_; }
  const Room* room(std::string_view name) const;
  const std::vector<Waiver>& waivers() const { return waivers_; }

 private:
  void read_rooms(const std::filesystem::path& file);
  void read_waivers(const std::filesystem::path& file);
  std::vector<SourceFile> files_;
  std::vector<Room> rooms_;
  std::vector<Waiver> waivers_;
};

std::vector<Include> includes_of(const SourceFile& file);

// The rules. Each adds its findings.
void check_room_table(const Tree& tree, std::vector<Finding>& findings);
void check_arrows(const Tree& tree, std::vector<Finding>& findings);
void check_third_party(const Tree& tree, std::vector<Finding>& findings);
void check_cycles(const Tree& tree, std::vector<Finding>& findings);
void check_lengths(const Tree& tree, std::vector<Finding>& findings);
void check_headers(const Tree& tree, std::vector<Finding>& findings);
void check_names(const Tree& tree, std::vector<Finding>& findings);
void check_words(const Tree& tree, std::vector<Finding>& findings);
void check_catches(const Tree& tree, std::vector<Finding>& findings);
void check_folders(const Tree& tree, std::vector<Finding>& findings);

/// All rules, with the waivers applied.
std::vector<Finding> inspect(const std::filesystem::path& root);

}  // namespace house
