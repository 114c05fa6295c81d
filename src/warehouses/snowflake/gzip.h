// Gzip: whole bodies, compressed and back.
//
// Guarantees: expand never makes more than `bytes_max`.
// Threads: pure functions.
// Errors: expand returns nullopt for what is no gzip, is cut, or is too large.
// Source: RFC 1952
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace leat::warehouses::snowflake {

std::string compress_gzip(std::string_view text);
bool is_gzip(std::string_view bytes);
std::optional<std::string> expand_gzip(std::string_view bytes, std::size_t bytes_max);

}  // namespace leat::warehouses::snowflake
