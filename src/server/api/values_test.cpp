#include "server/api/values.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/secret.h"

namespace leat::server {

TEST_CASE("an answer tells what went wrong without the secrets in it") {
  register_secret("api-s3cret");
  Reply reply = answer_or_problem([]() -> Reply {
    throw Error(ErrorCode::warehouse_sql, "There is no user with api-s3cret", "warehouse");
  });
  CHECK(reply.status >= 400);
  CHECK(reply.body.find("There is no user with ***") != std::string::npos);
  CHECK(reply.body.find("api-s3cret") == std::string::npos);
}

}  // namespace leat::server
