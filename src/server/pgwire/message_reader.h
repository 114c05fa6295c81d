// MessageReader: cuts what a client sends into messages.
//
// Guarantees: never holds more than one message's limit and what one read brought; a
//   length that can't be is refused before it is waited for. A message that trickles
//   in is not waited for longer than one that does not come at all.
// Threads: one at a time.
// Owns: the bytes read and not asked for yet.
// Errors: refusal(State::protocol) for what is no message,
//   refusal(State::too_large), refusal(State::idle) when the rest of a message does
//   not come.
// Source: PostgreSQL documentation, chapter 55.2
#pragma once
#include <optional>

#include "server/channel.h"
#include "server/pgwire/messages.h"

namespace leat::server::pgwire {

class MessageReader {
 public:
  MessageReader(Channel& channel, std::size_t bytes_max, Env& env)
      : channel_(channel), bytes_max_(bytes_max), env_(env) {}
  /// Waits until something is there, or the end; false when `patience` is over.
  bool wait(std::chrono::milliseconds patience);
  /// Whether a message may be had without waiting for its first byte.
  bool has_bytes() const { return at_ < buffer_.size(); }
  /// The next message; nullopt at the end of the connection.
  std::optional<Message> next(std::chrono::milliseconds patience);
  /// The first message of a connection, which has no type; nullopt at the end.
  std::optional<std::string> startup(std::chrono::milliseconds patience);

 private:
  bool fill(std::size_t wanted, std::chrono::milliseconds patience);
  std::size_t length_at(std::size_t offset) const;
  std::string take(std::size_t from, std::size_t end);

  Channel& channel_;
  const std::size_t bytes_max_;
  Env& env_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool is_at_end_ = false;
};

}  // namespace leat::server::pgwire
