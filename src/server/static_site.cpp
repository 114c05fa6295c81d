#include "server/static_site.h"

#include <semaphore>

#include "server/folder_service.h"

namespace leat::server {

void serve_folder(const StaticSite& site, Env& env,
                  const std::function<void(const std::string& url)>& listening) {
  FolderService service(site, env);
  listening(service.start());
  std::binary_semaphore ended{0};
  std::stop_callback end(env.stop(), [&] { ended.release(); });
  ended.acquire();
  service.stop();
}

}  // namespace leat::server
