// HttpFront: the server's door: requests come in as Calls, pass the Gate, and Replies go out.
//
// Guarantees: see web_server.h for what is bounded. Every answer has the usual security headers,
//   unless its Reply sets them. stop() ends open connections.
// Threads: start() returns at once, the server has threads of its own; gate and handlers run in
//   them.
// Owns: the server.
// Errors: Error(config_invalid) for an address that can't be had. A handler's Error becomes an
//   answer: 400 for JSON that is none, 502 for another server's fault, else 500.
// Source: cpp-httplib 0.11; OWASP secure headers
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/api/call.h"
#include "server/http_reader.h"

namespace leat::server {

/// Answers a call, or nullopt: then the next one is asked.
using Handler = std::function<std::optional<Reply>(const Call&)>;

/// Who decides which calls reach the handlers.
class Gate {
 public:
  virtual ~Gate() = default;
  /// The refusal of a call; nullopt lets it in, with `call.caller` set.
  virtual std::optional<Reply> refuse(Call& call) = 0;
  /// Is told every answer, before it is sent.
  virtual void answered(const Call& call, Reply& reply) = 0;
};

struct HttpAddress {
  std::string host = "127.0.0.1";
  int port = 0;  ///< 0 chooses one
};
/// True when only this machine reaches it.
bool is_local(const HttpAddress& address);

class HttpFront {
 public:
  /// `gate` may be null and has to outlive it, as `env`; `tls` null serves in clear.
  HttpFront(const HttpAddress& address, std::vector<Handler> handlers, Env& env, Gate* gate = nullptr,
            WebLimits limits = {}, std::unique_ptr<TlsContext> tls = nullptr);
  ~HttpFront();
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  /// "http://127.0.0.1:8000"
  const std::string& url() const;
  void start();
  void stop();
  /// Serves one connection until it ends, in the caller's thread.
  void serve(Channel& channel, const std::string& address);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leat::server
