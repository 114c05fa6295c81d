// Service: a part of `leat serve` that listens and answers on threads of its own: pages, SQL.
//
// Guarantees: after stop() none of its threads runs and its address is free.
// Threads: start() and stop() by one thread, each once.
// Owns: its sockets and threads.
// Errors: start() throws Error(config_invalid) for an address that can't be had.
#pragma once
#include <string>

namespace leat::server {

class Service {
 public:
  virtual ~Service() = default;
  /// What people call it: "pages", "SQL".
  virtual std::string name() const = 0;
  /// Begins to serve and returns where, for people to use; does not block.
  virtual std::string start() = 0;
  /// Gives up what runs and returns when its threads have ended.
  virtual void stop() noexcept = 0;
};

}  // namespace leat::server
