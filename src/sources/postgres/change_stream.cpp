#include "sources/postgres/change_stream.h"

#include <fmt/core.h>

#include "base/error.h"

namespace leat::sources::postgres {
namespace {

constexpr std::int64_t kEpochMicros = 946684800000000LL;  // 2000-01-01
constexpr auto kTellEvery = std::chrono::seconds(2);
constexpr std::size_t kDataHeader = 25, kAliveSize = 18, kWantsAnswer = 17;

std::uint64_t number64(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void put64(std::string& to, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) to.push_back(static_cast<char>(value >> shift));
}

}  // namespace

ChangeStream::ChangeStream(std::unique_ptr<Session> session, const std::string& start,
                           const std::atomic<Lsn>& committed, Env& env)
    : session_(std::move(session)), committed_(committed), env_(env), last_told_(env.steady()) {
  session_->begin_stream(start);
  mutex_.lock();
  teller_ = std::jthread([this](std::stop_token stop) { tell_now_and_then(std::move(stop)); });
}

ChangeStream::~ChangeStream() {
  teller_.request_stop();
  mutex_.unlock();
  teller_.join();
}

// The server must hear of us while the sink holds the reading thread back.
void ChangeStream::tell_now_and_then(std::stop_token stop) {
  std::unique_lock lock(idle_mutex_);
  while (!idle_.wait_for(lock, stop, kTellEvery, [&] { return stop.stop_requested(); })) {
    try {
      if (std::unique_lock session(mutex_); !stop.stop_requested()) tell(false);
    } catch (const Error&) {
      return;  // the reading thread meets the same
    }
  }
}

void ChangeStream::tell(bool wants_answer) {
  told_ = committed_;
  std::string message = "r";
  for (int i = 0; i < 3; ++i) put64(message, told_);
  put64(message, static_cast<std::uint64_t>(env_.now().time_since_epoch().count() - kEpochMicros));
  message.push_back(wants_answer ? 1 : 0);
  session_->send(message);
  last_told_ = env_.steady();
}

void ChangeStream::tell_what_is_new() {
  since_look_ = 0;
  if (told_ != committed_ || env_.steady() - last_told_ >= kTellEvery) tell(false);
}

std::string_view ChangeStream::next(std::chrono::milliseconds wait) {
  constexpr std::size_t kLookEvery = 4096;
  if (++since_look_ >= kLookEvery) tell_what_is_new();
  row_ = session_->receive(wait);
  if (row_.empty()) return {};
  std::string_view bytes = row_.bytes();
  if (bytes[0] == 'w' && bytes.size() > kDataHeader) return bytes.substr(kDataHeader);
  if (bytes[0] != 'k' || bytes.size() < kAliveSize)
    throw Error(ErrorCode::postgres_protocol, fmt::format("A message begins with `{}`", bytes[0]),
                session_->place());
  server_end_ = std::max(server_end_, number64(bytes, 1));
  if (bytes[kWantsAnswer] == 1) tell(false);
  return {};
}

}  // namespace leat::sources::postgres
