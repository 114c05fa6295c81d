// The JSON Schema of manifests, for editors that complete and check them.
//
// Guarantees: made of the table of components (component_schema.h), so it knows what Leat knows. References
// and
//   templates are let through where they may stand.
// Threads: pure function.
// Errors: none.
// Source: JSON Schema draft 7.
#pragma once
#include <string>

namespace leat::sources::declarative {

std::string manifest_json_schema();

}  // namespace leat::sources::declarative
