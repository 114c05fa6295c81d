// LiveSite: a folder served over HTTP whose pages hear of events while they are open (server-sent events).
//
// Guarantees: files of the folder and below, and nothing else. What is sent as a state is also told to those
//   who come later; a page that was on its way while an event was sent hears of it, too.
// Threads: every member function may be called by any thread; it serves on threads of its own.
// Owns: the server and its threads; the destructor ends them.
// Errors: Error(config_invalid) for an address that can't be had or a folder that is not there.
// Source: HTML Living Standard, 9.2 (server-sent events)
#pragma once
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "server/static_site.h"

namespace leat::server {

class LiveSite {
 public:
  explicit LiveSite(const StaticSite& site);
  ~LiveSite();
  LiveSite(const LiveSite&) = delete;
  LiveSite& operator=(const LiveSite&) = delete;

  const std::string& url() const;
  /// Sends an event to every open page; `json` is one line.
  void send(std::string_view event, const std::string& json);
  /// As send(), and to every page that is opened from now on.
  void keep(std::string_view event, const std::string& json);
  /// The files that readers have open: "index.html".
  std::set<std::string> open_pages() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leat::server
