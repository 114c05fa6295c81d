// Object: what a value of another room implements to be used in templates: relations, columns, adapters,
// tables.
//
// Guarantees: every function has a default, so a new object implements what it has. Names are looked up with
//   attribute(); `x.name(…)` asks method() first, so that no bound method need be made.
// Threads: as the implementation says; the engine calls it from the thread that renders.
// Owns: nothing.
// Errors: what is missing is nullopt; what fails throws Error (the engine adds template, line and macro
//   stack).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "jinja/value.h"

namespace leat::jinja {

struct CallArguments;

/// Hands out the items of an iterable one after the other.
class Iterator {
 public:
  virtual ~Iterator() = default;
  /// Moves the next item into `item`; false at the end.
  virtual bool next(Value& item) = 0;
};

enum class Operator : std::uint8_t { add, subtract, multiply, divide, floor_divide, modulo, power };

class Object : public Box {
 public:
  /// As Python's type(x).__name__, for messages.
  virtual std::string_view type_name() const = 0;
  /// Python's str(); the default is repr().
  virtual std::string str() const { return repr(); }
  /// Python's repr(), which shows inside lists and dicts.
  virtual std::string repr() const { return "<" + std::string(type_name()) + " object>"; }

  /// `x.name`; nullopt: there is none.
  virtual std::optional<Value> attribute(std::string_view name);
  /// `x[key]`; nullopt: there is none (then attribute() is asked for a string key).
  virtual std::optional<Value> item(const Value& key);
  /// `{% set x.name = value %}`; false: not allowed.
  virtual bool set_attribute(std::string_view name, Value value);
  /// `x.name(…)`; nullopt: no such method (then attribute() is asked and called).
  virtual std::optional<Value> method(std::string_view name, CallArguments& arguments);

  /// `x(…)`; the default throws.
  virtual Value call(CallArguments& arguments);
  virtual bool is_callable() const { return false; }

  /// The items, or nullptr when it can't be iterated.
  virtual std::unique_ptr<Iterator> iterate();
  /// len(x), or nullopt when it has none.
  virtual std::optional<std::size_t> length() const { return std::nullopt; }
  virtual bool is_mapping() const { return false; }
  virtual bool is_sequence() const { return false; }
  /// `item in x`; nullopt: compare with the items of iterate().
  virtual std::optional<bool> contains(const Value&) { return std::nullopt; }

  /// bool(x); the default is a length other than 0.
  virtual bool truth() const { return length().value_or(1) != 0; }
  /// `x == other`; the default is identity.
  virtual bool equals(const Value& other) const;
  /// Negative, 0, positive; nullopt: no order between the two.
  virtual std::optional<int> compare(const Value&) const { return std::nullopt; }
  virtual std::size_t hash() const;
  /// `x op other` (or `other op x` when reflected); nullopt: not supported.
  virtual std::optional<Value> binary(Operator, const Value&, bool /*reflected*/) { return std::nullopt; }
  /// The value to write as JSON; nullopt: str().
  virtual std::optional<Value> json() const { return std::nullopt; }
};

using Function = std::function<Value(CallArguments&)>;

/// A named C++ function as a template value.
class NativeFunction final : public Object {
 public:
  NativeFunction(std::string name, Function function)
      : name_(std::move(name)), function_(std::move(function)) {}
  std::string_view type_name() const override { return "builtin_function_or_method"; }
  std::string repr() const override { return "<built-in function " + name_ + ">"; }
  Value call(CallArguments& arguments) override { return function_(arguments); }
  bool is_callable() const override { return true; }
  std::optional<Value> attribute(std::string_view name) override;

 private:
  std::string name_;
  Function function_;
};

/// Makes a callable value.
Value make_function(std::string name, Function function);

/// Jinja2's namespace(): attributes that `{% set ns.x = … %}` may change from inside loops.
class Namespace final : public Object {
 public:
  std::string_view type_name() const override { return "Namespace"; }
  std::string repr() const override;
  std::optional<Value> attribute(std::string_view name) override;
  std::optional<Value> item(const Value& key) override;
  bool set_attribute(std::string_view name, Value value) override;

  Ref<Dict> attributes = make_ref<Dict>();
};

}  // namespace leat::jinja
