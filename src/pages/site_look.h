// SiteLook: what a project says of its whole site: title, colors and palettes, light or dark, what pages
// show.
//
// Guarantees: the stylesheet holds colors and nothing else. A color of text that could not be read on its
// ground is
//   left as it is.
// Threads: immutable after read_look().
// Errors: none: what can't be read is a Problem with its file.
// Source: https://docs.evidence.dev/core-concepts/themes (the classic documentation); WCAG 2.2, 1.4.3
// (contrast)
#pragma once
#include <string>
#include <vector>

#include "document/value.h"
#include "pages/render.h"

namespace leat::pages {

struct SiteLook {
  std::string title;
  std::string css;         ///< the theme's colors as custom properties, for light and dark
  std::string appearance;  ///< "light" or "dark"; "" where the reader's system decides
  bool has_switcher = true;
  document::Value layout;  ///< properties of EvidenceDefaultLayout in +layout.svelte: fullWidth, hideTOC …
  std::vector<Problem> problems;
};

/// Reads evidence.config.yaml of `root` and +layout.svelte of the pages' folder; without them `title` is all.
SiteLook read_look(const std::string& root, const std::string& pages, const std::string& title);

}  // namespace leat::pages
