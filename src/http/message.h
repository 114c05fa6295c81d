// Request, Response, Headers, Body: one exchange of HTTP as values.
//
// Guarantees: header names are compared without case and keep the case they came in. A
//   Body always has kPadding zero bytes behind its end, so that simdjson can parse it in
//   place.
// Threads: values; one thread at a time.
// Owns: a Body its bytes; clear() keeps the memory for the next answer.
// Errors: none but bad_alloc.
// Source: RFC 9110.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace leat::http {

class Headers {
 public:
  using Entry = std::pair<std::string, std::string>;
  /// Adds a header, also where one of that name is there already.
  void add(std::string name, std::string value);
  /// Replaces all headers of that name by one.
  void set(std::string name, std::string value);
  void erase(std::string_view name);
  void clear() { entries_.clear(); }
  /// The value of the header, of several the last; nullptr when there is none.
  const std::string* find(std::string_view name) const;
  /// As find, "" when there is none.
  std::string_view get(std::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

/// A growing buffer of bytes that never zeroes what it grows by.
class Body {
 public:
  static constexpr std::size_t kPadding = 64;
  Body() = default;
  explicit Body(std::string_view content) { append(content); }
  Body(Body&& other) noexcept { swap(other); }
  Body& operator=(Body&& other) noexcept {
    swap(other);
    return *this;
  }
  void append(std::string_view bytes);
  /// Makes room for `bytes` in all.
  void reserve(std::size_t bytes);
  void clear();
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  const char* data() const { return bytes_ ? bytes_.get() : ""; }
  std::string_view view() const { return {data(), size_}; }

 private:
  void swap(Body& other) noexcept;
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
};

struct Request {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  /// Headers that hold credentials: not sent on when a redirect leads to another origin (Authorization and
  /// Cookie never are).
  std::vector<std::string> secret_headers;
};

struct Response {
  int status = 0;
  Headers headers;
  Body body;
  std::string url;  ///< where the answer came from, after redirects; holds secrets, print safe_url() of it
  bool ok() const { return status < 400; }
};

/// Reads "Sun, 06 Nov 1994 08:49:37 GMT" and the two older forms; nullopt for no date.
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace leat::http
