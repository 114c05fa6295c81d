// FolderService: a folder over HTTP, as a Service.
//
// Guarantees: see static_site.h. Threads, Owns: see service.h.
// Errors: start() throws Error(config_invalid) for an address that can't be had or a folder that is not
//   there.
// Source: cpp-httplib's mount points
#pragma once
#include <memory>

#include "base/env.h"
#include "server/service.h"
#include "server/static_site.h"

namespace leat::server {

class WebServer;

class FolderService : public Service {
 public:
  /// `env` has to outlive it.
  FolderService(StaticSite site, Env& env);
  ~FolderService() override;
  std::string name() const override { return "pages"; }
  std::string start() override;
  void stop() noexcept override;

 private:
  StaticSite site_;
  Env& env_;
  std::unique_ptr<WebServer> server_;
};

}  // namespace leat::server
