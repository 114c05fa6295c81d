// Record extractors that connectors bring as Python classes, known here by the name of their class.
//
// Guarantees: only classes whose behaviour is known are found.
// Threads: what is returned may be called from any.
// Errors: Error(config_invalid) when made.
#pragma once
#include <string>

#include "sources/declarative/record_selector.h"

namespace leat::sources::declarative {

/// What the class makes of one match of its path; empty for a class that is not known.
Rewrite find_custom_extractor(const std::string& class_name, const Value& component,
                              const Workshop& workshop);

}  // namespace leat::sources::declarative
