// Cassette: exchanges of HTTP kept in a file, and played back without a network.
//
// Guarantees: no secret reaches the file: registered ones, headers that hold credentials, and values that by
//   their name are secrets (in queries, forms and JSON) are left out, and never make a match fail. While one
//   is played no connection is made. An exchange is on disk before its answer is used.
// Threads: any; all clients of a process share a cassette by its path.
// Owns: the file.
// Errors: Error(file_io, document_syntax); Error(http_not_recorded) for a request that is not in it.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "http/message.h"

namespace leat::http {

/// The variables that name a cassette to record into, or to play.
inline constexpr const char *kRecordVariable = "LEAT_HTTP_RECORD", *kReplayVariable = "LEAT_HTTP_REPLAY";

class Cassette {
 public:
  virtual ~Cassette() = default;
  /// Plays: answers from the file, in order for equal requests; where the time of day changed a request, by
  /// method, path and the names of its parameters.
  virtual Response play(const Request& request) = 0;
  /// Records an exchange.
  virtual void record(const Request& request, const Response& response) = 0;
  virtual bool plays() const = 0;
};

/// The cassette that the variables name, nullptr where they name none. A recording begins anew in each
/// process.
std::shared_ptr<Cassette> open_cassette(Env& env);
/// When a cassette was recorded, "" where it does not say.
std::string cassette_time(const std::string& path);
/// The text without what by its name is a secret, in JSON or in a query or form.
std::string without_secret_members(std::string_view text);

}  // namespace leat::http
