#include "lake/pipe/notifications.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/secret.h"
#include "http/url.h"

namespace leat::lake {
namespace {

using document::Value;

constexpr int kWaitSeconds = 20;

files::CredentialOptions credential_options(const files::StoreOptions& store, const std::string& region) {
  files::CredentialOptions out;
  out.keys = {store.access_key, store.secret_key, ""};
  out.profile = store.profile;
  out.region = region;
  return out;
}

// "https://sqs.eu-west-1.amazonaws.com/…" names its region itself.
std::string region_of(const PipeSettings& settings, const Env& env) {
  std::string host = http::host(settings.queue_url);
  if (host.starts_with("sqs.") && host.ends_with(".amazonaws.com"))
    return host.substr(4, host.find('.', 4) - 4);
  std::string region = settings.store.region;
  if (region.empty()) region = files::region_from_environment(env, settings.store.profile);
  return region.empty() ? "us-east-1" : region;
}

}  // namespace

Notifications::Notifications(const PipeSettings& settings, Env& env)
    : settings_(settings),
      env_(env),
      client_(env),
      credentials_(credential_options(settings.store, region_of(settings, env)), env),
      region_(region_of(settings, env)) {}

Value Notifications::call(const std::string& action, const std::string& body) {
  http::Request request;
  request.method = "POST";
  request.url = http::origin(settings_.queue_url) + "/";
  request.headers.set("Content-Type", "application/x-amz-json-1.0");
  request.headers.set("X-Amz-Target", "AmazonSQS." + action);
  request.body = body;
  files::sign(request, credentials_.keys(), {region_, "sqs"}, env_.now());
  http::Response response = client_.send(request);
  if (response.ok())
    return response.body.empty() ? Value() : document::parse_json(response.body.view(), "SQS");
  ErrorCode code = response.status >= 500 ? ErrorCode::store_failed : ErrorCode::store_refused;
  throw Error(
      code,
      fmt::format("SQS {}: HTTP {} {}", action, response.status, redact(response.body.view().substr(0, 500))),
      http::safe_url(settings_.queue_url));
}

std::vector<Notification> Notifications::receive() {
  Value answer =
      call("ReceiveMessage",
           document::to_json(Value::mapping({{"QueueUrl", Value::of(settings_.queue_url)},
                                             {"MaxNumberOfMessages", Value::of(std::int64_t{10})},
                                             {"WaitTimeSeconds", Value::of(std::int64_t{kWaitSeconds})}})));
  std::vector<Notification> out;
  for (const Value& message : answer["Messages"].items())
    out.push_back(
        {message["ReceiptHandle"].raw(), keys_of_message(message["Body"].raw(), settings_.location.bucket)});
  return out;
}

void Notifications::remove(const std::vector<Notification>& messages) {
  if (messages.empty()) return;
  std::vector<Value> entries;
  for (const Notification& message : messages)
    entries.push_back(Value::mapping({{"Id", Value::of(fmt::format("m{}", entries.size()))},
                                      {"ReceiptHandle", Value::of(message.receipt)}}));
  call("DeleteMessageBatch",
       document::to_json(Value::mapping(
           {{"QueueUrl", Value::of(settings_.queue_url)}, {"Entries", Value::list(std::move(entries))}})));
}

std::vector<std::string> keys_of_message(const std::string& body, const std::string& bucket) {
  std::vector<std::string> out;
  Value root;
  try {
    root = document::parse_json(body, "message");
    if (root["Message"].is_text()) root = document::parse_json(root["Message"].raw(), "message");
  } catch (const Error&) {
    return out;  // somebody else's message; it leaves the queue
  }
  for (const Value& record : root["Records"].items()) {
    if (record["eventName"].raw().find("ObjectCreated:") == std::string::npos) continue;
    if (record["s3"]["bucket"]["name"].raw() != bucket) continue;
    out.push_back(files::percent_decode(record["s3"]["object"]["key"].raw(), true));
  }
  return out;
}

}  // namespace leat::lake
