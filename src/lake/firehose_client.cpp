#include "lake/firehose_client.h"

#include <fmt/core.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"
#include "document/value.h"
#include "http/url.h"

namespace leat::lake {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstWait{100}, kLongestWait{10000};
constexpr std::size_t kRecordOverhead = 16;  // {"Data":""},

files::CredentialOptions credential_options(const FirehoseOptions& options) {
  files::CredentialOptions out;
  out.keys = {options.account.access_key, options.account.secret_key, ""};
  out.profile = options.account.profile;
  return out;
}

bool may_pass(int status, std::string_view body) {
  return status >= 500 || status == 429 || body.find("Throttling") != std::string_view::npos ||
         body.find("ServiceUnavailable") != std::string_view::npos ||
         body.find("LimitExceeded") != std::string_view::npos;
}

}  // namespace

FirehoseClient::FirehoseClient(FirehoseOptions options, Env& env)
    : options_([&] {
        if (options.session.empty()) options.session = env.uuid();
        return std::move(options);
      }()),
      env_(env),
      client_(env),
      credentials_(credential_options(options_), env),
      region_(options_.account.region) {
  if (region_.empty()) region_ = files::region_from_environment(env, options_.account.profile);
  if (region_.empty()) region_ = "us-east-1";
}

bool FirehoseClient::add(std::string_view record) {
  if (record.size() > kRecordBytesMax) return false;
  std::string coded = base64(record);
  std::size_t bytes = coded.size() + kRecordOverhead;
  if (batch_.size() == kRecordsMax || batch_bytes_ + bytes + 1024 > kRequestBytesMax) send();
  batch_bytes_ += bytes;
  batch_.push_back(std::move(coded));
  return true;
}

void FirehoseClient::flush() {
  if (!batch_.empty()) send();
}

// Sends the batch once and returns what has to be sent again; `is_whole` when it is all of it as it was.
std::vector<std::string> FirehoseClient::try_once(const std::string& id, std::string& reason,
                                                  bool& is_whole) {
  http::Request request;
  request.method = "POST";
  request.url = (options_.endpoint.empty() ? fmt::format("https://firehose.{}.amazonaws.com", region_)
                                           : options_.endpoint) +
                "/";
  request.headers.set("Content-Type", "application/x-amz-json-1.1");
  request.headers.set("X-Amz-Target", "Firehose_20150804.PutRecordBatch");
  request.headers.set("X-Leat-Batch", id);
  request.body.reserve(batch_bytes_ + 1024);
  request.body = "{\"DeliveryStreamName\":" + document::json_quote(options_.stream) + ",\"Records\":[";
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    request.body += i == 0 ? "{\"Data\":\"" : ",{\"Data\":\"";
    request.body += batch_[i];
    request.body += "\"}";
  }
  request.body += "]}";
  files::sign(request, credentials_.keys(), {region_, "firehose"}, env_.now());
  is_whole = true;
  http::Response response;
  try {
    response = client_.send(request);
  } catch (const Error& error) {
    if (!error.retryable()) throw;
    reason = error.what_failed();
    return batch_;
  }
  std::string_view body = response.body.view();
  if (!response.ok()) {
    reason = fmt::format("HTTP {} {}", response.status, redact(body.substr(0, 500)));
    if (body.find("ExpiredToken") != std::string_view::npos) credentials_.refresh();
    if (!may_pass(response.status, body) && body.find("ExpiredToken") == std::string_view::npos)
      throw Error(ErrorCode::firehose_refused, reason, http::safe_url(request.url));
    return batch_;
  }
  document::Value answer = document::parse_json(body, "PutRecordBatch");
  if (answer["FailedPutCount"].integer() == 0) return {};
  is_whole = false;
  std::vector<std::string> failed;
  const auto& each = answer["RequestResponses"].items();
  for (std::size_t i = 0; i < each.size() && i < batch_.size(); ++i) {
    if (!each[i].find("ErrorCode") || each[i]["ErrorCode"].is_null()) continue;
    reason = each[i]["ErrorCode"].raw();
    failed.push_back(std::move(batch_[i]));
  }
  return failed;
}

void FirehoseClient::send() {
  auto started = env_.steady();
  std::size_t count = batch_.size();
  std::string id = fmt::format("{}-{}", options_.session, ++batch_count_);
  for (int tries = 0; !batch_.empty(); ++tries) {
    std::string reason;
    bool is_whole = false;
    std::vector<std::string> left = try_once(id, reason, is_whole);
    if (left.empty()) break;
    // Other records than before are another batch.
    if (!is_whole) id += "." + std::to_string(tries + 1);
    batch_ = std::move(left);
    resent_ += static_cast<std::int64_t>(batch_.size());
    if (env_.steady() - started > options_.account.retry_for)
      throw Error(ErrorCode::firehose_refused,
                  fmt::format("{} records could not be sent: {}", batch_.size(), reason), options_.stream);
    milliseconds wait = std::min(kLongestWait, kFirstWait * (1 << std::min(tries, 10)));
    env_.emit({"records_resent",
               EventLevel::warning,
               {{"stream", options_.stream},
                {"records", static_cast<std::int64_t>(batch_.size())},
                {"reason", reason},
                {"wait_ms", std::int64_t{wait.count()}}}});
    env_.wait(wait);
  }
  sent_ += static_cast<std::int64_t>(count);
  batch_.clear();
  batch_bytes_ = 0;
}

}  // namespace leat::lake
