#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "house.h"

namespace house {
namespace {

constexpr std::size_t kLinesMax = 600;
constexpr std::size_t kFunctionLinesMax = 60;
constexpr std::size_t kContractLinesMax = 15;
constexpr std::size_t kCatchesAlways = 10;  // a young house has few throws

bool is_word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// Finds `word` where it is no part of a longer one.
std::size_t find_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const bool starts = at == 0 || !is_word_char(line[at - 1]) || !is_word_char(word.front());
    const std::size_t end = at + word.size();
    const bool ends = end == line.size() || !is_word_char(line[end]) || !is_word_char(word.back());
    if (starts && ends) return at;
  }
  return std::string_view::npos;
}

/// The line without its comment and the contents of its string literals.
std::string code_of(const std::string& line) {
  std::string code;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quoted) {
      if (line[i] == '\\')
        ++i;
      else if (line[i] == '"')
        quoted = false, code += '"';
    } else if (line[i] == '/' && i + 1 < line.size() && line[i + 1] == '/') {
      break;
    } else {
      quoted = line[i] == '"' && (i == 0 || line[i - 1] != '\'');
      code += line[i];
    }
  }
  return code;
}

/// A raw string may hold anything; its lines are no code.
bool opens_raw(const std::string& line) {
  return line.find("R\"") != std::string::npos;
}
bool closes_raw(const std::string& line) {
  return line.find(")\"") != std::string::npos || line.find(")sql\"") != std::string::npos;
}

template <typename Look>
void each_code_line(const SourceFile& file, Look look) {
  bool raw = false;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (raw) {
      raw = !closes_raw(line);
      continue;
    }
    if (opens_raw(line)) {
      const std::size_t open = line.find("R\"");
      raw = line.find(")", open) == std::string::npos || !closes_raw(line.substr(open + 2));
      look(i + 1, code_of(line.substr(0, open)));
      continue;
    }
    look(i + 1, code_of(line));
  }
}

bool is_allowed_length(const Tree& tree, const SourceFile& file) {
  for (const Waiver& waiver : tree.waivers())
    if (waiver.rule == "length" && waiver.file == file.path)
      return file.lines.size() > kLinesMax && file.lines.size() <= waiver.number;
  return false;
}

/// Whether a line opens a function at this indentation, as clang-format writes one.
bool opens_function(const std::string& line, std::size_t indent) {
  if (line.size() <= indent || line.find_first_not_of(' ') != indent || line.back() != '{') return false;
  if (line.find(')') == std::string::npos) return false;
  for (const char* other :
       {"namespace", "class ", "struct ", "enum ", "union ", "if ", "for ", "while ", "switch ", "} "})
    if (line.compare(indent, std::string_view(other).size(), other) == 0) return false;
  return line.find(" = {") == std::string::npos && line.find("{{") == std::string::npos;
}

bool is_vague(std::string_view word) {
  constexpr std::array<std::string_view, 9> kVague{"util",   "utils", "helper",  "helpers", "misc",
                                                   "common", "stuff", "manager", "managers"};
  return std::find(kVague.begin(), kVague.end(), word) != kVague.end();
}

/// The parts of a snake_case or CamelCase name, in lower case.
std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts(1);
  for (char c : name) {
    const bool upper = std::isupper(static_cast<unsigned char>(c));
    if ((upper || !std::isalnum(static_cast<unsigned char>(c))) && !parts.back().empty())
      parts.emplace_back();
    if (std::isalnum(static_cast<unsigned char>(c)))
      parts.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return parts;
}

struct Forbidden {
  std::string_view word, why;
  /// Paths, divided by a space, that may have it.
  std::string_view except = "";
};
// What differs between two runs comes through Env; what fails is an Error.
constexpr std::array<Forbidden, 12> kForbidden{{
    {"getenv", "environment variables come through Env", "src/base/env.cpp src/base/failpoint.cpp"},
    {"system_clock::now", "the time of day comes through Env", "src/base/env.cpp src/base/event.cpp"},
    {"steady_clock::now", "durations come through Env", "src/base/env.cpp"},
    {"random_device", "chance comes through Env", "src/base/env.cpp"},
    {"sleep_for", "waiting goes through Env::wait", "src/base/env.cpp src/duck/client.cpp"},
    {"sleep_until", "waiting goes through Env::wait", "src/base/env.cpp"},
    {"usleep", "waiting goes through Env::wait"},
    {"std::runtime_error", "what stops a step is a leat::Error"},
    {"std::logic_error", "what stops a step is a leat::Error, a bug LEAT_ASSERT"},
    {"std::cout", "only the terminal writes, and it uses fmt"},
    {"std::cerr", "only the terminal writes, and it uses fmt"},
    {"std::format", "GCC 12 has none; use fmt"},
}};

struct CatchBlock {
  bool is_empty = true, throws = false;
};
/// Reads the block of a catch, whose end clang-format puts under its start.
CatchBlock read_catch(const SourceFile& file, std::size_t start) {
  CatchBlock block;
  if (file.lines[start].ends_with("{}")) return block;
  const std::size_t indent = file.lines[start].find_first_not_of(' ');
  for (std::size_t i = start + 1; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    const std::size_t first = line.find_first_not_of(' ');
    if (first == std::string::npos) continue;
    if (first <= indent && line[first] == '}') break;
    block.is_empty = false;
    const std::string code = code_of(line);
    block.throws = block.throws || find_word(code, "throw") != std::string::npos ||
                   code.find("raise_") != std::string::npos;
  }
  return block;
}

}  // namespace

void check_lengths(const Tree& tree, std::vector<Finding>& findings) {
  std::size_t functions = 0;
  std::vector<Finding> long_ones;
  for (const SourceFile& file : tree.files()) {
    if (file.lines.size() > kLinesMax && !file.path.ends_with(".test")) {
      // A waiver names the length that is allowed; growing beyond it is no longer forgiven.
      Finding finding{file.path, file.lines.size(), "length",
                      fmt::format("{} lines; the limit is {}", file.lines.size(), kLinesMax)};
      const bool waived = std::any_of(
          tree.waivers().begin(), tree.waivers().end(),
          [&](const Waiver& waiver) { return waiver.rule == "length" && waiver.file == file.path; });
      if (waived && !is_allowed_length(tree, file)) finding.rule = "length beyond its waiver";
      findings.push_back(std::move(finding));
    }
    if (!file.path.starts_with("src/") || !file.is_cpp() || file.is_test()) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (std::size_t indent : {0U, 2U}) {
        if (!opens_function(file.lines[i], indent)) continue;
        const std::string close = std::string(indent, ' ') + "}";
        std::size_t end = i + 1;
        while (end < file.lines.size() && file.lines[end] != close && file.lines[end] != close + ";") ++end;
        ++functions;
        if (end - i + 1 > kFunctionLinesMax)
          long_ones.push_back(
              {file.path, i + 1, "function-length",
               fmt::format("{} lines; a function fits a screen of {}", end - i + 1, kFunctionLinesMax)});
      }
    }
  }
  // The house allows two in a hundred.
  if (long_ones.size() * 50 > functions) findings.insert(findings.end(), long_ones.begin(), long_ones.end());
}

void check_headers(const Tree& tree, std::vector<Finding>& findings) {
  for (const SourceFile& file : tree.files()) {
    if (!file.path.starts_with("src/") || !file.is_header()) continue;
    std::size_t end = 0;
    std::string contract;
    while (end < file.lines.size() && file.lines[end].starts_with("//")) contract += file.lines[end++] + "\n";
    const auto complain = [&](std::size_t line, std::string what) {
      findings.push_back({file.path, line, "contract", std::move(what)});
    };
    if (end == 0 || !file.lines[0].starts_with("// ")) {
      complain(1, "a header begins with its contract: what it is, Guarantees, Threads, Owns, Errors");
      continue;
    }
    // An implementation may refer to the contract of its interface: "see sql/adapter.h".
    const std::size_t see = contract.find("see ");
    const bool refers = see != std::string::npos && contract.find(".h", see) != std::string::npos;
    if (!refers && contract.find("Threads: ") == std::string::npos)
      complain(1, "the contract does not say 'Threads:'");
    if (contract.find("Guarantees") == std::string::npos && contract.find("Errors") == std::string::npos)
      complain(1, "the contract says neither 'Guarantees:' nor 'Errors:'");
    if (end > kContractLinesMax)
      complain(end, fmt::format("the contract has {} lines; {} are enough", end, kContractLinesMax));
    if (std::count(file.lines.begin(), file.lines.end(), "#pragma once") != 1)
      complain(end + 1, "there is not one #pragma once");
  }
}

void check_names(const Tree& tree, std::vector<Finding>& findings) {
  for (const SourceFile& file : tree.files()) {
    const std::string name = std::filesystem::path(file.path).filename();
    for (const std::string& part : parts_of(name.substr(0, name.find('.'))))
      if (is_vague(part)) findings.push_back({file.path, 1, "names", fmt::format("'{}' says nothing", part)});
    if (!file.is_cpp()) continue;
    if (file.path.starts_with("src/") && std::any_of(name.begin(), name.end(), [](char c) {
          return std::isupper(static_cast<unsigned char>(c));
        }))
      findings.push_back({file.path, 1, "names", "files are named in snake_case"});
    each_code_line(file, [&](std::size_t line, const std::string& code) {
      for (const char* kind : {"class ", "struct ", "enum class "}) {
        if (!code.starts_with(kind)) continue;
        const std::string_view rest = std::string_view(code).substr(std::string_view(kind).size());
        const auto end = std::find_if_not(rest.begin(), rest.end(), is_word_char);
        for (const std::string& part : parts_of({rest.begin(), end}))
          if (is_vague(part))
            findings.push_back({file.path, line, "names", fmt::format("'{}' says nothing", part)});
      }
    });
  }
}

void check_words(const Tree& tree, std::vector<Finding>& findings) {
  // Written in two pieces, so that this file may stand in the tree that it checks.
  const std::array<std::string, 4> open_ends{std::string("TO") + "DO", std::string("FIX") + "ME",
                                             std::string("XX") + "X", std::string("HA") + "CK"};
  for (const SourceFile& file : tree.files()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      for (const std::string& word : open_ends)
        if (find_word(file.lines[i], word) != std::string::npos)
          findings.push_back({file.path, i + 1, "open-ends", fmt::format("{} belongs into an issue", word)});
    if (!file.is_cpp()) {
      const bool script = file.path.starts_with("tests/");
      for (std::size_t i = 0; script && i < file.lines.size(); ++i)
        if (find_word(file.lines[i], "sleep") != std::string::npos && !file.lines[i].starts_with('#'))
          findings.push_back({file.path, i + 1, "sleep", "a test waits for an event, never for a time"});
      continue;
    }
    each_code_line(file, [&](std::size_t line, const std::string& code) {
      if (file.is_test()) {
        for (const char* word : {"sleep_for", "sleep_until", "usleep", "nanosleep", "sleep("})
          if (find_word(code, word) != std::string::npos)
            findings.push_back({file.path, line, "sleep", "a test waits for an event, never for a time"});
      } else if (file.path.starts_with("src/")) {
        for (const Forbidden& row : kForbidden)
          if (find_word(code, row.word) != std::string::npos &&
              row.except.find(file.path) == std::string_view::npos)
            findings.push_back({file.path, line, "door", fmt::format("{}: {}", row.word, row.why)});
      }
    });
  }
}

void check_catches(const Tree& tree, std::vector<Finding>& findings) {
  std::size_t throws = 0;
  std::vector<Finding> catches;
  for (const SourceFile& file : tree.files()) {
    if (!file.path.starts_with("src/") || !file.is_cpp() || file.is_test()) continue;
    each_code_line(file, [&](std::size_t line, const std::string& code) {
      if (find_word(code, "throw") != std::string::npos) ++throws;
      if (find_word(code, "catch") == std::string::npos) return;
      const CatchBlock block = read_catch(file, line - 1);
      if (block.is_empty)
        findings.push_back({file.path, line, "catches", "an empty catch hides what went wrong"});
      // One that throws again only translates or cleans up on the way.
      if (!block.throws) catches.push_back({file.path, line, "catches", ""});
    });
  }
  const std::size_t limit = std::max(kCatchesAlways, throws / 10);
  if (catches.size() > limit) {
    Finding finding{"src", catches.size(), "catches",
                    fmt::format("{} catch for {} throw; one to ten is the limit, so catch at boundaries only",
                                catches.size(), throws)};
    for (const Waiver& waiver : tree.waivers())
      if (waiver.rule == "catches" && catches.size() > waiver.number)
        finding.rule = "catches beyond their waiver";
    findings.push_back(std::move(finding));
  }
}

void check_folders(const Tree& tree, std::vector<Finding>& findings) {
  // Each connector's folder has a test beside its parts.
  std::set<std::string> folders, tested;
  for (const SourceFile& file : tree.files()) {
    if (file.room() != "sources" && file.room() != "warehouses") continue;
    if (file.folder().empty()) continue;
    const std::string folder = "src/" + file.room() + "/" + file.folder();
    folders.insert(folder);
    if (file.is_test()) tested.insert(folder);
  }
  for (const std::string& folder : folders)
    if (!tested.contains(folder)) findings.push_back({folder, 1, "folders", "there is no *_test.cpp in it"});
}

}  // namespace house
