#include "server/folder_service.h"

#include "base/error.h"
#include "server/web_server.h"

namespace leat::server {

FolderService::FolderService(StaticSite site, Env& env) : site_(std::move(site)), env_(env) {}

FolderService::~FolderService() {
  stop();
}

std::string FolderService::start() {
  server_ = std::make_unique<WebServer>(env_);
  if (!server_->set_mount_point("/", site_.folder))
    throw Error(ErrorCode::config_not_found, "There is no such folder", site_.folder);
  server_->set_default_headers({{"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "same-origin"}});
  server_->bind(site_.host, site_.port);
  server_->start();
  return server_->url() + "/";
}

void FolderService::stop() noexcept {
  if (server_) server_->stop();
}

}  // namespace leat::server
