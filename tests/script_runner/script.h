// Script: a behaviour test as text: a header, then blocks divided by empty lines.
//
//   # about: one sentence that says what is promised          (required)
//   # needs: leat postgres shared-data                         (what is missing skips the script)
//   # seconds: 300                                             (limit of one command; 120 by default)
//
//   clock INSTANT            the time for the commands that follow
//   env NAME=VALUE           a variable for the commands that follow
//   file NAME                the lines up to the next empty one; `file NAME <<END` up to a line END
//   copy FROM TO             a file or folder of the source tree, or of ${DATA}
//   soda OPTIONS             starts the stand-in; its address is ${SODA}
//   admin ORDER              gives the stand-in an order
//   run CMD                  must end with 0; after ---- stands what it prints
//   fail CMD                 must not end with 0; after ---- stand lines "CODE at PLACE" (or "exit N")
//   killed CMD               must die of a signal
//   query TYPES [TARGET] [rowsort] [into FILE]   SQL; after ---- the rows, cells divided by two spaces
//   same FILE FILE           the bytes are equal
//
// Guarantees: unknown words, blocks without need and repeated headers are errors that name the line. A line
// `...`
//   of an expectation stands for any lines.
// Threads: a value.
// Errors: ScriptError.
#pragma once
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace script {

class ScriptError : public std::exception {
 public:
  ScriptError(std::string file, std::size_t line, const std::string& what);
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

struct Block {
  std::string word;
  std::vector<std::string> arguments;  ///< split as a shell would, variables not yet filled in
  std::vector<std::string> body;
  bool has_expectation = false;
  std::vector<std::string> expected;
  std::size_t line = 0;           ///< of the word, from 1
  std::size_t expected_line = 0;  ///< of the first expected line
  std::size_t end_line = 0;       ///< behind the last line of the block
};

struct Script {
  std::string file;
  std::string about;
  std::vector<std::string> needs;
  int seconds = 120;
  std::vector<Block> blocks;
  std::vector<std::string> lines;  ///< all of them, to be written again
};

Script parse_script(const std::string& file, const std::string& text);

/// Splits words at spaces; 'single' and "double" quotes keep them together.
std::vector<std::string> split_words(std::string_view text);

}  // namespace script
