// FolderService: a folder over HTTP, as a Service.
//
// Guarantees: see static_site.h.
// Threads, Owns: see service.h.
// Errors: start() throws Error(config_invalid), as serve_folder() does.
#pragma once
#include <memory>
#include <thread>

#include "server/service.h"
#include "server/static_site.h"

namespace leat::server {

class FolderService : public Service {
 public:
  explicit FolderService(StaticSite site) : site_(std::move(site)) {}
  ~FolderService() override { stop(); }
  std::string name() const override { return "pages"; }
  std::string start() override;
  void stop() noexcept override;

 private:
  StaticSite site_;
  Env env_;  // of its own: asked to stop alone
  std::thread serving_;
};

}  // namespace leat::server
