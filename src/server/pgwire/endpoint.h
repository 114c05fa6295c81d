// Endpoint: PostgreSQL's protocol on a port, in front of an Engine.
//
// Guarantees: a thread a connection, never more than `connections_max` sessions; one that is slow or does
//   nothing holds up no other. A cancel reaches the session that it names and no other.
// Threads: see service.h.
// Owns: the listening socket, the connections and their threads; the Engine outlives it.
// Errors: start() throws Error(config_invalid), and Error(config_invalid) for a certificate that does not
//   fit.
// Source: PostgreSQL documentation, chapter 55
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/env.h"
#include "server/pgwire/engine.h"
#include "server/pgwire/session.h"
#include "server/service.h"

namespace leat::server::pgwire {

class Endpoint : public Service {
 public:
  Endpoint(EndpointSettings settings, Engine& engine, Env& env);
  ~Endpoint() override;
  std::string name() const override { return "SQL"; }
  std::string start() override;
  void stop() noexcept override;
  /// The port that it listens on.
  int port() const { return settings_.port; }

 private:
  struct Connection {
    std::int32_t process = 0, secret = 0;
    std::string user;  // once it has logged in; guarded by mutex_
    std::unique_ptr<Channel> channel;
    Running running;
    std::thread thread;
    std::atomic<bool> is_over = false;
  };
  void listen();
  void accept_all();
  void accept_one(int socket);
  void serve(Connection& connection);
  void serve_session(Connection& connection);
  void cancel(std::int32_t process, std::int32_t secret);
  bool order(const std::string& user, const BackendOrder& order);
  void tend(bool is_end);

  EndpointSettings settings_;
  Engine& engine_;
  Env& env_;
  std::unique_ptr<TlsContext> tls_;
  int socket_ = -1;
  std::atomic<bool> is_stopping_ = false;
  std::atomic<int> sessions_ = 0;
  std::thread accepting_;
  std::mutex mutex_;  // guards connections_
  std::map<std::int32_t, std::unique_ptr<Connection>> connections_;
  std::int32_t last_process_ = 0;
};

}  // namespace leat::server::pgwire
