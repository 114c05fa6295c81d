#include "server/api/values.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/secret.h"

namespace leat::server {

TEST_CASE("an answer tells what went wrong without the secrets in it") {
  register_secret("api-s3cret");
  Reply reply = answer_or_problem([]() -> Reply {
    throw Error(ErrorCode::warehouse_sql, "There is no user with api-s3cret", "warehouse")
        .fix("The statement was: login 'api-s3cret'");
  });
  CHECK(reply.status >= 400);
  CHECK(reply.body.find("There is no user with ***") != std::string::npos);
  CHECK(reply.body.find("login '***'") != std::string::npos);
  CHECK(reply.body.find("api-s3cret") == std::string::npos);
  Reply none = answer_or_problem(
      []() -> Reply { throw Error(ErrorCode::alert_unknown, "There is no alert api-s3cret", "alerts"); });
  CHECK(none.status == 404);
  CHECK(none.body.find("api-s3cret") == std::string::npos);
}

}  // namespace leat::server
