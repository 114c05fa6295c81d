#include "files/aws_secrets.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "support/http_server.h"

using namespace leat;

namespace {

// A stand-in for AWS Secrets Manager that knows one secret.
testing::ScriptedReply answer(const testing::ScriptedRequest& request) {
  if (request.header("x-amz-target") != "secretsmanager.GetSecretValue" ||
      request.header("authorization").find("/eu-west-1/secretsmanager/aws4_request") == std::string::npos)
    return {.status = 403, .body = R"({"__type":"AccessDeniedException"})"};
  if (request.body == R"({"SecretId":"warehouse"})")
    return {.body = R"({"Name":"warehouse","SecretString":"{\"user\":\"leat\",\"port\":5432}"})"};
  return {.status = 400, .body = R"({"__type":"com.amazonaws.secretsmanager#ResourceNotFoundException"})"};
}

}  // namespace

TEST_CASE("a secret comes whole or by a member, and a refusal names its kind") {
  testing::ScriptedServer server(answer);
  Env env;
  env.set_variable("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  env.set_variable("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  env.set_variable("AWS_REGION", "eu-west-1");
  env.set_variable("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url());
  CHECK(files::read_aws_secret("warehouse", env) == R"({"user":"leat","port":5432})");
  CHECK(files::read_aws_secret("warehouse#user", env) == "leat");
  CHECK(files::read_aws_secret("warehouse#port", env) == "5432");
  auto refused = [&](const char* reference) -> std::string {
    try {
      return "read: " + files::read_aws_secret(reference, env);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::config_secret);
      return error.what_failed();
    }
  };
  CHECK(refused("warehouse#nothing") == "The secret has no member `nothing`");
  CHECK(refused("other") == "AWS Secrets Manager answered ResourceNotFoundException");
  // An ARN goes to its own region.
  CHECK(refused("arn:aws:secretsmanager:us-east-1:123456789012:secret:warehouse") ==
        "AWS Secrets Manager answered AccessDeniedException");
}
