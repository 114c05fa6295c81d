#include "cli/commands.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "cli/exit_codes.h"
#include "document/value.h"

using namespace leat;
using namespace leat::cli;

namespace {

int run_line(std::vector<std::string> words) {
  words.insert(words.begin(), "leat");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  Env env(fixed_clock({}), 1);
  return run_command_line(static_cast<int>(arguments.size()), arguments.data(), env);
}

// The names that follow `emit(` up to the event's fields.
void add_emitted(const std::string& text, std::set<std::string>& names) {
  for (std::size_t at = text.find("emit("); at != std::string::npos; at = text.find("emit(", at + 1)) {
    std::size_t brace = text.find('{', at);
    if (brace == std::string::npos || text.find_first_not_of(" \n", at + 5) != brace) continue;
    std::string head = text.substr(brace + 1, text.find('{', brace + 1) - brace - 1);
    for (std::size_t open = head.find('"'); open != std::string::npos;) {
      std::size_t close = head.find('"', open + 1);
      std::string name = head.substr(open + 1, close - open - 1);
      if (name.find('_') != std::string::npos) names.insert(name);
      open = head.find('"', close + 1);
    }
  }
}

}  // namespace

TEST_CASE("every event that is emitted stands in events.def, and the other way round") {
  const char* root = std::getenv("LEAT_SOURCE_DIR");
  REQUIRE(root);
  std::set<std::string> emitted, declared;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(root) + "/src")) {
    std::string path = entry.path().string();
    if (path.ends_with(".cpp") && !path.ends_with("_test.cpp"))
      add_emitted(document::read_file(path), emitted);
  }
  for (const EventInfo& each : event_infos()) declared.insert(std::string(each.name));
  for (const std::string& name : emitted) {
    CAPTURE(name);
    CHECK(declared.count(name) == 1);
  }
  for (const std::string& name : declared) {
    CAPTURE(name);
    CHECK(emitted.count(name) == 1);
  }
}

TEST_CASE("commands and options are named once and described") {
  std::set<std::string> names;
  for (const auto& command : all_commands()) {
    CAPTURE(command->name());
    CHECK(names.insert(std::string(command->name())).second);
    CHECK(command->summary().size() > 10);
    CHECK_FALSE(command->group().empty());
    for (const Option& option : command->options()) {
      CAPTURE(option.names);
      CHECK_FALSE(option.doc.empty());
    }
  }
}

TEST_CASE("exit codes tell whose turn it is") {
  CHECK(exit_code_of(Error(ErrorCode::config_invalid, "")) == 2);
  CHECK(exit_code_of(Error(ErrorCode::http_unreachable, "")) == 3);
  CHECK(exit_code_of(Error(ErrorCode::warehouse_full, "")) == 4);
  CHECK(exit_code_of(Error(ErrorCode::internal, "")) == 70);
  CHECK(exit_code_of(Error(ErrorCode::cancelled, "")) == 130);
}

TEST_CASE("a command line that is not understood ends with 2") {
  CHECK(run_line({"explain", "LEAT-HTTP-401"}) == 0);
  CHECK(run_line({"--version"}) == 0);
  CHECK(run_line({"explain", "LEAT-NOTHING"}) == 2);
  CHECK(run_line({"no-such-command"}) == 2);
  CHECK(run_line({"run", "--no-such-option"}) == 2);
  CHECK(run_line({"sync"}) == 2);
  CHECK(run_line({"run", "--project", "/"}) == 2);
}
