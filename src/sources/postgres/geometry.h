// Geometry: a PostGIS value as well-known text.
//
// Guarantees: coordinates print as the shortest text that reads back as the same number; SRIDs are left out.
//   Bytes of any kind are safe: counts are compared with what is there, nesting is bounded.
// Threads: pure functions.
// Errors: none throw; nullopt for bytes that are no geometry.
// Source: OGC 06-103r4 (WKB, WKT); PostGIS 3.3, liblwgeom (EWKB: flags for Z, M and SRID in the type)
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leat::sources::postgres {

/// EWKB or WKB as geometry_send writes it: "POINT Z (1 2 3)", "POLYGON EMPTY".
std::optional<std::string> wkb_to_text(std::string_view bytes);
/// The same in hexadecimal digits, as a geometry prints.
std::optional<std::string> hex_wkb_to_text(std::string_view digits);

}  // namespace leat::sources::postgres
