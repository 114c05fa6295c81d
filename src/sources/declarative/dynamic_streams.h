// Dynamic streams: components of streams that are made out of a template while the connector runs: by what
// the API lists, by what the config holds, or by a list in the manifest.
//
// Guarantees: every component has its types and parameters; names are unique.
// Threads: one at a time.
// Errors: Error(config_invalid, source_unknown_component); what reading the API throws.
// Source: behaviour of the Airbyte CDK's component resolvers.
#pragma once
#include <vector>

#include "sources/declarative/component.h"

namespace leat::sources::declarative {

struct DynamicStreams {
  std::string name;  ///< of the definition: check strategies call it so
  std::vector<Value> components;
};

/// Makes the components of one DynamicDeclarativeStream, the `index`-th of the manifest.
DynamicStreams make_dynamic_streams(const Value& definition, std::size_t index, const Workshop& workshop);

}  // namespace leat::sources::declarative
