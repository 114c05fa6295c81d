// Drawing: the charts of a page as SVG, made without a browser by the code that draws them in one.
//
// Guarantees: what could not be drawn (no engine on this machine, too large, an author's function that
//   fails) is left to the reader's browser; nothing here stops a page. The same page gives the same
//   bytes.
// Threads: any; as many draw at once as there are processors.
// Errors: none.
#pragma once
#include <string>

#include "pages/render.h"

namespace leat::pages {

struct DrawingOptions {
  bool is_live = true;  ///< colors of the theme stay names of it; false: their values, for mail
  std::string theme;    ///< CSS with the tokens of the light theme
  double wide = 976;    ///< how wide a chart is in a window on a desk
  std::size_t charts_max = 200;
  std::size_t chart_bytes_max = 256u << 10;
  std::size_t pairs_max = 1;  ///< so many charts of a page, its first, are drawn for a phone as well
  std::size_t pair_bytes_max = 48u << 10;  ///< larger ones are drawn for a desk only
  std::size_t page_bytes_max = 2u << 20;
};

/// Puts drawings into the charts of the body. True where every chart of it has one.
bool draw_charts(Rendered& body, const DrawingOptions& options);
/// Whether this machine can draw.
bool can_draw();

}  // namespace leat::pages
