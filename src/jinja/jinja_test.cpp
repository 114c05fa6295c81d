#include <doctest/doctest.h>

#include "base/error.h"
#include "jinja/environment.h"
#include "jinja/operations.h"
#include "jinja/sorting.h"
#include "jinja/template.h"

using namespace leat;
using namespace leat::jinja;

namespace {
std::string render(const std::string& text, const Context& context = Context(),
                   UndefinedPolicy policy = UndefinedPolicy::lenient) {
  EnvironmentOptions options;
  options.undefined = policy;
  return Environment(options).render(*Template::parse(text, "t.sql"), context);
}
}  // namespace

TEST_CASE("every example of the tables of built-ins renders to its result") {
  std::vector<const std::vector<Builtin>*> tables = {&builtin_filters(), &builtin_tests(),
                                                     &builtin_globals()};
  for (int kind = 0; kind <= static_cast<int>(Kind::object); ++kind)
    tables.push_back(&builtin_methods(static_cast<Kind>(kind)));
  for (const auto* table : tables)
    for (const Builtin& row : *table) {
      INFO("built-in ", row.name, ": ", row.example);
      CHECK(std::string(row.example) != "");
      CHECK(std::string(row.words) != "");
      std::string result;
      Context context;
      context.set("set", make_function("set", [](CallArguments& a) {
                    return make_set(collect(a.require(0, "items")));
                  }));
      try {
        result = render(row.example, context);
      } catch (const Error& error) {
        result = error.what();
      }
      CHECK(result == row.result);
    }
}

TEST_CASE("a template renders text, variables and control flow") {
  Context context;
  context.set("name", Value("Ada"));
  context.set("items", Value::list({Value(1), Value(2)}));
  CHECK(render("Hello {{ name }}{% for i in items %}, {{ i * 2 }}{% endfor %}!", context) ==
        "Hello Ada, 2, 4!");
}
