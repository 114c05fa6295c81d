// Problem: an answer other than 200 that SODA documents, with its code, words and
// data.
//
// Guarantees: body() is one of the two shapes that clients meet: the documented one,
//   with "code" and "error", and the query server's, with "errorCode".
// Threads: a value.
// Errors: this is the one type that the stand-in throws for a bad request.
// Source: dev.socrata.com response codes; the public source of the query server.
#pragma once
#include <exception>
#include <string>
#include <string_view>

namespace soda {

class Problem : public std::exception {
 public:
  enum class Shape { documented, server };

  /// `data`: a JSON object, or empty.
  Problem(int status, std::string code, std::string message, std::string data = {})
      : status_(status), code_(std::move(code)), message_(std::move(message)), data_(std::move(data)) {}

  int status() const { return status_; }
  const std::string& code() const { return code_; }
  const std::string& message() const { return message_; }
  const char* what() const noexcept override { return message_.c_str(); }
  std::string body(Shape shape) const;
  /// The shape that the city uses for this code.
  Shape usual_shape() const { return code_.starts_with("query.") ? Shape::server : Shape::documented; }

 private:
  int status_;
  std::string code_, message_, data_;
};

/// Writes `text` as a JSON string with its quotes.
std::string json_string(std::string_view text);

}  // namespace soda
