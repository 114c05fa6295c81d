// Known classes: Python classes of public connectors whose behaviour Leat has of its own, found
// by their name.
//
// Guarantees: a class is known by the last part of its name; one whose name says nothing
//   (`CustomExtractor`) only in a connector that asks the API for which it was written. All
//   others stay as they are, and are refused where they are used.
// Threads: pure functions.
// Errors: Error(jinja_…) from the conditions of a class that stands for one component or
//   another.
// Source: observed behaviour of the classes that Airbyte's public connectors bring along.
#pragma once
#include <string>
#include <string_view>

#include "document/value.h"
#include "jinja/value.h"
#include "sources/declarative/interpolation.h"

namespace leat::sources::declarative {

/// The name of a component's class without its modules, "" where it has none.
std::string class_of(const document::Value& component);
/// All addresses that a manifest asks, for is_known_class.
std::string addresses_of(const document::Value& manifest);
bool is_known_class(std::string_view class_name, std::string_view addresses);
/// The manifest with known classes replaced: by ordinary components where these do the same, else by the
/// short name under which the class is built in.
document::Value with_known_classes(const document::Value& manifest, const Interpolation& interpolation,
                                   const jinja::Value& config);

}  // namespace leat::sources::declarative
