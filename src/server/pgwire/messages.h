// Messages of PostgreSQL's frontend/backend protocol: bodies are read field by field, answers are written
// into one buffer.
//
// Guarantees: Fields never reads beyond its body, whatever a client sent; Answers keeps the lengths right.
// Threads: one at a time.
// Owns: Answers its buffer; Fields only looks at a body, which must outlive it.
// Errors: refusal(State::protocol) for a body that ends too early or is too long.
// Source: PostgreSQL documentation, chapter 55.7, message formats
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat::server::pgwire {

/// A message of a client: its type and what follows its length.
struct Message {
  char type = 0;
  std::string body;
};

class Fields {
 public:
  explicit Fields(std::string_view body) : rest_(body) {}
  std::int16_t int16();
  std::int32_t int32();
  char byte();
  /// Reads up to the next NUL.
  std::string_view text();
  std::string_view bytes(std::size_t count);
  /// Reads a length and as many bytes; nullopt for the length -1.
  std::optional<std::string_view> value();
  /// A count that the body can hold, at `each` bytes at least for one.
  std::size_t count(std::size_t each);
  bool is_at_end() const { return rest_.empty(); }
  /// Refuses bytes that nobody asked for.
  void end() const;

 private:
  std::string_view rest_;
};

/// Appends a big-endian number.
template <class Number>
void append_number(std::string& out, Number number) {
  for (int shift = static_cast<int>(sizeof(Number)) * 8 - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> shift));
}

class Answers {
 public:
  /// Begins a message; the next begin() or finish() fills in its length.
  Answers& begin(char type);
  Answers& int16(int number);
  Answers& int32(std::int64_t number);
  Answers& byte(char c);
  /// Appends a text and its NUL.
  Answers& text(std::string_view text);
  Answers& bytes(std::string_view bytes);
  /// Where the body of the message is written to by others.
  std::string& body() { return buffer_; }
  void finish();
  std::size_t size() const { return buffer_.size(); }
  /// Takes back everything from `size` on: a row that failed halfway.
  void take_back(std::size_t size);
  std::string take();

 private:
  std::string buffer_;
  std::optional<std::size_t> open_;  // where the length of the open message stands
};

}  // namespace leat::server::pgwire
