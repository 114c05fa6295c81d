// Checks a manifest without running it: syntax, references, every component against its schema, templates.
//
// Guarantees: asks nobody; reads no file but the manifest. All problems are told, not only the first.
// Threads: any.
// Errors: none; a file that can't be read is a problem too.
// Source: Airbyte's low-code connector schema 1.0.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "document/value.h"

namespace leat::sources::declarative {

struct ManifestProblem {
  std::string where;        ///< file:line:column
  std::string what;         ///< one sentence
  bool is_warning = false;  ///< the connector runs nevertheless, as far as this part is not needed
};

/// Checks a manifest file.
std::vector<ManifestProblem> check_manifest(const std::string& path);
/// The same for a manifest's text; `file` stands in messages.
std::vector<ManifestProblem> check_manifest_text(std::string_view text, const std::string& file);

}  // namespace leat::sources::declarative
