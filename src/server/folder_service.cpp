#include "server/folder_service.h"

#include <exception>
#include <future>

namespace leat::server {

std::string FolderService::start() {
  std::promise<std::string> listening;
  std::future<std::string> url = listening.get_future();
  serving_ = std::thread([this, told = std::move(listening)]() mutable {
    bool is_told = false;
    try {
      serve_folder(site_, env_, [&](const std::string& address) {
        is_told = true;
        told.set_value(address);
      });
    } catch (...) {  // the thread that starts it tells
      if (!is_told) told.set_exception(std::current_exception());
    }
  });
  return url.get();
}

void FolderService::stop() noexcept {
  env_.request_stop();
  if (serving_.joinable()) serving_.join();
}

}  // namespace leat::server
