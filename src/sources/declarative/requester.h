// Requester: builds the requests of a stream and sends them until they are answered, left out or refused.
//
// Guarantees: retries are bounded and their waits go through the Env; the answer is one that the error
// handler
//   lets pass.
// Threads: immutable; send may be called from any number of threads.
// Owns: its authenticator and error handler.
// Errors: Error(http_…, source_stale, config_invalid) with the URL without secrets and what the API said.
// Source: behaviour of the Airbyte CDK's HttpRequester and HttpClient.
#pragma once
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "sources/declarative/authenticators.h"
#include "sources/declarative/error_handlers.h"

namespace leat::sources::declarative {

struct Answer {
  http::Response response;
  bool reset = false;    ///< the pages of this slice have to begin anew
  bool ignored = false;  ///< an error that the connector leaves out: no records, no next page
};

class Requester {
 public:
  virtual ~Requester() = default;
  /// Builds a request. `others` is what paginator, cursor and router add; `path` replaces the path when it is
  /// not empty (the next page's address).
  virtual http::Request build(const Scope& scope, RequestParts others, const std::string& path) const = 0;
  virtual Answer send(const http::Request& request, std::stop_token stop) const = 0;
  /// A requester for another path of the same API: same credentials and error handling, no parameters.
  virtual http::Request build_plain(const std::string& path, const http::Query& query) const = 0;
  /// The stream that it reads, for warnings.
  virtual std::string base_url() const = 0;
};

std::unique_ptr<Requester> make_requester(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative
