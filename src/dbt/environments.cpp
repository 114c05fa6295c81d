#include "dbt/environments.h"

#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

std::unique_ptr<jinja::Environment> make_environment(jinja::UndefinedPolicy policy, Env& env) {
  jinja::EnvironmentOptions options;
  options.undefined = policy;
  options.chance = [&env] { return env.chance(); };
  auto environment = std::make_unique<jinja::Environment>(std::move(options));
  for (const char* name : {"as_text", "as_bool", "as_native", "as_number"})
    environment->add_filter(name, [](CallArguments& arguments) { return arguments.self; });
  environment->add_filter("is_list",
                          [](CallArguments& arguments) { return Value(arguments.self.is_list()); });
  environment->add_global("return", jinja::return_function());
  return environment;
}

void add_native_filters(jinja::Environment& environment) {
  environment.add_filter("as_text", [](CallArguments& arguments) {
    return Value(arguments.self.is_none() ? "" : jinja::to_text(arguments.self));
  });
  environment.add_filter("as_bool", [](CallArguments& arguments) -> Value {
    if (arguments.self.kind() == jinja::Kind::boolean) return arguments.self;
    std::string text = lower(jinja::to_text(arguments.self));
    if (text == "true" || text == "false") return Value(text == "true");
    arguments.fail("needs True or False");
  });
  environment.add_filter("as_number", [](CallArguments& arguments) -> Value {
    if (arguments.self.is_number()) return arguments.self;
    std::string text = jinja::to_text(arguments.self);
    if (auto whole = jinja::parse_integer(text)) return Value(*whole);
    if (auto real = jinja::parse_real(text)) return Value(*real);
    arguments.fail("needs a number");
  });
  environment.add_filter("as_native", [](CallArguments& arguments) {
    return arguments.self.is_string() ? native_value(arguments.self.as_string()) : arguments.self;
  });
}

}  // namespace leat::dbt
