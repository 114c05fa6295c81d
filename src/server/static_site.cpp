#include "server/static_site.h"

#include <fmt/core.h>
// Debian's compiled library was built with these; a class has another layout without them.
#define CPPHTTPLIB_OPENSSL_SUPPORT
#define CPPHTTPLIB_ZLIB_SUPPORT
#define CPPHTTPLIB_BROTLI_SUPPORT
#include <httplib.h>

#include <atomic>
#include <thread>

#include "base/error.h"

namespace leat::server {

void serve_folder(const StaticSite& site, Env& env,
                  const std::function<void(const std::string& url)>& listening) {
  constexpr std::chrono::milliseconds kTick{100};
  httplib::Server server;
  if (!server.set_mount_point("/", site.folder))
    throw Error(ErrorCode::config_not_found, "There is no such folder", site.folder);
  int port = site.port;
  bool is_bound = port == 0 ? (port = server.bind_to_any_port(site.host.c_str())) > 0
                            : server.bind_to_port(site.host.c_str(), port);
  if (!is_bound)
    throw Error(ErrorCode::serve_address, "The address can't be listened on",
                fmt::format("{}:{}", site.host, port))
        .fix("Choose another port with --port, or 0 for any.");
  std::atomic<bool> is_over = false;
  // The library forgets a stop that comes before it listens, so the one who stops it waits until it does.
  std::jthread stopping([&] {
    std::unique_ptr<Clock> clock = system_clock();
    while (!is_over && !(env.stop().stop_requested() && server.is_running())) {
      if (env.stop().stop_requested()) {
        std::this_thread::yield();
      } else {
        clock->wait(kTick, env.stop());
      }
    }
    server.stop();
  });
  listening(fmt::format("http://{}:{}/", site.host, port));
  server.listen_after_bind();
  is_over = true;
}

}  // namespace leat::server
