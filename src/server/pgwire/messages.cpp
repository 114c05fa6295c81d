#include "server/pgwire/messages.h"

#include <utility>

#include "base/error.h"
#include "server/pgwire/errors.h"

namespace leat::server::pgwire {
namespace {

[[noreturn]] void refuse(const char* why) {
  throw refusal(State::protocol, why);
}

}  // namespace

std::string_view Fields::bytes(std::size_t count) {
  if (count > rest_.size()) refuse("A message ends too early");
  std::string_view out = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return out;
}

char Fields::byte() {
  return bytes(1)[0];
}

std::int16_t Fields::int16() {
  std::string_view two = bytes(2);
  return static_cast<std::int16_t>((static_cast<unsigned char>(two[0]) << 8) |
                                   static_cast<unsigned char>(two[1]));
}

std::int32_t Fields::int32() {
  std::uint32_t out = 0;
  for (char c : bytes(4)) out = (out << 8) | static_cast<unsigned char>(c);
  return static_cast<std::int32_t>(out);
}

std::string_view Fields::text() {
  std::size_t end = rest_.find('\0');
  if (end == std::string_view::npos) refuse("A text of a message has no end");
  std::string_view out = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return out;
}

std::optional<std::string_view> Fields::value() {
  std::int32_t length = int32();
  if (length == -1) return std::nullopt;
  if (length < 0) refuse("A value of a message has a negative length");
  return bytes(static_cast<std::size_t>(length));
}

std::size_t Fields::count(std::size_t each) {
  // PostgreSQL counts to 65535 here.
  std::size_t count = static_cast<std::uint16_t>(int16());
  if (count * each > rest_.size()) refuse("A message counts more than it holds");
  return count;
}

void Fields::end() const {
  if (!rest_.empty()) refuse("A message is longer than what it says");
}

Answers& Answers::begin(char type) {
  finish();
  buffer_.push_back(type);
  open_ = buffer_.size();
  buffer_.append(4, '\0');
  return *this;
}

Answers& Answers::int16(int number) {
  append_number(buffer_, static_cast<std::uint16_t>(number));
  return *this;
}

Answers& Answers::int32(std::int64_t number) {
  append_number(buffer_, static_cast<std::uint32_t>(number));
  return *this;
}

Answers& Answers::byte(char c) {
  buffer_.push_back(c);
  return *this;
}

Answers& Answers::text(std::string_view text) {
  buffer_.append(text.substr(0, text.find('\0')));
  buffer_.push_back('\0');
  return *this;
}

Answers& Answers::bytes(std::string_view bytes) {
  buffer_.append(bytes);
  return *this;
}

void Answers::finish() {
  if (!open_) return;
  auto length = static_cast<std::uint32_t>(buffer_.size() - *open_);
  for (std::size_t i = 0; i < 4; ++i) buffer_[*open_ + i] = static_cast<char>(length >> (24 - 8 * i));
  open_.reset();
}

void Answers::take_back(std::size_t size) {
  buffer_.resize(size);
  open_.reset();
}

std::string Answers::take() {
  finish();
  return std::exchange(buffer_, {});
}

}  // namespace leat::server::pgwire
