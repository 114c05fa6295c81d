// Client: sends requests and hands back answers, over connections that are kept open.
//
// Guarantees: follows redirects itself (GET stays GET; credentials are not carried to another origin), takes
//   gzip, deflate, brotli and zstd, speaks HTTP/2 where offered, obeys http_proxy, https_proxy and no_proxy.
//   An answer never holds more than response_bytes_max bytes after decompression. Exchanges go into or come
//   out of a cassette where the variables of http/cassette.h name one.
// Threads: send may be called from any number of threads at once; each uses a connection of its own.
// Owns: its connections and buffers that were given back.
// Errors: Error(http_unreachable, http_timeout, http_too_large, http_tls, http_interrupted, http_failed,
//   cancelled), each with the URL without secrets. A status of 400 and above is an answer, not an error.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/env.h"
#include "http/message.h"

namespace leat::http {

class Cassette;

struct ClientOptions {
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(30);
  std::chrono::milliseconds timeout = std::chrono::minutes(5);  ///< the longest silence of the other side
  int redirects_max = 10;
  std::int64_t response_bytes_max = 512LL << 20;
  std::size_t idle_buffer_bytes_max = 64u << 20;  ///< kept for reuse in all
  std::string user_agent = "leat";
};

class Client {
 public:
  explicit Client(Env& env, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends and waits for the whole answer; ends early with Error(cancelled) when the Env or `stop` asks for
  /// it.
  Response send(const Request& request, std::stop_token stop = {});
  /// Gives the memory of an answer back for the next one.
  void recycle(Body&& body);

 private:
  Response transfer(const Request& request, std::stop_token stop);
  struct Pool;
  Env& env_;
  const ClientOptions options_;
  std::unique_ptr<Pool> pool_;
  std::shared_ptr<Cassette> cassette_;  // null but while recording or playing
};

}  // namespace leat::http
