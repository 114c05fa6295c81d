// The settings of the declarative source.
//
// Guarantees: a constant table; see base/spec.h.
// Threads: immutable.
// Errors: none; document/settings.h checks a mapping against it.
#pragma once
#include "base/spec.h"

namespace leat::sources::declarative {

extern const Spec kSettings;

}  // namespace leat::sources::declarative
