// Still: a page as one document for mail and paper: no script, no file beside it, its charts drawn, its
// inputs as they begin.
//
// Guarantees: asks nothing of any host; colors and sizes stand where mail programs read them.
// Threads: pure functions.
// Errors: none.
#pragma once
#include <string>

#include "pages/page.h"
#include "pages/render.h"
#include "pages/site_look.h"

namespace leat::pages {

struct StillOptions {
  std::string address;  ///< of the published site, with "/" at its end; "": links within the site become text
  std::string built_at;
};

/// Draws the charts of the body, too.
std::string still_html(const Page& page, const std::string& id, Rendered body, const SiteLook& look,
                       const StillOptions& options);

}  // namespace leat::pages
