// YamlAhead: properties files, parsed by a thread beside while the rest of the project is read.
//
// Guarantees: each file is parsed once, by whoever comes first; at most 64 MB of text are parsed ahead.
// Threads: one takes; the thread beside ends when this is destroyed.
// Owns: the documents until they are taken.
// Errors: none: a file that can't be parsed is given as nullopt, for its reader to find out why.
#pragma once
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "document/value.h"

namespace leat::dbt {

/// A properties file: where it is, and what messages call it.
struct YamlFile {
  std::string path, display;
};

/// The text of a properties file as dbt reads it: without the white space at its end, which a block of text
/// that ends the file would keep.
std::string read_properties_file(const std::string& path);

class YamlAhead {
 public:
  explicit YamlAhead(std::vector<YamlFile> files);
  ~YamlAhead();
  /// The document of one of the files, by its number.
  std::optional<document::Value> take(std::size_t number);

 private:
  enum class State { open, taken, done };
  struct Slot {
    std::atomic<State> state = State::open;
    std::optional<document::Value> root;
  };
  void parse_all();
  void parse(std::size_t number);
  bool claim(std::size_t number);

  const std::vector<YamlFile> files_;
  const std::unique_ptr<Slot[]> slots_;
  std::atomic<bool> is_left_ = false;
  std::atomic<std::size_t> bytes_ahead_ = 0;
  std::future<void> beside_;
};

}  // namespace leat::dbt
