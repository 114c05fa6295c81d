// Manifest: a connector's YAML, read, with references resolved and types and parameters filled in.
//
// Guarantees: has a type, a check, a version and streams.
// Threads: a value.
// Errors: Error(document_syntax, config_invalid) with file:line:column.
// Source: Airbyte's low-code connector schema 1.0.
#pragma once
#include <string>

#include "document/value.h"

namespace leat::sources::declarative {

/// Reads a manifest file.
document::Value load_manifest(const std::string& path);
/// The same for a manifest's text; `file` stands in messages.
document::Value parse_manifest(std::string_view text, const std::string& file);

/// Checks a config against a connector's connection_specification (JSON Schema) and registers its secrets.
/// All problems are named at once.
void check_config(const document::Value& config, const document::Value& specification);

}  // namespace leat::sources::declarative
