#include "script.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace script {
namespace {

struct Word {
  std::string_view name;
  std::size_t arguments_min;
  bool body, expectation;
};
constexpr std::array<Word, 11> kWords{{{"clock", 1, false, false},
                                       {"env", 1, false, false},
                                       {"file", 1, true, false},
                                       {"copy", 2, false, false},
                                       {"soda", 0, false, false},
                                       {"admin", 1, false, true},
                                       {"run", 1, true, true},
                                       {"fail", 1, true, true},
                                       {"killed", 1, true, false},
                                       {"query", 1, true, true},
                                       {"same", 2, false, false}}};
constexpr std::array<std::string_view, 7> kNeeds{"leat", "postgres", "shared-data", "chromium",
                                                 "psql", "python3",  "internet"};

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t") == std::string::npos;
}

class Parser {
 public:
  Parser(const std::string& file, const std::string& text) {
    script_.file = file;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) script_.lines.push_back(std::move(line));
  }

  Script parse() {
    while (at_ < script_.lines.size()) {
      const std::string& line = script_.lines[at_];
      if (is_blank(line))
        ++at_;
      else if (line.starts_with('#'))
        header(line);
      else
        block();
    }
    if (script_.about.empty()) fail(1, "the script does not begin with '# about: …'");
    if (script_.blocks.empty()) fail(script_.lines.size(), "the script does nothing");
    return std::move(script_);
  }

 private:
  [[noreturn]] void fail(std::size_t line, const std::string& what) const {
    throw ScriptError(script_.file, line, what);
  }

  void header(const std::string& line) {
    ++at_;
    const auto value = [&](std::string_view key) -> std::optional<std::string> {
      if (!line.starts_with(key)) return std::nullopt;
      if (!script_.blocks.empty()) fail(at_, fmt::format("'{}' stands below the first block", key));
      const std::size_t start = line.find_first_not_of(' ', key.size());
      return start == std::string::npos ? "" : line.substr(start);
    };
    if (const auto about = value("# about:")) {
      if (!script_.about.empty()) fail(at_, "'# about:' stands twice");
      script_.about = *about;
    } else if (const auto needs = value("# needs:")) {
      std::istringstream words(*needs);
      for (std::string word; words >> word;) {
        if (std::find(kNeeds.begin(), kNeeds.end(), word) == kNeeds.end())
          fail(at_, fmt::format("nothing is known of the need '{}'", word));
        script_.needs.push_back(word);
      }
    } else if (const auto seconds = value("# seconds:")) {
      if (seconds->empty() || seconds->size() > 5 ||
          seconds->find_first_not_of("0123456789") != std::string::npos)
        fail(at_, fmt::format("'{}' is no number of seconds", *seconds));
      script_.seconds = std::stoi(*seconds);
    }
  }

  void block() {
    Block block;
    block.line = at_ + 1;
    const std::string& line = script_.lines[at_++];
    const std::size_t end = std::min(line.find(' '), line.size());
    block.word = line.substr(0, end);
    const Word* word = nullptr;
    for (const Word& row : kWords)
      if (row.name == block.word) word = &row;
    if (!word) fail(block.line, fmt::format("there is no word '{}'", block.word));
    try {
      block.arguments = split_words(std::string_view(line).substr(end));
    } catch (const std::string& what) {
      fail(block.line, what);
    }
    if (block.arguments.size() < word->arguments_min)
      fail(block.line, fmt::format("'{}' wants {} argument(s)", block.word, word->arguments_min));
    read_body(block);
    if (!block.body.empty() && !word->body) fail(block.line + 1, fmt::format("'{}' has no body", block.word));
    if (block.has_expectation && !word->expectation)
      fail(block.expected_line - 1, fmt::format("'{}' has no expectation", block.word));
    block.end_line = at_;
    script_.blocks.push_back(std::move(block));
  }

  void read_body(Block& block) {
    if (block.word == "file" && block.arguments.size() == 2 && block.arguments[1].starts_with("<<")) {
      const std::string mark = block.arguments[1].substr(2);
      while (at_ < script_.lines.size() && script_.lines[at_] != mark)
        block.body.push_back(script_.lines[at_++]);
      if (at_ == script_.lines.size())
        fail(block.line, fmt::format("the line '{}' that ends the file is missing", mark));
      ++at_;
      return;
    }
    while (at_ < script_.lines.size() && !is_blank(script_.lines[at_])) {
      const std::string& line = script_.lines[at_++];
      if (block.has_expectation) {
        block.expected.push_back(line);
      } else if (line == "----" && block.word != "file") {
        block.has_expectation = true;
        block.expected_line = at_ + 1;
      } else {
        block.body.push_back(line);
      }
    }
  }

  Script script_;
  std::size_t at_ = 0;
};

}  // namespace

ScriptError::ScriptError(std::string file, std::size_t line, const std::string& what)
    : text_(fmt::format("{}:{}: {}", file, line, what)) {}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  bool open = false;
  char quote = 0;
  for (char c : text) {
    if (quote) {
      if (c == quote)
        quote = 0;
      else
        words.back() += c;
    } else if (c == ' ' || c == '\t') {
      open = false;
    } else {
      if (!open) words.emplace_back();
      open = true;
      if (c == '\'' || c == '"')
        quote = c;
      else
        words.back() += c;
    }
  }
  if (quote) throw std::string("a quote is not closed");
  return words;
}

Script parse_script(const std::string& file, const std::string& text) {
  return Parser(file, text).parse();
}

}  // namespace script
