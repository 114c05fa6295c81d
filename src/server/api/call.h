// Call, Reply: a request to the server's API and its answer, without a word of HTTP's library.
//
// Guarantees: plain values; a Reply with `more` is sent piece by piece until it returns false.
// Threads: values.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "document/value.h"

namespace leat::server {

struct Call {
  std::string method, path;  ///< "GET", "/v1/jobs"
  std::multimap<std::string, std::string> query;
  std::string authorization, content_type, body;
  std::string signature;  ///< X-Leat-Signature or X-Hub-Signature-256: of the body, by who calls a webhook
  std::string idempotency_key;  ///< the same call again has the same
  std::string base_url;         ///< "http://localhost:8000", as the client wrote it

  /// The first value of a query's parameter, "" when it is not there.
  std::string parameter(const std::string& name) const;
  /// The same as a number within bounds; `otherwise` when it is none.
  int number(const std::string& name, int otherwise, int low, int high) const;
  /// The body as JSON; Error(document_syntax). An empty one is an empty mapping.
  document::Value json() const;
};

struct Reply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers;
  /// Puts the next piece into `piece` and returns true, or false at the end; waits no longer than a moment.
  std::function<bool(std::string& piece)> more;
};

Reply json_reply(const document::Value& value, int status = 200);
/// A problem as RFC 9457 has it.
Reply problem_reply(int status, const std::string& title, const std::string& detail);

}  // namespace leat::server
