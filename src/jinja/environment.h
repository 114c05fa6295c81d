// Environment: what a family of templates may use (globals, filters, tests), and the limits they run
// in.
//
// Guarantees: has all filters, tests and globals of Jinja2 3.1 from the start, except lipsum. Output is
//   text without escaping. A render ends: steps, depth and size are bounded.
// Threads: set up by one thread; then any number of threads may render at once.
// Owns: its globals and functions.
// Errors: render throws Error(jinja_undefined, jinja_type, jinja_limit, jinja_raised) at
//   "name:line:column" with the line's text and the macros it happened in. Errors of functions keep
//   their code and get the place.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jinja/call.h"
#include "jinja/object.h"
#include "jinja/template.h"
#include "jinja/value.h"

namespace leat::jinja {

struct Limits {
  std::uint64_t steps_max = 100'000'000;      ///< statements, calls and loop turns of one render
  std::uint32_t depth_max = 400;              ///< macros inside macros
  std::size_t output_bytes_max = 512u << 20;  ///< of one render, and of one string that is built
  std::size_t range_items_max = 10'000'000;
};

/// Variables by name: its own, then what the resolver says, then its parent's.
class Context {
 public:
  using Resolver = std::function<std::optional<Value>(std::string_view name)>;

  Context() = default;
  /// Shares `variables`: what templates change in it (dbt's context.update) is seen by all who hold it.
  explicit Context(Ref<Dict> variables, const Context* parent = nullptr)
      : variables_(std::move(variables)), parent_(parent) {}
  /// Requires: `parent` outlives this.
  explicit Context(const Context* parent) : parent_(parent) {}

  void set(std::string_view name, Value value) { variables_->set(name, std::move(value)); }
  /// Asks `resolver` for names that are not among the variables.
  void set_resolver(Resolver resolver) { resolver_ = std::move(resolver); }
  /// Finds a variable here or in a parent.
  bool find(const Value& name, Value& found) const;
  std::optional<Value> find(std::string_view name) const;
  std::optional<Value> find(const char* name) const { return find(std::string_view(name)); }
  const Ref<Dict>& variables() const { return variables_; }
  const Context* parent() const { return parent_; }

 private:
  Ref<Dict> variables_ = make_ref<Dict>();
  Resolver resolver_;
  const Context* parent_ = nullptr;
};

/// One row of the tables of built-ins: declared once, printed in the docs, its example run as a test.
struct Builtin {
  const char* name;
  const char* signature;  ///< after the filtered value or receiver, such as "(width=80, blank=true)"
  Value (*function)(CallArguments&);
  const char* words;
  const char* example;  ///< a template
  const char* result;   ///< what the example renders to
};

struct EnvironmentOptions {
  UndefinedPolicy undefined = UndefinedPolicy::lenient;
  Limits limits;
  std::function<std::uint64_t()> chance;  ///< for the filter `random`; without it, the first item is chosen
};

class Environment {
 public:
  explicit Environment(EnvironmentOptions options = {});
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  void add_global(std::string_view name, Value value);
  void add_function(std::string_view name, Function function);
  /// The filtered value is CallArguments::self.
  void add_filter(std::string_view name, Function function);
  void remove_global(std::string_view name);
  /// Asked by include, import and extends; returns nullptr for a template that does not exist.
  void set_loader(std::function<std::shared_ptr<const Template>(std::string_view name)> loader);

  /// Renders to text.
  std::string render(const Template& parsed, const Context& context) const;
  /// Renders natively: a template that is one expression keeps the value's type, else text.
  Value render_native(const Template& parsed, const Context& context) const;
  /// Evaluates a template made by Template::parse_expression.
  Value evaluate(const Template& expression, const Context& context) const;
  /// Calls a macro (or any callable) with `context` as its globals; the result is its text, or what it
  /// return()ed.
  Value call_macro(const Value& macro, CallArguments& arguments, const Context& context) const;

  const EnvironmentOptions& options() const { return options_; }

 private:
  friend class Session;
  struct Tables;
  EnvironmentOptions options_;
  std::unique_ptr<Tables> tables_;
};

/// dbt's return() as a function, for places where it is not a statement of its own: register it as "return".
Value return_function();

/// The tables of built-ins, for docs and tests.
const std::vector<Builtin>& builtin_filters();
const std::vector<Builtin>& builtin_tests();
const std::vector<Builtin>& builtin_globals();
const std::vector<Builtin>& builtin_methods(Kind kind);

/// A render under way, as functions see it through CallArguments::session.
class Session;
/// Calls any callable from inside a function.
Value call_value(Session& session, const Value& callee, CallArguments& arguments);

}  // namespace leat::jinja
