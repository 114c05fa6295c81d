// Extractors that put records together from several places of one answer; they hold other extractors.
//
// Guarantees: the lists that are put together end with the shortest.
// Threads: what is returned may be called from any.
// Errors: Error(config_invalid, source_unknown_component) when made.
// Source: behaviour of the Airbyte CDK's DpathExtractor; classes of public connectors.
#pragma once
#include <string>

#include "sources/declarative/record_selector.h"

namespace leat::sources::declarative {

/// What the class makes of a body; empty for a class that is none of these.
Rewrite find_combining_extractor(const std::string& class_name, const Value& component,
                                 const Workshop& workshop);

}  // namespace leat::sources::declarative
