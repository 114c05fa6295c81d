#include "lake/endpoint.h"

#include <fmt/core.h>
// Debian's compiled library was built with these; a class has another layout without them.
#define CPPHTTPLIB_OPENSSL_SUPPORT
#define CPPHTTPLIB_ZLIB_SUPPORT
#define CPPHTTPLIB_BROTLI_SUPPORT
#include <httplib.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"
#include "document/value.h"
#include "files/location.h"
#include "lake/delivery.h"

namespace leat::lake {
namespace {

using document::Value;
using std::chrono::milliseconds;

constexpr std::size_t kStreamsMax = 64;
constexpr std::size_t kRecordsMax = 500, kRecordBytesMax = 1000 << 10, kRequestBytesMax = 8 << 20;
constexpr milliseconds kTick{100}, kFirstWait{500}, kLongestWait{15000};

// What the service answers where it refuses a request.
struct Refusal {
  int status;
  const char* type;
  std::string message;
};

class Streams {
 public:
  Streams(const EndpointOptions& options, Env& env) : options_(options), env_(env) {
    std::error_code none;  // there is nothing to go on with before the first record
    for (const auto& entry : std::filesystem::directory_iterator(options.spool, none))
      if (entry.is_directory()) open(files::percent_decode(entry.path().filename().string()));
  }

  Delivery& open(const std::string& name) {
    std::lock_guard lock(mutex_);
    auto found = all_.find(name);
    if (found != all_.end()) return *found->second;
    if (name.empty() || name.size() > 64 || all_.size() >= kStreamsMax)
      throw Error(ErrorCode::config_invalid, "No stream of this name can be made", name);
    std::string spool = options_.spool + "/" + files::percent_encode(name, false);
    return *all_.emplace(name, std::make_unique<Delivery>(options_.lake, name, spool, env_)).first->second;
  }
  std::vector<std::pair<std::string, Delivery*>> list() {
    std::lock_guard lock(mutex_);
    std::vector<std::pair<std::string, Delivery*>> out;
    for (const auto& [name, delivery] : all_) out.emplace_back(name, delivery.get());
    return out;
  }

 private:
  const EndpointOptions& options_;
  Env& env_;
  std::mutex mutex_;  // guards all_
  std::map<std::string, std::unique_ptr<Delivery>> all_;
};

std::string put_records(Streams& streams, const Value& body, const std::string& batch_id, bool is_single) {
  const std::string& name = body["DeliveryStreamName"].raw();
  std::vector<std::string> decoded;
  std::vector<Value> one;
  if (is_single) one.push_back(body["Record"]);
  const std::vector<Value>& records = is_single ? one : body["Records"].items();
  if (name.empty() || records.empty() || records.size() > kRecordsMax)
    throw Refusal{400, "InvalidArgumentException", "A stream's name and 1 to 500 records are needed"};
  for (const Value& record : records) {
    std::optional<std::string> data = decode_base64(record["Data"].raw());
    if (!data) throw Refusal{400, "SerializationException", "Data is no base64"};
    if (decoded.emplace_back(std::move(*data)).size() > kRecordBytesMax)
      throw Refusal{400, "ValidationException", "A record is larger than 1,000 KiB"};
  }
  streams.open(name).accept(batch_id, {decoded.begin(), decoded.end()});
  std::string id = batch_id.empty() ? "record" : batch_id;
  if (is_single) return fmt::format("{{\"RecordId\":\"{}\",\"Encrypted\":false}}", id);
  std::string answers;
  for (std::size_t i = 0; i < decoded.size(); ++i)
    answers += fmt::format("{}{{\"RecordId\":\"{}-{}\"}}", i ? "," : "", id, i);
  return fmt::format("{{\"FailedPutCount\":0,\"Encrypted\":false,\"RequestResponses\":[{}]}}", answers);
}

std::string describe(const Value& body) {
  const std::string& name = body["DeliveryStreamName"].raw();
  return document::to_json(Value::mapping(
      {{"DeliveryStreamDescription",
        Value::mapping(
            {{"DeliveryStreamName", Value::of(name)},
             {"DeliveryStreamARN", Value::of("arn:aws:firehose:local:000000000000:deliverystream/" + name)},
             {"DeliveryStreamStatus", Value::of("ACTIVE")},
             {"DeliveryStreamType", Value::of("DirectPut")},
             {"VersionId", Value::of("1")},
             {"HasMoreDestinations", Value::of(false)},
             {"Destinations", Value::list()}})}}));
}

void answer(Streams& streams, const httplib::Request& request, httplib::Response& response) {
  auto refuse = [&](const Refusal& refusal) {
    response.status = refusal.status;
    response.set_content(document::to_json(Value::mapping({{"__type", Value::of(std::string(refusal.type))},
                                                           {"message", Value::of(redact(refusal.message))}})),
                         "application/x-amz-json-1.1");
  };
  try {
    std::string target = request.get_header_value("X-Amz-Target");
    std::string action = target.substr(target.find('.') == std::string::npos ? 0 : target.find('.') + 1);
    Value body = document::parse_json(request.body, "request");
    std::string id = request.get_header_value("X-Leat-Batch");
    std::string out;
    if (action == "PutRecordBatch" || action == "PutRecord") {
      out = put_records(streams, body, id.substr(0, 200), action == "PutRecord");
    } else if (action == "DescribeDeliveryStream") {
      out = describe(body);
    } else {
      throw Refusal{400, "UnknownOperationException",
                    "Known are PutRecord, PutRecordBatch, DescribeDeliveryStream"};
    }
    response.set_content(out, "application/x-amz-json-1.1");
  } catch (const Refusal& refusal) {
    refuse(refusal);
  } catch (const Error& error) {
    bool is_ours = error.code() != ErrorCode::document_syntax && error.code() != ErrorCode::config_invalid;
    refuse({is_ours ? 503 : 400, is_ours ? "ServiceUnavailableException" : "SerializationException",
            error.what_failed()});
  }
}

// Delivers what is due until the Env is asked to stop.
void keep_delivering(Streams& streams, Env& env) {
  struct Pause {
    milliseconds wait{0};
    std::chrono::steady_clock::time_point until{};
  };
  std::map<std::string, Pause> pauses;
  auto clock = system_clock();
  while (!env.stop().stop_requested()) {
    for (auto& [name, delivery] : streams.list()) {
      Pause& pause = pauses[name];
      if (env.steady() < pause.until) continue;
      try {
        delivery->deliver(false);
        pause.wait = milliseconds(0);
      } catch (const Error& error) {
        if (env.stop().stop_requested()) return;
        pause.wait = std::clamp(pause.wait * 2, kFirstWait, kLongestWait);
        pause.until = env.steady() + pause.wait;
        env.emit({"delivery_failed",
                  EventLevel::warning,
                  {{"stream", name},
                   {"message", "records wait in the spool: " + redact(error.what())},
                   {"wait_ms", std::int64_t{pause.wait.count()}}}});
      }
    }
    clock->wait(kTick, env.stop());
  }
}

}  // namespace

std::int64_t drain_spool(const EndpointOptions& options, Env& env) {
  Streams streams(options, env);
  std::int64_t records = 0;
  for (auto& [name, delivery] : streams.list()) records += delivery->deliver(true);
  return records;
}

void serve_endpoint(const EndpointOptions& options, Env& env,
                    const std::function<void(const std::string& url)>& listening) {
  Streams streams(options, env);
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(16); };
  server.set_payload_max_length(kRequestBytesMax);
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1000000);
  server.Post("/", [&](const httplib::Request& request, httplib::Response& response) {
    answer(streams, request, response);
  });
  int port = options.port;
  bool is_bound = port == 0 ? (port = server.bind_to_any_port(options.host.c_str())) > 0
                            : server.bind_to_port(options.host.c_str(), port);
  if (!is_bound)
    throw Error(ErrorCode::config_invalid, "The address can't be listened on",
                fmt::format("{}:{}", options.host, options.port));
  std::jthread delivering([&] { keep_delivering(streams, env); });
  // The library forgets a stop that comes before it listens, so the one who stops it waits until it does.
  std::atomic<bool> is_over{false};
  std::jthread stopping([&] {
    auto clock = system_clock();
    while (!is_over && !(env.stop().stop_requested() && server.is_running())) {
      if (env.stop().stop_requested())
        std::this_thread::yield();
      else
        clock->wait(kTick, env.stop());
    }
    server.stop();
  });
  listening(fmt::format("http://{}:{}", options.host, port));
  server.listen_after_bind();
  is_over = true;
}

}  // namespace leat::lake
