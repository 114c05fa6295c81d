// Base64: bytes as text and back.
//
// Guarantees: encoding then decoding gives the same bytes; decoding takes
//   exactly one text for some bytes: padding has to be whole (or absent, for
//   URLs), no other character is passed over, and bits that no byte holds are
//   zero.
// Threads: pure functions.
// Source: RFC 4648, sections 4 (base64) and 5 (base64url).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leat {

std::string base64(std::string_view bytes);
/// With the alphabet of URLs and file names, without padding.
std::string base64_url(std::string_view bytes);

/// nullopt for what is no base64.
std::optional<std::string> decode_base64(std::string_view text);
std::optional<std::string> decode_base64_url(std::string_view text);

}  // namespace leat
