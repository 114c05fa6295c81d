// SourceKind: how the floor above opens a source that users name in leat.yml; sources.cpp lists the kinds.
//
// Guarantees: open() may be called any number of times; each gives a Source of its own.
// Threads: immutable.
// Errors: Error(config_invalid) and the source's own from open(); Error(source_unknown) from
//   find_source_kind.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/settings.h"
#include "stream/source.h"

namespace leat::sources {

struct SourceKind {
  std::string_view name;  ///< as in `type:` of a connection's source
  const Spec* spec;
  std::unique_ptr<stream::Source> (*open)(const document::Settings& settings, Env& env);
};

/// Every kind, in alphabetical order.
const std::vector<const SourceKind*>& source_kinds();
/// The kind of that name; Error(source_unknown) lists the known ones.
const SourceKind& find_source_kind(std::string_view name, std::string_view where);

}  // namespace leat::sources
