// PagePreview: the pages of a project, served while they are written: what a saved file touches is built anew
// and the pages that show it reload.
//
// Guarantees: queries whose text did not change are not asked again, until data or settings of the project
//   are saved. The warehouse is open only while something is built, so that other commands can use it
//   between. What is wrong is told over the pages, with file and line, and goes when it is mended.
// Threads: preview_pages() blocks, and starts threads of its own.
// Owns: the server, the watch.
// Errors: Error(config_invalid) for an address that can't be had; mistakes of the project are told to
//   readers.
#pragma once
#include <functional>
#include <string>

#include "run/project_file.h"
#include "server/static_site.h"

namespace leat::server {

/// What happened, for the terminal.
struct PreviewNews {
  enum class Kind { listening, built, failed } kind;
  std::string what;   ///< the address; the page; what is wrong
  std::string where;  ///< of what is wrong
  std::int64_t took_ms = 0;
};

struct PreviewOptions {
  std::function<run::ProjectFile()> load;  ///< reads the project, each time that something is built
  std::string target;
  StaticSite site;  ///< its folder is the project's
};

/// Serves until the Env is asked to stop.
void preview_pages(const PreviewOptions& options, Env& env,
                   const std::function<void(const PreviewNews&)>& tell);

}  // namespace leat::server
