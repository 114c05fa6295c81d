#include "files/aws_secrets.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/secret_source.h"
#include "document/value.h"
#include "files/credentials.h"
#include "http/client.h"

namespace leat::files {
namespace {

using document::Value;

std::string endpoint(const Env& env, const std::string& region) {
  for (const char* name : {"AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL"}) {
    std::string url = env.variable(name).value_or("");
    while (!url.empty() && url.back() == '/') url.pop_back();
    if (!url.empty()) return url + "/";
  }
  return fmt::format("https://secretsmanager.{}.amazonaws.com/", region);
}

[[noreturn]] void refuse(const std::string& what, const std::string& reference) {
  throw Error(ErrorCode::config_secret, what, "aws:" + reference);
}

// "ResourceNotFoundException" of {"__type": "com.amazonaws…#ResourceNotFoundException"}.
std::string error_type(const http::Response& response, const std::string& reference) {
  try {
    std::string type = document::parse_json(response.body.view(), "aws:" + reference)["__type"].raw();
    return type.substr(type.find('#') + 1);
  } catch (const Error&) {
    return fmt::format("status {}", response.status);
  }
}

// The member `key` of a secret that is JSON.
std::string member(const std::string& secret, const std::string& key, const std::string& reference) {
  try {
    Value object = document::parse_json(secret, "aws:" + reference);
    const Value* value = object.find(key);
    if (value && !value->is_list() && !value->is_mapping()) return value->raw();
  } catch (const Error&) {
    refuse("The secret is no JSON object", reference);  // the parser's message could show a part of it
  }
  refuse(fmt::format("The secret has no member `{}`", key), reference);
}

}  // namespace

std::string read_aws_secret(const std::string& reference, Env& env) {
  std::size_t hash = reference.rfind('#');
  std::string name = reference.substr(0, hash),
              key = hash == std::string::npos ? "" : reference.substr(hash + 1);
  // An ARN names its region.
  std::string region;
  if (name.starts_with("arn:")) {
    std::size_t at = 0;
    for (int colon = 0; colon < 3 && at != std::string::npos; ++colon) at = name.find(':', at) + 1;
    region = name.substr(at, name.find(':', at) - at);
  }
  if (region.empty()) region = region_from_environment(env, "");
  if (region.empty()) refuse("There is no region: set AWS_REGION", reference);
  Value body = Value::mapping();
  body.set("SecretId", Value::of(name));
  http::Request request;
  request.method = "POST";
  request.url = endpoint(env, region);
  request.headers.set("Content-Type", "application/x-amz-json-1.1");
  request.headers.set("X-Amz-Target", "secretsmanager.GetSecretValue");
  request.body = document::to_json(body);
  AwsCredentials credentials({}, env);
  sign(request, credentials.keys(), {region, "secretsmanager"}, env.now());
  http::Client client(env);
  http::Response response = client.send(request);
  if (response.status != 200)
    refuse(fmt::format("AWS Secrets Manager answered {}", error_type(response, reference)), reference);
  std::string secret = document::parse_json(response.body.view(), "aws:" + reference)["SecretString"].raw();
  if (secret.empty()) refuse("The secret is binary or empty; Leat reads text", reference);
  return key.empty() ? secret : member(secret, key, reference);
}

void provide_aws_secrets(Env& env) {
  provide_secrets("aws", [&env](const std::string& reference) { return read_aws_secret(reference, env); });
}

}  // namespace leat::files
