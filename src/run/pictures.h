// Pictures: the drawings of a document as PNG, for mail programs that show no SVG.
//
// Guarantees: where `rsvg-convert` (Debian: librsvg2-bin) is not installed the document stays as it is.
// Threads: any.
// Errors: none; a drawing that can't be converted stays.
#pragma once
#include <string>
#include <vector>

namespace leat::run {

struct Picture {
  std::string name, png;
};

/// Puts <img src="cid:NAME"> in place of the drawings of `html`, and returns their pictures.
std::vector<Picture> take_pictures(std::string& html);

}  // namespace leat::run
