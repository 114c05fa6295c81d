// EmbeddedFile: a file that was compiled into the program by cmake/embed.cmake (macros, page runtime,
// templates).
//
// Guarantees: contents live as long as the program and end with a NUL that is not counted.
// Threads: immutable.
#pragma once
#include <span>
#include <string_view>

namespace leat {

struct EmbeddedFile {
  std::string_view path;  ///< relative to the folder that was embedded
  std::string_view contents;
};

/// Declares the table that leat_embed(NAME name …) makes; use it inside namespace leat.
#define LEAT_EMBEDDED(name) std::span<const EmbeddedFile> embedded_##name()

}  // namespace leat
