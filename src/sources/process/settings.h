// The settings of the process source.
//
// Guarantees: a constant table, and what it says as a value: exactly one of command and image is there.
// Threads: immutable.
// Errors: Error(config_invalid).
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "document/settings.h"
#include "sources/child.h"

namespace leat::sources::process {

extern const Spec kSettings;

enum class Protocol { airbyte, singer };

struct ProgramSettings {
  Protocol protocol = Protocol::airbyte;
  std::vector<std::string> command;  ///< empty where an image is named
  std::string image;
  std::string docker;
  document::Value config;
  std::vector<std::pair<std::string, std::string>> variables;
  std::vector<std::pair<std::string, std::string>> cursors;  ///< stream, column
  std::string catalog_file;
  std::string catalog_argument;
  ChildLimits limits;
  std::string folder;  ///< of leat.yml, "" where there is none
  std::string where;
};

/// Reads the settings; values of the config whose names sound secret are registered as such.
ProgramSettings read_program(const document::Settings& settings);

}  // namespace leat::sources::process
