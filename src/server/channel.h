// Channel: the bytes between a client and the server, with or without TLS.
//
// Guarantees: every call ends: read() and begin_tls() after their patience, write() after the time that a
//   client is given to take its answers.
// Threads: one at a time, except end(), which any thread may call at any time.
// Owns: a TcpChannel its socket.
// Errors: Error(http_timeout) when nothing moved for too long, Error(http_interrupted) for a connection that
//   broke, Error(http_tls).
// Source: OpenSSL 3.0
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"

namespace leat::server {

/// A certificate and its key, for every connection of an endpoint.
class TlsContext {
 public:
  virtual ~TlsContext() = default;
  /// Reads PEM files. Error(config_invalid) when they do not fit.
  static std::unique_ptr<TlsContext> load(const std::string& certificate, const std::string& key);
  /// The library's own object.
  virtual void* native() = 0;
};

class Channel {
 public:
  virtual ~Channel() = default;
  /// Reads at least one byte and at most `most`; 0 at the other side's end, -1 when `patience` is over.
  virtual long read(char* into, std::size_t most, std::chrono::milliseconds patience) = 0;
  virtual void write(std::string_view bytes) = 0;
  /// Goes on under TLS; false where there is no certificate, and nothing is changed.
  virtual bool begin_tls(std::chrono::milliseconds patience) = 0;
  virtual bool has_tls() const = 0;
  /// True once there is TLS at hand for begin_tls().
  virtual bool offers_tls() const = 0;
  /// Makes a waiting read() end, and further ones.
  virtual void end() noexcept = 0;
};

/// A connected socket, which it closes; `tls` (or null) outlives it.
std::unique_ptr<Channel> make_tcp_channel(int socket, TlsContext* tls,
                                          std::chrono::milliseconds write_timeout, Env& env);

}  // namespace leat::server
