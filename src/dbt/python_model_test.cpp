#include "dbt/python_model.h"

#include <doctest/doctest.h>

using namespace leat::dbt;

TEST_CASE("the calls of a Python model stand on their lines, those in strings and comments do not") {
  CHECK(template_of_calls(R"py(import x
def model(dbt, session):
    """dbt.ref("doc")
    """
    dbt.config(materialized="table", packages=["a", "b(c"],
               meta={"k": (1, 2)})
    # dbt.ref("comment")
    a = dbt.ref('orders').join(dbt.source("raw", "t"), "dbt.ref('text')")
    return my_dbt.ref("other") or dbt.config.get("x")
)py") == R"j2(



{{ config(materialized="table", packages=["a", "b(c"],
               meta={"k": (1, 2)}) }}

{{ ref('orders') }}{{ source("raw", "t") }}

)j2");
  CHECK(template_of_calls("dbt.ref('never closed") == "{{ ref('never closed) }}");
  CHECK(template_of_calls("") == "");
}
