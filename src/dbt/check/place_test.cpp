#include "dbt/check/place.h"

#include <doctest/doctest.h>

#include <string>

namespace leat::dbt {
namespace {

Place place_in(const std::string& code, const std::string& compiled, const std::string& what) {
  return place_in_template(code, 1, compiled, compiled.find(what));
}

}  // namespace

TEST_CASE("a name that the template holds is found where it stands") {
  std::string code = "{{ config(materialized='table') }}\nselect\n  id,\n  nmae\nfrom {{ ref('a') }} as a\n";
  Place place = place_in(code, "\nselect\n  id,\n  nmae\nfrom \"db\".\"main\".\"a\" as a", "nmae");
  CHECK(place.line == 4);
  CHECK(place.column == 3);
  CHECK(place.text == "  nmae");
}

TEST_CASE("what an expression gives is at the expression") {
  std::string code = "select id,\n  {{ cents('amount') }} as amount\nfrom {{ ref('a') }}\n";
  Place place = place_in(code, "select id,\n  (amunt / 100)::numeric(16, 2) as amount\nfrom x.a", "amunt");
  CHECK(place.line == 2);
  CHECK(place.column == 3);
  CHECK(place_in(code, "select id,\n 1 as amount\nfrom x.a", "x.a").line == 3);
}

TEST_CASE("lines of a loop and of ephemeral models before the code do not shift the place") {
  std::string code =
      "select\n{% for c in ['a', 'b'] %}\n  sum({{ c }}) as {{ c }}_sum,\n{% endfor %}\n  wrnog\nfrom t\n";
  std::string compiled =
      "with __dbt__cte__x as (\nselect 1 as id\n) select\n\n  sum(a) as a_sum,\n\n  sum(b) as b_sum,\n\n  "
      "wrnog\nfrom t";
  Place place = place_in(code, compiled, "wrnog");
  CHECK(place.line == 5);
  CHECK(place.column == 3);
  CHECK(place_in_template(code, 10, compiled, compiled.find("wrnog")).line == 14);
}

TEST_CASE("every byte of any text has some place") {
  std::string code = "{{ all() }}";
  for (std::size_t at = 0; at < 12; ++at) CHECK(place_in_template(code, 1, "select 1", at).line == 1);
  CHECK(place_in_template("", 1, "", 5).line == 1);
  CHECK(place_in_template("select", 1, "", 5).line == 1);
}

}  // namespace leat::dbt
