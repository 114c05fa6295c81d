// Cassette: exchanges of HTTP kept in a file, and played back without a network.
//
// Guarantees: no secret reaches the file: registered ones, headers that hold credentials, and values that by
//   their name are secrets (in queries, forms and JSON) are left out, and never make a match fail. While one
//   is played no connection is made. An exchange is on disk before its answer is used. A recording is
//   bounded, and its file says where the bound ended it.
// Threads: any; all clients of a process share a cassette by its path.
// Owns: the file.
// Errors: Error(file_io, document_syntax, config_invalid); Error(http_not_recorded) for a request that is not
//   in it, also because the recording ended before; Error(http_too_large) for an answer that does not fit
//   into the recording any more, and is then not used.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "http/message.h"

namespace leat::http {

/// The variables that name a cassette to record into, or to play, and how large one may get.
inline constexpr const char *kRecordVariable = "LEAT_HTTP_RECORD", *kReplayVariable = "LEAT_HTTP_REPLAY",
                            *kRecordBytesVariable = "LEAT_HTTP_RECORD_BYTES";
inline constexpr std::int64_t kRecordBytesMax = 50 << 20;  ///< where the variable says nothing

class Cassette {
 public:
  virtual ~Cassette() = default;
  /// Plays: answers from the file, in order for equal requests; where the time of day changed a request, by
  /// method, path and the names of its parameters.
  virtual Response play(const Request& request) = 0;
  /// Records an exchange.
  virtual void record(const Request& request, const Response& response) = 0;
  virtual bool plays() const = 0;
  /// Whether the bound has ended the recording, or what is played is at that end.
  virtual bool is_over() const = 0;
};

/// The cassette that the variables name, nullptr where they name none. A recording begins anew in each
/// process.
std::shared_ptr<Cassette> open_cassette(Env& env);
/// Whether a cassette is open whose bound has been reached, so that what fails now fails because of it.
bool cassette_is_over(Env& env);
/// When a cassette was recorded, "" where it does not say.
std::string cassette_time(const std::string& path);
/// The text without what by its name is a secret, in JSON or in a query or form.
std::string without_secret_members(std::string_view text);

}  // namespace leat::http
