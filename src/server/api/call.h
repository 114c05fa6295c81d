// Call, Reply: a request to the server's API and its answer, without a word of HTTP's library.
//
// Guarantees: plain values; a Reply with `more` is sent piece by piece until it returns false.
// Threads: values.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "document/value.h"

namespace leat::server {

/// What somebody may do: look, run and cancel, or everything. Each may what those before it may.
enum class UserRole { none, viewer, operator_, admin };

/// Who calls.
struct Caller {
  std::string name;  ///< "" for nobody
  UserRole role = UserRole::none;
  std::string how;   ///< "password", "oidc", "token", "client", "local"
  std::string csrf;  ///< what a browser has to send back as X-Leat-CSRF
};

struct Call {
  std::string method, path;  ///< "GET", "/v1/jobs"
  std::multimap<std::string, std::string> query;
  std::string authorization, content_type, accept, body;
  std::string base_url;                        ///< "http://localhost:8000", as the client wrote it
  std::string address;                         ///< of the client: "127.0.0.1"
  std::map<std::string, std::string> headers;  ///< by name in lower case; the first of each
  Caller caller;                               ///< once it passed the Gate

  /// A header's value, "" when it is not there; `name` in lower case.
  const std::string& header(const std::string& name) const;
  /// Whether it may change something: neither GET nor HEAD.
  bool is_unsafe() const { return method != "GET" && method != "HEAD"; }
  /// Whether a browser says that it sent it.
  bool is_from_browser() const { return !header("origin").empty() || !header("sec-fetch-site").empty(); }

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
  std::vector<std::string> cookies;  ///< values of Set-Cookie
  /// Puts the next piece into `piece` and returns true, or false at the end; waits no longer than a moment.
  std::function<bool(std::string& piece)> more;
};

Reply json_reply(const document::Value& value, int status = 200);
/// A problem as RFC 9457 has it.
Reply problem_reply(int status, const std::string& title, const std::string& detail);

}  // namespace leat::server
