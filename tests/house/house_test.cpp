// The tree keeps the rules of the house; and the check itself notices when it does not.
#include "house.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace house {
namespace {

namespace fs = std::filesystem;

fs::path source_root() {
  const char* given = std::getenv("LEAT_SOURCE_DIR");
  return given ? fs::path(given) : fs::current_path();
}

/// A copy of the tree's sources that a test may spoil; gone with the object.
class Copy {
 public:
  Copy() {
    std::string pattern = fs::temp_directory_path() / "leat-house-XXXXXX";
    root_ = mkdtemp(pattern.data());
    for (const char* part : {"src", "tests"})
      fs::copy(source_root() / part, root_ / part, fs::copy_options::recursive);
  }
  ~Copy() { fs::remove_all(root_); }
  const fs::path& root() const { return root_; }
  /// Puts `line` at the top of a file's includes and returns its number.
  std::size_t add_line(const std::string& file, const std::string& line) const {
    std::ifstream in(root_ / file);
    std::vector<std::string> lines;
    for (std::string each; std::getline(in, each);) lines.push_back(each);
    std::size_t place = 0;
    while (place < lines.size() && !lines[place].starts_with("#include")) ++place;
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place), line);
    std::string text;
    for (const std::string& each : lines) text += each + "\n";
    write(file, text);
    return place + 1;
  }
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  bool finds(const std::string& file, std::size_t line, const std::string& rule) const {
    const std::vector<Finding> findings = inspect(root_);
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.file == file && finding.line == line && finding.rule == rule;
    });
  }

 private:
  fs::path root_;
};

constexpr const char* kContract =
    "// X: a thing.\n//\n// Guarantees: none.\n// Threads: any.\n#pragma once\n";

}  // namespace

TEST_CASE("the tree keeps the rules of the house") {
  const std::vector<Finding> findings = inspect(source_root());
  for (const Finding& finding : findings) FAIL_CHECK(finding.text());
}

TEST_CASE("an upward include is found with its file and line") {
  const Copy copy;
  const std::size_t line = copy.add_line("src/base/units.cpp", "#include \"sync/sync.h\"");
  CHECK(copy.finds("src/base/units.cpp", line, "arrows"));
}

TEST_CASE("an include between siblings of one floor is found") {
  const Copy copy;
  copy.write("src/sources/one/one.h", kContract);
  copy.write("src/sources/two/two.h", std::string(kContract) + "#include \"sources/one/one.h\"\n");
  CHECK(copy.finds("src/sources/two/two.h", 6, "arrows"));
  copy.write("src/dbt/sideways.cpp", "#include \"sync/sync.h\"\n");
  CHECK(copy.finds("src/dbt/sideways.cpp", 1, "arrows"));
}

TEST_CASE("a third-party header is found outside its room and outside its folder") {
  const Copy copy;
  const std::size_t line = copy.add_line("src/base/units.cpp", "#include <simdjson.h>");
  CHECK(copy.finds("src/base/units.cpp", line, "third-party"));
  copy.write("src/warehouses/postgres/odd.cpp", "#include <duckdb.h>\n");
  CHECK(copy.finds("src/warehouses/postgres/odd.cpp", 1, "third-party"));
  copy.write("src/batch/odd.cpp", "#include <boost/any.hpp>\n#include <regex>\n#include <iostream>\n");
  for (std::size_t i = 1; i <= 3; ++i) CHECK(copy.finds("src/batch/odd.cpp", i, "third-party"));
}

TEST_CASE("headers that include each other in a circle are found") {
  const Copy copy;
  copy.write("src/batch/a_circle.h", std::string(kContract) + "#include \"batch/b_circle.h\"\n");
  copy.write("src/batch/b_circle.h", std::string(kContract) + "#include \"batch/a_circle.h\"\n");
  CHECK(copy.finds("src/batch/b_circle.h", 6, "cycles"));
}

TEST_CASE("lengths, contracts, vague names, open ends, sleeps and side doors are found") {
  const Copy copy;
  std::string long_file;
  for (int i = 0; i < 601; ++i) long_file += "\n";
  copy.write("src/batch/long.cpp", long_file);
  CHECK(copy.finds("src/batch/long.cpp", 601, "length"));
  copy.write("src/batch/bare.h", "#pragma once\n");
  CHECK(copy.finds("src/batch/bare.h", 1, "contract"));
  copy.write("src/batch/string_utils.cpp", "struct BatchManager {};\n");
  CHECK(copy.finds("src/batch/string_utils.cpp", 1, "names"));
  copy.write(
      "src/batch/odd.cpp",
      std::string("// TO") + "DO\nauto x = getenv(\"X\");\nvoid f() { throw std::runtime_error(\"\"); }\n");
  CHECK(copy.finds("src/batch/odd.cpp", 1, "open-ends"));
  CHECK(copy.finds("src/batch/odd.cpp", 2, "door"));
  CHECK(copy.finds("src/batch/odd.cpp", 3, "door"));
  copy.write("src/batch/odd_test.cpp", "void f() { std::this_thread::sleep_for(1s); }\n");
  CHECK(copy.finds("src/batch/odd_test.cpp", 1, "sleep"));
  copy.write("src/batch/quiet.cpp", "void f() {\n  try {\n  } catch (...) {\n  }\n}\n");
  CHECK(copy.finds("src/batch/quiet.cpp", 3, "catches"));
}

TEST_CASE("a waiver without need or without reason is found, and one that is outgrown forgives nothing") {
  const Copy copy;
  std::string long_file;
  for (int i = 0; i < 650; ++i) long_file += "\n";
  copy.write("src/batch/long.cpp", long_file);
  copy.write("tests/house/waivers.txt", "length src/batch/long.cpp 650 it is a table\n");
  CHECK(!copy.finds("src/batch/long.cpp", 650, "length"));
  copy.write("tests/house/waivers.txt", "length src/batch/long.cpp 640 it was a table\nnames src/no.cpp\n");
  CHECK(copy.finds("src/batch/long.cpp", 650, "length beyond its waiver"));
  CHECK(copy.finds("tests/house/waivers.txt", 1, "waivers"));
  CHECK(copy.finds("tests/house/waivers.txt", 2, "waivers"));
}

}  // namespace house
