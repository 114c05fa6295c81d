// ConfigStore: the config that a program has changed while it worked (a token that may be used once), kept
// beside the project.
//
// Guarantees: a kept config counts until the config of leat.yml changes. Its file can be read by its owner
//   only and is replaced as a whole.
// Threads: one program of a config at a time.
// Owns: nothing.
// Errors: Error(file_io).
// Source: Airbyte protocol 0.18, AirbyteControlConnectorConfigMessage.
#pragma once
#include <string>
#include <string_view>

#include "sources/process/settings.h"

namespace leat::sources::process {

/// The config as JSON: the kept one, or that of the settings.
std::string current_config(const ProgramSettings& settings);
/// Keeps a changed config; `json` "" changes nothing.
void keep_config(const ProgramSettings& settings, std::string_view json);

}  // namespace leat::sources::process
