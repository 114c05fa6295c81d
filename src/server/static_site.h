// A folder served over HTTP: for sites that open from disk as well, to those who look from another machine.
//
// Guarantees: files of the folder and below, and nothing else; no listing, no writing. `/` is index.html.
// Threads: serve_folder() blocks, and starts threads of its own.
// Owns: the server.
// Errors: Error(config_invalid) for an address that can't be had or a folder that is not there.
// Source: cpp-httplib's mount points
#pragma once
#include <functional>
#include <string>

#include "base/env.h"

namespace leat::server {

struct StaticSite {
  std::string folder;
  std::string host = "127.0.0.1";
  int port = 0;  ///< 0 chooses one
};

/// Serves until the Env is asked to stop. `listening` is told the URL.
void serve_folder(const StaticSite& site, Env& env,
                  const std::function<void(const std::string& url)>& listening);

}  // namespace leat::server
