// Transformations that connectors bring as Python classes, under the names that known_classes.h gives them.
//
// Guarantees: change the record that they are given and nothing else.
// Threads: immutable; any.
// Errors: Error(config_invalid) when made.
// Source: observed behaviour of the classes that Airbyte's public connectors bring along.
#pragma once
#include <memory>

#include "sources/declarative/record_selector.h"

namespace leat::sources::declarative {

/// The rows of all of them.
std::span<const ComponentRow<Transformation>> custom_transformations();

}  // namespace leat::sources::declarative
