#include "server/pgwire/message_reader.h"

#include <fmt/core.h>

#include "base/error.h"
#include "server/pgwire/errors.h"

namespace leat::server::pgwire {
namespace {

constexpr std::size_t kPiece = 16384;
constexpr std::size_t kStartupMax = 10000;  // as PostgreSQL has it
constexpr std::size_t kShortMax = 65536;
constexpr std::string_view kTypes = "BCDEFHPQSXcdfp";
constexpr std::string_view kLongTypes = "BPQ";  // those that carry what users write

}  // namespace

bool MessageReader::wait(std::chrono::milliseconds patience) {
  if (has_bytes() || is_at_end_) return true;
  char piece[kPiece];
  long got = channel_.read(piece, sizeof piece, patience);
  if (got < 0) return false;
  if (got == 0) is_at_end_ = true;
  buffer_.assign(piece, static_cast<std::size_t>(got));
  at_ = 0;
  return true;
}

// False at the end of the connection.
bool MessageReader::fill(std::size_t wanted, std::chrono::milliseconds patience) {
  auto began = env_.steady();
  while (buffer_.size() - at_ < wanted) {
    if (is_at_end_) return false;
    if (at_ > 0) {
      buffer_.erase(0, at_);
      at_ = 0;
    }
    char piece[kPiece];
    long got = channel_.read(piece, sizeof piece, patience);
    if (got < 0 || env_.elapsed_ms(began) > patience.count())
      throw refusal(State::idle, "The rest of a message does not come");
    if (got == 0) is_at_end_ = true;
    buffer_.append(piece, static_cast<std::size_t>(got));
  }
  return true;
}

std::size_t MessageReader::length_at(std::size_t offset) const {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i)
    out = (out << 8) | static_cast<unsigned char>(buffer_[at_ + offset + i]);
  return out;
}

std::string MessageReader::take(std::size_t from, std::size_t end) {
  std::string out = buffer_.substr(at_ + from, end - from);
  at_ += end;
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  return out;
}

std::optional<Message> MessageReader::next(std::chrono::milliseconds patience) {
  constexpr std::size_t kHead = 5;
  if (!fill(1, patience)) return std::nullopt;
  char type = buffer_[at_];
  if (kTypes.find(type) == std::string_view::npos)
    throw refusal(State::protocol,
                  fmt::format("invalid frontend message type {}", static_cast<unsigned char>(type)));
  if (!fill(kHead, patience)) return std::nullopt;
  std::size_t length = length_at(1);
  if (length < 4) throw refusal(State::protocol, "A message is shorter than its length");
  std::size_t most = kLongTypes.find(type) != std::string_view::npos ? bytes_max_ : kShortMax;
  if (length > most)
    throw refusal(State::protocol, fmt::format("A message of {} bytes is longer than {}", length, most))
        .fix("Raise `message_bytes_max` under `serve.sql` in leat.yml.");
  if (!fill(length + 1, patience)) return std::nullopt;
  return Message{type, take(kHead, length + 1)};
}

std::optional<std::string> MessageReader::startup(std::chrono::milliseconds patience) {
  if (!fill(4, patience)) return std::nullopt;
  std::size_t length = length_at(0);
  if (length < 8 || length > kStartupMax) throw refusal(State::protocol, "invalid length of startup packet");
  if (!fill(length, patience)) return std::nullopt;
  return take(4, length);
}

}  // namespace leat::server::pgwire
