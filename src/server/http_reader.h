// HttpReader: cuts what a client sends into HTTP/1.1 requests, strictly, before anything else reads them.
//
// Guarantees: a request is whole before it is handed on, with a body of a known length: nobody behind it can
//   disagree about where it ends. What two readers could understand differently (two lengths, a length beside
//   chunks, blanks before a colon, folded lines, bare line feeds) is refused, as is what nobody here needs
//   (bodies of GET, encoded bodies, trailers). Head, body and the time that both may take are bounded.
// Threads: one at a time.
// Owns: the bytes read and not asked for yet.
// Errors: those of the Channel.
// Source: RFC 9112 sections 2 to 7 and 11.2, RFC 9110
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/channel.h"

namespace leat::server {

struct WebLimits {
  std::size_t head_bytes = 16 << 10, target_bytes = 4 << 10, body_bytes = 8 << 20;
  std::size_t headers = 100;
  /// For the whole of a head, the whole of a body, the pause between requests, a client that takes nothing.
  std::chrono::milliseconds head{10'000}, body{60'000}, idle{30'000}, write{15'000};
  int connections = 512, connections_per_address = 128, requests_per_connection = 1000;
};

/// Why a request is not read: the answer's status, and what is wrong with it.
struct HttpRefusal {
  int status;
  std::string_view why;
};

struct HttpHead {
  std::string method, target;
  bool is_old = false;  ///< HTTP/1.0
  std::vector<std::pair<std::string, std::string>> headers;
  std::size_t length = 0;  ///< of the body, unless it is chunked
  bool is_chunked = false, waits_for_continue = false;
};

/// Reads a head: everything up to and with the empty line.
std::variant<HttpHead, HttpRefusal> read_head(std::string_view text, const WebLimits& limits);
/// The request as it is handed on: what only concerns this connection is left out.
std::string request_text(const HttpHead& head, std::string_view body);

class HttpReader {
 public:
  enum class Next { request, end, refused };
  HttpReader(Channel& channel, const WebLimits& limits, Env& env)
      : channel_(channel), limits_(limits), env_(env) {}
  /// Waits for the next request, for its first byte no longer than `patience`.
  Next next(std::chrono::milliseconds patience);
  /// After Next::request: the whole of it, see request_text().
  std::string take() { return std::move(request_); }
  const HttpRefusal& refusal() const { return refusal_; }
  /// Lets what a refused client still sends go by, so that it sees the answer; for a moment.
  void drain();

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  bool more(Deadline deadline);
  bool read_body(const HttpHead& head, std::string& body);
  bool read_chunks(std::string& body, Deadline deadline);
  std::optional<std::string> line(Deadline deadline);
  bool refuse(int status, std::string_view why);

  Channel& channel_;
  const WebLimits& limits_;
  Env& env_;
  std::string buffer_, request_;
  HttpRefusal refusal_{400, ""};
  bool is_at_end_ = false;
};

}  // namespace leat::server
