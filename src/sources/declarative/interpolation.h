// Interpolation: templates in a manifest's settings, with the result types that Airbyte gives them.
//
// Guarantees: the text that a template renders to is read as a Python literal where it is one ("10" becomes
//   10, "1.0" 1.0, "True" true, "01" stays text); `config` and the component's `parameters` are always there.
// Threads: an Interpolated may be evaluated by any number of threads at once, each with a Scope of its own.
// Owns: its parsed template.
// Errors: Error(jinja_…) at the manifest's file:line:column.
// Source: behaviour of the Airbyte CDK's interpolation package.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/error.h"
#include "document/value.h"
#include "jinja/environment.h"
#include "jinja/template.h"

namespace leat::sources::declarative {

/// The macros and filters that connectors may use.
class Interpolation {
 public:
  explicit Interpolation(Env& env);
  const jinja::Environment& environment() const { return environment_; }
  bool is_global(std::string_view name) const { return globals_.count(name) > 0; }

 private:
  void add(std::string_view name, jinja::Function function);
  jinja::Environment environment_;
  std::set<std::string, std::less<>> globals_;
};

/// The variables of one evaluation: stream_slice, next_page_token, response, record …
class Scope {
 public:
  void set(std::string_view name, jinja::Value value) { variables_->set(name, std::move(value)); }
  /// Sets stream_slice and its other names, stream_partition and stream_interval.
  void set_slice(const jinja::Value& slice);
  /// A variable that is made when it is first asked for.
  void set_lazy(std::string name, std::function<jinja::Value()> make);
  /// The variable of that name, nullopt when it is not set.
  std::optional<jinja::Value> find(std::string_view name) const;
  /// A scope with the same variables that can be added to without changing this one.
  Scope copy() const;

 private:
  friend class Interpolated;
  jinja::Ref<jinja::Dict> variables_ = jinja::make_ref<jinja::Dict>();
  std::vector<std::pair<std::string, std::function<jinja::Value()>>> lazy_;
};

/// Which results of a template are read as literals.
enum class Literals {
  all,
  text_and_lists,  ///< query parameters and form bodies: numbers stay as written
};

class Interpolated {
 public:
  Interpolated() = default;
  /// Parses `value` (other scalars than text are kept as they are). `parameters` are the component's.
  Interpolated(const document::Value& value, const document::Value& parameters,
               const Interpolation& interpolation, const jinja::Value& config);

  bool empty() const { return !template_ && constant_.is_absent(); }
  /// The template's value.
  jinja::Value evaluate(const Scope& scope, Literals literals = Literals::all) const;
  /// The value as text; "" for none.
  std::string text(const Scope& scope) const;
  /// The value as a member of a mapping: none where it comes out empty or asks for what is not there.
  jinja::Value member(const Scope& scope, Literals literals) const;
  /// Airbyte's truth: false for False, None, "", {}, [], (), 0 and their spellings.
  bool truth(const Scope& scope) const;
  /// True when the template reads this variable.
  bool uses(std::string_view variable) const;

 private:
  std::string render(const Scope& scope) const;
  bool is_missing(const Error& error) const;
  std::shared_ptr<const jinja::Template> template_;
  jinja::Value constant_;  // for what is no template; absent otherwise
  std::string raw_;
  std::shared_ptr<const jinja::Context> base_;
  const Interpolation* interpolation_ = nullptr;
  std::vector<std::string> names_;
  std::string where_;
};

/// A mapping, list or scalar with templates at any depth; members that come out as none are left out.
class InterpolatedTree {
 public:
  InterpolatedTree() = default;
  InterpolatedTree(const document::Value& value, const document::Value& parameters,
                   const Interpolation& interpolation, const jinja::Value& config);
  bool empty() const { return kind_ == Kind::none; }
  jinja::Value evaluate(const Scope& scope, Literals literals = Literals::all) const;

 private:
  enum class Kind { none, scalar, list, mapping };
  jinja::Value inner(const Scope& scope, Literals literals) const;
  Kind kind_ = Kind::none;
  Interpolated scalar_;
  std::vector<std::pair<Interpolated, InterpolatedTree>> members_;  // keys are empty in a list
};

/// Airbyte's truth of a value.
bool is_true(const jinja::Value& value);

}  // namespace leat::sources::declarative
