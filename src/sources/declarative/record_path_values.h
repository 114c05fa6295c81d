// Paths into values, as dpath follows them: keys, indexes, and shell patterns.
//
// Guarantees: matches come in the order in which they stand.
// Threads: any.
// Errors: none; nothing is found where a path leads nowhere.
// Source: behaviour of the Python package dpath.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sources/declarative/component.h"

namespace leat::sources::declarative {

/// Every value that the path leads to; its segments may hold * ? and [a-z].
std::vector<jinja::Value> values_at(const jinja::Value& value, const std::vector<std::string>& path);
/// The value that the path leads to, nullopt when there is none.
std::optional<jinja::Value> value_at(const jinja::Value& value, const std::vector<std::string>& path);
/// Sets the value at the path; creates the mappings on the way.
void set_at(jinja::Value& value, const std::vector<std::string>& path, jinja::Value leaf);
/// Splits "a/b/c".
std::vector<std::string> split_path(const std::string& path);
/// The items of a list evaluated now, with nothing but config and parameters.
std::vector<std::string> texts_now(const Value& list, const Value& component, const Workshop& workshop);
/// Shell patterns over one key: * ? and [a-z].
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace leat::sources::declarative
