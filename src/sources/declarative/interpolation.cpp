#include "sources/declarative/interpolation.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "jinja/literal.h"
#include "jinja/operations.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/macros.h"

namespace leat::sources::declarative {
namespace {

// A template that is rendered for every page has no reason to be long-winded.
jinja::EnvironmentOptions environment_options() {
  jinja::EnvironmentOptions options;
  options.limits = {1'000'000, 50, 16u << 20, 100'000};
  return options;
}

jinja::Value literal(const std::string& text, Literals literals) {
  std::optional<jinja::Value> value = jinja::literal_eval(text);
  if (!value) return jinja::Value(text);
  if (literals == Literals::text_and_lists && !value->is_string() && !value->is_list())
    return jinja::Value(text);
  return *value;
}

}  // namespace

Interpolation::Interpolation(Env& env) : environment_(environment_options()) {
  for (const jinja::Builtin& builtin : jinja::builtin_globals()) globals_.insert(builtin.name);
  environment_.remove_global("range");
  globals_.erase("range");
  for (auto& [name, function] : connector_macros(env)) add(name, std::move(function));
  for (auto& [name, function] : connector_filters()) environment_.add_filter(name, std::move(function));
}

void Interpolation::add(std::string_view name, jinja::Function function) {
  environment_.add_function(name, std::move(function));
  globals_.emplace(name);
}

void Scope::set_slice(const jinja::Value& slice) {
  set("stream_slice", slice);
  set("stream_partition", slice);
  set("stream_interval", slice);
}

void Scope::set_lazy(std::string name, std::function<jinja::Value()> make) {
  lazy_.emplace_back(std::move(name), std::move(make));
}

std::optional<jinja::Value> Scope::find(std::string_view name) const {
  const jinja::Value* found = variables_->find(name);
  return found ? std::optional(*found) : std::nullopt;
}

Scope Scope::copy() const {
  Scope out;
  variables_->each(
      [&](const jinja::Value& key, const jinja::Value& value) { out.variables_->set(key, value); });
  out.lazy_ = lazy_;
  return out;
}

Interpolated::Interpolated(const document::Value& value, const document::Value& parameters,
                           const Interpolation& interpolation, const jinja::Value& config)
    : raw_(value.raw()), interpolation_(&interpolation), where_(value.where()) {
  if (!value.is_text()) {
    constant_ = to_jinja(value);
    return;
  }
  jinja::ParseOptions options;
  options.first_line = static_cast<std::size_t>(std::max(1, value.mark().line));
  template_ = jinja::Template::parse(raw_, value.mark().file ? *value.mark().file : "<template>", options);
  if (template_->is_plain()) {
    template_ = nullptr;
    constant_ = literal(raw_, Literals::all);
    return;
  }
  jinja::Context base;
  base.set("self", jinja::Value::dict());
  base.set("config", config);
  base.set("parameters", parameters.is_null() ? jinja::Value::dict() : to_jinja(parameters));
  base_ = std::make_shared<const jinja::Context>(std::move(base));
  for (std::string& name : template_->undeclared_names()) {
    // `self` is the template itself: nothing is known of it, and nothing is wrong with it.
    if (!interpolation.is_global(name) && name != "self") names_.push_back(std::move(name));
  }
}

bool Interpolated::uses(std::string_view variable) const {
  return std::find(names_.begin(), names_.end(), variable) != names_.end();
}

std::string Interpolated::render(const Scope& scope) const {
  for (const auto& [name, make] : scope.lazy_) {
    if (uses(name) && !scope.variables_->find(std::string_view(name)))
      scope.variables_->set(std::string_view(name), make());
  }
  jinja::Context context(scope.variables_, base_.get());
  for (const std::string& name : names_) {
    if (!context.find(std::string_view(name))) {
      throw Error(ErrorCode::jinja_undefined, fmt::format("`{}` is not defined here", name), where_);
    }
  }
  return interpolation_->environment().render(*template_, context);
}

jinja::Value Interpolated::evaluate(const Scope& scope, Literals literals) const {
  if (template_) return literal(render(scope), literals);
  // A number that was written as text is text again where only text and lists count.
  if (literals == Literals::text_and_lists && !raw_.empty() && !constant_.is_string() &&
      !constant_.is_list()) {
    return jinja::Value(raw_);
  }
  return constant_;
}

std::string Interpolated::text(const Scope& scope) const {
  jinja::Value value = evaluate(scope);
  return value.is_none() || value.is_undefined() ? std::string() : jinja::to_text(value);
}

// Something inside a value is missing; not a name or a filter that never exists.
bool Interpolated::is_missing(const Error& error) const {
  return error.code() == ErrorCode::jinja_undefined && error.where() != where_ &&
         !error.what_failed().starts_with("No ");
}

jinja::Value Interpolated::member(const Scope& scope, Literals literals) const {
  if (!template_) {
    jinja::Value value = evaluate(scope, literals);
    return value.is_string() && value.as_string().empty() ? jinja::Value::none() : value;
  }
  std::string text;
  try {
    text = render(scope);
  } catch (const Error& error) {
    if (!is_missing(error)) throw;
  }
  return text.empty() ? jinja::Value::none() : literal(text, literals);
}

bool Interpolated::truth(const Scope& scope) const {
  if (!template_) return is_true(constant_);
  std::string text;
  try {
    text = render(scope);
  } catch (const Error& error) {
    // A missing inner member makes a condition false; a name that never exists is an error.
    if (!is_missing(error)) throw;
    return false;
  }
  return !text.empty() && is_true(literal(text, Literals::all));
}

bool is_true(const jinja::Value& value) {
  using jinja::Kind;
  switch (value.kind()) {
    case Kind::undefined:
      return false;
    case Kind::none:
      return false;
    case Kind::boolean:
    case Kind::integer:
      return value.as_integer() != 0;
    case Kind::real:
      return value.as_real() != 0;
    case Kind::string: {
      static constexpr std::string_view kFalse[] = {"False", "false", "{}", "[]", "()", "", "0", "0.0"};
      return std::find(std::begin(kFalse), std::end(kFalse), value.as_string()) == std::end(kFalse);
    }
    case Kind::list:
    case Kind::tuple:
      return !value.items().empty();
    case Kind::dict:
      return !value.as_dict().empty();
    case Kind::set:
      return !value.as_set().members.empty();
    default:
      return true;
  }
}

InterpolatedTree::InterpolatedTree(const document::Value& value, const document::Value& parameters,
                                   const Interpolation& interpolation, const jinja::Value& config) {
  if (value.is_mapping()) {
    kind_ = Kind::mapping;
    for (const auto& [key, member] : value.members()) {
      if (key == "$parameters") continue;
      document::Value name = document::Value::of(key);
      name.set_mark(member.mark());
      members_.emplace_back(Interpolated(name, parameters, interpolation, config),
                            InterpolatedTree(member, parameters, interpolation, config));
    }
  } else if (value.is_list()) {
    kind_ = Kind::list;
    for (const document::Value& item : value.items()) {
      members_.emplace_back(Interpolated(), InterpolatedTree(item, parameters, interpolation, config));
    }
  } else if (!value.is_null()) {
    kind_ = Kind::scalar;
    scalar_ = Interpolated(value, parameters, interpolation, config);
  }
}

jinja::Value InterpolatedTree::evaluate(const Scope& scope, Literals literals) const {
  return kind_ == Kind::scalar ? scalar_.evaluate(scope, literals) : inner(scope, literals);
}

jinja::Value InterpolatedTree::inner(const Scope& scope, Literals literals) const {
  switch (kind_) {
    case Kind::none:
      return jinja::Value::none();
    case Kind::scalar:
      return scalar_.member(scope, literals);
    case Kind::list: {
      std::vector<jinja::Value> items;
      for (const auto& [key, tree] : members_) items.push_back(tree.inner(scope, literals));
      return jinja::Value::list(std::move(items));
    }
    case Kind::mapping: {
      auto out = jinja::make_ref<jinja::Dict>();
      for (const auto& [key, tree] : members_) {
        jinja::Value value = tree.inner(scope, literals);
        if (!value.is_none()) out->set(jinja::Value(key.text(scope)), std::move(value));
      }
      return out;
    }
  }
  return jinja::Value::none();
}

}  // namespace leat::sources::declarative
