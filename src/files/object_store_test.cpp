#include "files/object_store.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "base/secret.h"
#include "files/credentials.h"
#include "files/local_store.h"
#include "support/http_server.h"
#include "support/temporary_folder.h"

using namespace leat;
using namespace leat::files;

namespace {

std::vector<std::string> keys_below(ObjectStore& store, const std::string& prefix,
                                    const std::string& after = "") {
  std::vector<std::string> out;
  store.list(prefix, after, [&](const ObjectInfo& info) {
    out.push_back(info.key);
    return true;
  });
  return out;
}

std::optional<ErrorCode> failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

// What every store promises.
void holds_its_promises(ObjectStore& store) {
  CHECK(!store.head("none"));
  CHECK(!store.get("none"));
  std::string key = "ingestion_date=2026-01-05/hour=07/a b+c&d'é.jsonl.gz";
  auto etag = store.put(key, "one");
  REQUIRE(etag);
  CHECK(store.get(key) == "one");
  auto info = store.head(key);
  REQUIRE(info);
  CHECK(info->size == 3);
  CHECK(info->etag == *etag);
  CHECK(!store.put(key, "two", {true}));
  CHECK(store.get(key) == "one");
  CHECK(store.put("new", "n", {true}));
  store.put(key, "three");
  CHECK(store.head(key)->etag != *etag);
  CHECK(store.get_range(key, 1, 3) == "hre");
  CHECK(store.get_range(key, 4, 30) == "e");
  CHECK(store.get_range(key, 50, 30) == "");
  CHECK(failure([&] { store.get_range(key, 0, 3, *etag); }) == ErrorCode::store_failed);
  for (const char* name : {"p/3", "p/1", "p/2", "p/sub/4", "q/5"}) store.put(name, name);
  CHECK(keys_below(store, "p/") == std::vector<std::string>{"p/1", "p/2", "p/3", "p/sub/4"});
  CHECK(keys_below(store, "p/", "p/1") == std::vector<std::string>{"p/2", "p/3", "p/sub/4"});
  CHECK(keys_below(store, "ingestion_date=") == std::vector<std::string>{key});
  CHECK(keys_below(store, "nothing").empty());
  std::string large(12 << 20, 'x');
  large[11 << 20] = 'y';
  REQUIRE(store.put("large", large));
  info = store.head("large");
  REQUIRE(info);
  ObjectReader reader(store, *info, 5 << 20);
  std::string back;
  for (std::string_view piece = reader.next(); !piece.empty(); piece = reader.next()) back += piece;
  CHECK(back == large);
  CHECK(!store.put("large", large + "z", {true}));
  testing::TemporaryFolder folder;
  CHECK(store.put_file("from_file", folder.write("f", large + "z")));
  CHECK(store.head("from_file")->size == static_cast<std::int64_t>(large.size()) + 1);
  store.remove("large");
  store.remove("large");
  CHECK(!store.head("large"));
}

const char* kKeys =
    "{\"AccessKeyId\":\"AKIDROLE\",\"SecretAccessKey\":\"role-secret-value\",\"Token\":\"role-token\","
    "\"Expiration\":\"2026-01-05T01:00:00Z\"}";

}  // namespace

TEST_CASE("A folder is a store") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  testing::TemporaryFolder folder;
  LocalStore store(folder.path() + "/deep/er/", env);
  holds_its_promises(store);
  CHECK(failure([&] { store.put("../x", "no", {}); }) == ErrorCode::config_invalid);
}

TEST_CASE("A bucket of a real S3 server is a store") {
  const char* endpoint = std::getenv("LEAT_TEST_S3");
  if (!endpoint) {
    std::printf("skipped: LEAT_TEST_S3 is not set (scripts/with_minio.sh sets it)\n");
    return;
  }
  Env env;
  StoreOptions options;
  options.endpoint = endpoint;
  options.part_bytes = 5 << 20;
  auto store = open_store(parse_location("s3://leat-test/store-" + env.uuid()), options, env);
  holds_its_promises(*store);
  options.secret_key = "wrong-secret-value";
  options.access_key = "leat-test-key";
  auto refused = open_store(parse_location("s3://leat-test/x"), options, env);
  CHECK(failure([&] { refused->put("a", "b"); }) == ErrorCode::store_refused);
}

TEST_CASE("What may pass is tried again, and a conditional put whose answer was lost counts as done") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  int puts = 0;
  testing::ScriptedServer server([&](const testing::ScriptedRequest& request) -> testing::ScriptedReply {
    if (request.method == "PUT" && ++puts == 1) return {503, "<Error><Code>SlowDown</Code></Error>"};
    if (request.method == "PUT" && puts == 2)
      return {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"};
    if (request.method == "PUT") return {412, "<Error><Code>PreconditionFailed</Code></Error>"};
    if (request.method == "HEAD") return {200, "", {{"ETag", "\"e1\""}, {"Content-Length", "4"}}};
    return {206, "mine", {{"ETag", "\"e1\""}}};
  });
  StoreOptions options;
  options.endpoint = server.url();
  options.access_key = "AKID";
  options.secret_key = "a-secret-value";
  auto store = open_store(parse_location("s3://bucket/prefix"), options, env);
  CHECK(store->put("k", "mine", {true}).has_value());
  CHECK(puts == 3);
  CHECK(!store->put("k", "other", {true}).has_value());
}

TEST_CASE("A listing goes on behind each page of the server's, until the last") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  testing::ScriptedServer server([](const testing::ScriptedRequest& request) -> testing::ScriptedReply {
    std::string token = request.parameter("continuation-token");
    int page = token.empty() ? 1 : std::stoi(token);
    std::string more = page < 3 ? "true</IsTruncated><NextContinuationToken>" + std::to_string(page + 1) +
                                      "</NextContinuationToken>"
                                : "false</IsTruncated>";
    return {200, "<ListBucketResult><IsTruncated>" + more + "<Contents><Key>prefix/" + std::to_string(page) +
                     "</Key><Size>1</Size></Contents></ListBucketResult>"};
  });
  StoreOptions options;
  options.endpoint = server.url();
  options.access_key = "AKID";
  options.secret_key = "a-secret-value";
  auto store = open_store(parse_location("s3://bucket/prefix"), options, env);
  CHECK(keys_below(*store, "") == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("A wrong clock and a wrong region are corrected from the server's answers") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  int asked = 0;
  std::string last_date, last_scope;
  testing::ScriptedServer server([&](const testing::ScriptedRequest& request) -> testing::ScriptedReply {
    last_date = request.header("x-amz-date");
    last_scope = request.header("authorization");
    ++asked;
    if (asked == 1)
      return {403,
              "<Error><Code>RequestTimeTooSkewed</Code></Error>",
              {{"Date", "Wed, 07 Jan 2026 10:00:00 GMT"}}};
    if (asked == 2)
      return {400, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-central-1</Region></Error>"};
    return {200, "", {{"ETag", "\"x\""}}};
  });
  StoreOptions options;
  options.endpoint = server.url();
  options.access_key = "AKID";
  options.secret_key = "a-secret-value";
  auto store = open_store(parse_location("s3://bucket"), options, env);
  CHECK(store->put("k", "v"));
  CHECK(last_date.starts_with("20260107T1000"));
  CHECK(last_scope.find("/eu-central-1/s3/") != std::string::npos);
}

TEST_CASE("Credentials come from the container and the instance, and are fetched again before they expire") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  testing::TemporaryFolder folder;
  testing::ScriptedServer server([&](const testing::ScriptedRequest& request) -> testing::ScriptedReply {
    if (request.path == "/role")
      return {request.header("authorization") == "tok-1" ? 200 : 403, std::string(kKeys)};
    if (request.path == "/latest/api/token") return {200, "imds-token"};
    if (request.header("x-aws-ec2-metadata-token") != "imds-token") return {401, ""};
    if (request.path == "/latest/meta-data/iam/security-credentials/") return {200, "my-role\n"};
    if (request.path == "/latest/meta-data/iam/security-credentials/my-role") return {200, kKeys};
    return {404, ""};
  });
  env.set_variable("HOME", folder.path());
  env.set_variable("AWS_SHARED_CREDENTIALS_FILE", folder.path() + "/none");
  env.set_variable("AWS_CONFIG_FILE", folder.path() + "/none");
  env.set_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url());
  if (std::getenv("AWS_ACCESS_KEY_ID")) return;  // the environment comes first
  AwsCredentials instance({}, env);
  CHECK(instance.keys().access_key == "AKIDROLE");
  CHECK(instance.keys().session_token == "role-token");
  CHECK(server.request_count() == 3);
  env.wait(std::chrono::minutes(54));
  instance.keys();
  CHECK(server.request_count() == 3);
  env.wait(std::chrono::minutes(2));
  instance.keys();
  CHECK(server.request_count() == 6);
  CHECK(redact("x role-secret-value y") == "x *** y");
  env.set_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url() + "/role");
  env.set_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "tok-1");
  AwsCredentials container({}, env);
  CHECK(container.keys().access_key == "AKIDROLE");
}

TEST_CASE("Credentials come from a profile, its process, and a web identity") {
  if (std::getenv("AWS_ACCESS_KEY_ID")) return;
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  testing::TemporaryFolder folder;
  testing::ScriptedServer server([&](const testing::ScriptedRequest& request) -> testing::ScriptedReply {
    if (request.body.find("WebIdentityToken=web-token&") == std::string::npos &&
        !request.body.ends_with("WebIdentityToken=web-token"))
      return {400, "<Message>no token</Message>"};
    return {200,
            "<R><Credentials><AccessKeyId>AKIDWEB</AccessKeyId><SecretAccessKey>web-secret</SecretAccessKey>"
            "<SessionToken>s</SessionToken><Expiration>2026-01-05T01:00:00Z</Expiration></Credentials></R>"};
  });
  env.set_variable("HOME", folder.path());
  env.set_variable("AWS_EC2_METADATA_DISABLED", "true");
  env.set_variable("AWS_SHARED_CREDENTIALS_FILE", folder.write("credentials",
                                                               "[default]\naws_access_key_id = AKIDFILE\n"
                                                               "aws_secret_access_key = file-secret\n"));
  env.set_variable(
      "AWS_CONFIG_FILE",
      folder.write("config", std::string("[profile process]\ncredential_process = echo '") + kKeys +
                                 "'\n[profile web]\nrole_arn = arn:aws:iam::1:role/r\n"
                                 "web_identity_token_file = " +
                                 folder.write("token", "web-token\n") + "\n"));
  env.set_variable("AWS_ENDPOINT_URL_STS", server.url());
  CHECK(AwsCredentials({}, env).keys().access_key == "AKIDFILE");
  CHECK(AwsCredentials({{}, "process", ""}, env).keys().access_key == "AKIDROLE");
  CHECK(AwsCredentials({{}, "web", "us-east-1"}, env).keys().access_key == "AKIDWEB");
}

TEST_CASE("Where there are no credentials the error says where they were looked for") {
  if (std::getenv("AWS_ACCESS_KEY_ID")) return;
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  testing::TemporaryFolder folder;
  env.set_variable("HOME", folder.path());
  env.set_variable("AWS_EC2_METADATA_DISABLED", "true");
  CHECK(failure([&] { AwsCredentials({{}, "nobody", ""}, env).keys(); }) == ErrorCode::store_credentials);
}
