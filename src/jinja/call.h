// CallArguments: what a template hands to a function, filter, test or method written in C++.
//
// Guarantees: positional arguments in order, then named ones as written; `*x` and `**x` are spread already.
// Threads: used on the rendering thread during the call only.
// Owns: its values.
// Errors: require() and bind() throw Error(jinja_type) with the function's name, as Python's TypeError would
//   say.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jinja/object.h"
#include "jinja/value.h"

namespace leat::jinja {

class Session;

/// A vector that keeps its first four elements in place: most calls have no more arguments.
template <class T>
class ShortVector {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t at) { return rest_.empty() ? first_[at] : rest_[at]; }
  const T& operator[](std::size_t at) const { return rest_.empty() ? first_[at] : rest_[at]; }
  T* begin() { return rest_.empty() ? first_ : rest_.data(); }
  T* end() { return begin() + size_; }
  const T* begin() const { return rest_.empty() ? first_ : rest_.data(); }
  const T* end() const { return begin() + size_; }
  void push_back(T value) {
    if (rest_.empty() && size_ < kInPlace) {
      first_[size_++] = std::move(value);
      return;
    }
    if (rest_.empty())
      for (T& item : first_) rest_.push_back(std::move(item));
    rest_.push_back(std::move(value));
    ++size_;
  }
  /// Grows with default values, or cuts.
  void resize(std::size_t size) {
    while (size_ < size) push_back(T());
    if (size < size_ && !rest_.empty()) rest_.resize(size < 1 ? 1 : size);
    size_ = size;
  }

 private:
  static constexpr std::size_t kInPlace = 4;
  T first_[kInPlace];
  std::vector<T> rest_;
  std::size_t size_ = 0;
};

struct NamedValue {
  std::string_view name;  ///< points into the template or a string that outlives the call
  Value value;
};

/// The parameters of a built-in, read once from its signature such as "(value, width=79, *args, **kwargs)".
struct Signature {
  explicit Signature(std::string_view text);
  std::vector<std::string> names;
  std::size_t required = 0;  ///< how many of `names` have no default
  bool rest = false;         ///< takes *args
  bool named_rest = false;   ///< takes **kwargs
};

struct CallArguments {
  std::string_view callee;  ///< for messages
  Value self;  ///< the filtered or tested value, or the method's receiver; absent for plain functions
  ShortVector<Value> positional;
  std::vector<NamedValue> named;
  std::vector<Value> kept_names;  ///< strings that names of `**x` point into
  Session* session = nullptr;     ///< the render under way: lets a function call macros and read the context

  /// The argument at `index` or named `name`, or nullptr when it was not given.
  const Value* find(std::size_t index, std::string_view name) const;
  /// As find(), or throws that the argument is missing.
  const Value& require(std::size_t index, std::string_view name) const;
  /// As find(), or `fallback`.
  Value get(std::size_t index, std::string_view name, Value fallback = nullptr) const;
  /// The argument as text; throws when it is something else.
  const std::string& text(std::size_t index, std::string_view name) const;
  std::string text_or(std::size_t index, std::string_view name, std::string_view fallback) const;
  /// The argument as an integer; None and absent give `fallback`.
  std::int64_t integer_or(std::size_t index, std::string_view name, std::int64_t fallback) const;
  bool truth_or(std::size_t index, std::string_view name, bool fallback) const;
  /// Puts named arguments at their places, leaves absent values where none was given, and throws for too
  /// many, unknown or missing ones. What `*args` and `**kwargs` take stays behind `names.size()` and in
  /// `named`.
  void bind(const Signature& signature);
  /// Throws "callee() what".
  [[noreturn]] void fail(std::string_view what) const;
};

}  // namespace leat::jinja
