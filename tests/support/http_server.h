// ScriptedServer: an HTTP server on loopback for tests: a function answers each request, raw bytes where a
// test needs a broken answer.
//
// Guarantees: listens before the constructor returns, on a port that the system chose; keep-alive.
// Threads: the handler is called from one thread a connection, never two at once.
// Owns: its socket and threads; the destructor ends them.
// Errors: the constructor asserts that it can listen.
#pragma once
#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace leat::testing {

struct ScriptedRequest {
  std::string method, target, path, query, body;             ///< target = path?query, as sent
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string header(const std::string& name) const;
  /// The decoded value of a query parameter, "" when it is not there.
  std::string parameter(const std::string& name) const;
};

struct ScriptedReply {
  int status = 200;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string raw = {};  ///< sent instead of all else when not empty, then the connection is closed
  bool hang = false;     ///< nothing is sent until the server ends
};

class ScriptedServer {
 public:
  using Handler = std::function<ScriptedReply(const ScriptedRequest&)>;
  explicit ScriptedServer(Handler handler);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  /// "http://127.0.0.1:PORT"
  std::string url() const;
  int port() const { return port_; }
  /// Everything that was asked so far, in order of arrival.
  std::vector<ScriptedRequest> requests() const;
  std::size_t request_count() const { return requests().size(); }
  /// Changes what the handler reads, between two answers: a reader that broke off may have asked more.
  void between_answers(const std::function<void()>& change);

 private:
  void accept_all();
  void serve(int socket);
  Handler handler_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;  // guards requests_, sockets_, workers_ and the handler
  std::vector<ScriptedRequest> requests_;
  std::list<int> sockets_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

}  // namespace leat::testing
