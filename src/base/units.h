// Durations and sizes as people write them: "30s", "1h30m", "8MB".
//
// Errors: nullopt for what is none. Threads: any.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat {

/// "250ms", "30s", "5m", "2h", "7d" and sums such as "1h30m".
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "512", "64KB", "8MB", "1GB" (powers of 1,024), as bytes.
std::optional<std::int64_t> parse_bytes(std::string_view text);
/// "1.2 s", "3 min 4 s", for people.
std::string format_duration(std::chrono::milliseconds duration);
/// "8.4 MB", for people.
std::string format_bytes(std::int64_t bytes);
/// "9,937", for people.
std::string format_count(std::int64_t count);

}  // namespace leat
