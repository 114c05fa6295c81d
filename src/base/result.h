// Result: a value, or the Error that stands in its place; for failures that the caller expects and handles.
//
// Guarantees: exactly one of the two is held.
// Threads: as its content.
// Errors: value() throws the held Error.
#pragma once
#include <utility>
#include <variant>

#include "base/error.h"

namespace leat {

template <class T>
class Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: a value is a result
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: so is an error

  explicit operator bool() const { return held_.index() == 0; }
  /// Returns the value, or throws the error.
  T& value() & {
    if (held_.index() == 1) throw std::get<1>(held_);
    return std::get<0>(held_);
  }
  T&& value() && { return std::move(value()); }
  /// Requires: no value is held.
  const Error& error() const { return std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

}  // namespace leat
