// Json: texts and rows as JSON, and members of a parsed body.
//
// Threads: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "engine.h"

namespace snowflake {

std::string quote(std::string_view text);
/// `["a",null],["b","c"]` of rows [from, to).
std::string rows_json(const Table& table, std::size_t from, std::size_t to);
std::string fields_json(const Table& table);
/// The text at a path of members ("data.TOKEN") of a JSON document, "" where it is not there.
std::string member(const std::string& json, std::string_view path);
std::string gzip(std::string_view text);

}  // namespace snowflake
