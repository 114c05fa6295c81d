// Transformations that rename or move the keys of a record.
//
// Guarantees: the order of keys is kept.
// Threads: immutable; any.
// Errors: Error(config_invalid) when made; Error(jinja_…) from templates.
// Source: behaviour of the Airbyte CDK's KeysToLower, KeysToSnakeCase, KeysReplace, FlattenFields and
//   DpathFlattenFields.
#pragma once
#include <memory>

#include "sources/declarative/record_selector.h"

namespace leat::sources::declarative {

std::unique_ptr<Transformation> make_keys_to_lower(const Value& component, const Workshop& workshop);
std::unique_ptr<Transformation> make_keys_to_snake_case(const Value& component, const Workshop& workshop);
std::unique_ptr<Transformation> make_keys_replace(const Value& component, const Workshop& workshop);
std::unique_ptr<Transformation> make_flatten(const Value& component, const Workshop& workshop);
std::unique_ptr<Transformation> make_dpath_flatten(const Value& component, const Workshop& workshop);

/// "fullName 2" becomes "full_name_2".
std::string snake_case_key(const std::string& key);

}  // namespace leat::sources::declarative
