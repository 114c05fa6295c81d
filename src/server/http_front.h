// HttpFront: the server's door: requests come in as Calls, Replies go out.
//
// Guarantees: bodies, headers, idle connections and the time that a request may take to arrive are bounded.
//   Every answer has the usual security headers. stop() ends open connections.
// Threads: start() returns at once, the server has threads of its own; handlers run in them.
// Owns: the server.
// Errors: Error(config_invalid) for an address that can't be had. A handler's Error becomes an answer of 500.
// Source: cpp-httplib 0.11
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/api/call.h"

namespace leat::server {

/// Answers a call, or nullopt: then the next one is asked.
using Handler = std::function<std::optional<Reply>(const Call&)>;

struct HttpAddress {
  std::string host = "127.0.0.1";
  int port = 0;  ///< 0 chooses one
};
/// True when only this machine reaches it.
bool is_local(const HttpAddress& address);

class HttpFront {
 public:
  static constexpr std::size_t kBodyMax = 8 << 20;
  HttpFront(const HttpAddress& address, std::vector<Handler> handlers);
  ~HttpFront();
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  /// "http://127.0.0.1:8000"
  std::string url() const;
  void start();
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leat::server
