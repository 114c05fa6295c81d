// WebServer: cpp-httplib's server behind an HttpReader: what every HTTP port of `leat serve` stands on.
//
// Guarantees: a connection that is slow, idle or wrong costs one thread for a bounded time and holds up no
//   other; there are never more than `connections` of them, and never more than `connections_per_address` of
//   one address; further ones are answered with 503 or closed. Requests pass HttpReader's strict reading.
// Threads: bind(), start() and stop() by one thread, each once; handlers run in threads of the connections.
// Owns: its sockets and threads.
// Errors: bind() throws Error(config_invalid) for an address that can't be had.
// Source: cpp-httplib 0.11; RFC 9112
#pragma once
// Debian's compiled library was built with these; a class has another layout without them.
#define CPPHTTPLIB_OPENSSL_SUPPORT
#define CPPHTTPLIB_ZLIB_SUPPORT
#define CPPHTTPLIB_BROTLI_SUPPORT
#include <httplib.h>

#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/env.h"
#include "server/http_reader.h"

namespace leat::server {

class WebServer : public httplib::Server {
 public:
  /// `env` has to outlive it; `tls` is null for a server in clear.
  explicit WebServer(Env& env, WebLimits limits = {}, std::unique_ptr<TlsContext> tls = nullptr);
  ~WebServer() override;
  /// Takes the address; port 0 chooses one.
  void bind(const std::string& host, int port);
  /// "http://127.0.0.1:8000"
  const std::string& url() const { return url_; }
  bool has_tls() const { return tls_ != nullptr; }
  /// Begins to serve and returns once it does.
  void start();
  /// Lets requests that were read be answered, ends the connections and returns when their threads have
  /// ended.
  void stop();
  /// Serves one connection until it ends, in the caller's thread.
  void serve(Channel& channel, const std::string& address);

 private:
  class Visit;
  bool process_and_close_socket(socket_t socket) override;
  bool enter(Channel& channel, const std::string& address);
  void leave(Channel& channel, const std::string& address);

  Env& env_;
  const WebLimits limits_;
  std::unique_ptr<TlsContext> tls_;
  std::string url_;
  std::mutex mutex_;  // guards all below
  bool is_over_ = false;
  std::set<Channel*> open_;
  std::map<std::string, int> by_address_;
  std::thread listening_;
};

}  // namespace leat::server
