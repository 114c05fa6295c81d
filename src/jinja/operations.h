// Operations on values with Python's meaning: text, truth, equality, order, arithmetic, items,
// iteration.
//
// Guarantees: same result as Python 3.11 for the kinds of Value, except that integers have 64 bits
//   and a result that does not fit is an error.
// Threads: any, as long as no thread changes a container that is read.
// Errors: Error(jinja_type) in Python's words; Error(jinja_undefined) for a use of an undefined
//   value that its policy forbids; Error(jinja_limit) for nests deeper than 200 and strings beyond
//   512 MB.
// Source: Python 3.11 language reference 3.3 and 6; library reference, built-in types.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jinja/object.h"
#include "jinja/value.h"

namespace leat::jinja {

enum class Comparison : std::uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in
};

/// Python's str().
std::string to_text(const Value& value);
/// Appends str(value).
void append_text(std::string& out, const Value& value);
/// Python's repr().
std::string to_repr(const Value& value);
/// Python's repr() of a float: the shortest text that reads back the same.
std::string real_repr(double value);
/// Python's type(x).__name__.
std::string_view type_name(const Value& value);
/// JSON as Python's json.dumps(value) prints it (", " and ": "), with `indent` spaces a level if not
/// negative.
std::string to_json(const Value& value, int indent = -1, bool sort_keys = false);

/// Python's bool().
bool truth(const Value& value);
/// Python's ==.
bool equals(const Value& left, const Value& right);
/// -1, 0, 1 as Python's < orders; throws when the two have no order.
int order(const Value& left, const Value& right);
bool compare(Comparison comparison, const Value& left, const Value& right);
/// Python's hash(); throws for lists, dicts and sets.
std::size_t hash_of(const Value& value);
/// `item in container`.
bool contains(const Value& container, const Value& item);
/// Python's len(); throws when there is none.
std::size_t length_of(const Value& value);
/// Python's callable().
bool is_callable(const Value& value);

/// left op right.
Value arithmetic(Operator op, const Value& left, const Value& right);
Value negate(const Value& value);

/// Iterates over a value; throws when it can't be.
std::unique_ptr<Iterator> iterate(const Value& value);
/// The same, or nullptr when it can't be.
std::unique_ptr<Iterator> try_iterate(const Value& value);
/// All items of an iterable.
std::vector<Value> collect(const Value& iterable);

/// `value.name` as Jinja resolves it: attribute or method first, then item. nullopt: neither.
std::optional<Value> find_attribute(const Value& value, const Value& name);
/// `value[key]`: item first, then attribute. nullopt: neither.
std::optional<Value> find_item(const Value& value, const Value& key);
/// `value[start:stop:step]`; None where a bound is left out.
Value slice(const Value& value, const Value& start, const Value& stop, const Value& step);

/// Reads a number from text as int() and float() do; nullopt when it is none.
std::optional<std::int64_t> parse_integer(std::string_view text, int base = 10);
std::optional<double> parse_real(std::string_view text);

/// Python's `format % values`.
std::string printf_format(std::string_view format, const Value& values);
/// Python's format.format(*positional, **named).
std::string brace_format(std::string_view format, const CallArguments& arguments);
/// Python's format(value, spec).
std::string format_value(const Value& value, std::string_view spec);

/// Throws Error(jinja_undefined) in the words of the value's absence.
[[noreturn]] void raise_undefined(const Value& value);
/// Throws Error(jinja_type).
[[noreturn]] void raise_type(std::string message);

}  // namespace leat::jinja
