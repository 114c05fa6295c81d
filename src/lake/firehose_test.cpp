#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <optional>
#include <thread>

#include "base/base64.h"
#include "base/error.h"
#include "document/value.h"
#include "lake/delivery.h"
#include "lake/endpoint.h"
#include "lake/firehose_client.h"
#include "lake/pipe/notifications.h"
#include "support/http_server.h"
#include "support/temporary_folder.h"

using namespace leat;
using namespace leat::lake;

namespace {

FirehoseOptions options_for(const std::string& url) {
  FirehoseOptions out;
  out.stream = "s";
  out.endpoint = url;
  out.account.access_key = "AKID";
  out.account.secret_key = "a-secret-value";
  out.account.region = "us-east-1";
  return out;
}

std::vector<std::string> data_of(const std::string& body) {
  std::vector<std::string> out;
  document::Value root = document::parse_json(body, "");
  for (const document::Value& record : root["Records"].items())
    out.push_back(decode_base64(record["Data"].raw()).value());
  return out;
}

std::vector<std::string> records_of(Spool& spool) {
  std::vector<std::string> out;
  for (std::int64_t segment : spool.sealed())
    spool.read(segment, [&](std::string_view record) { out.emplace_back(record); });
  return out;
}

}  // namespace

TEST_CASE("Records that a successful answer names as failed are sent again until none is left") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  std::vector<std::string> taken;
  int answers = 0;
  testing::ScriptedServer server([&](const testing::ScriptedRequest& request) -> testing::ScriptedReply {
    CHECK(request.header("x-amz-target") == "Firehose_20150804.PutRecordBatch");
    if (++answers == 1) return {503, "{\"__type\":\"ServiceUnavailableException\"}"};
    std::string out;
    int failed = 0;
    for (const std::string& record : data_of(request.body)) {
      // Of the records of each answer every third fails.
      bool fails = taken.size() % 3 == 2 && ++failed > 0;
      if (fails) {
        out += std::string(out.empty() ? "" : ",") + "{\"ErrorCode\":\"ServiceUnavailableException\"}";
        taken.push_back("");
      } else {
        out += std::string(out.empty() ? "" : ",") + "{\"RecordId\":\"r\"}";
        taken.push_back(record);
      }
    }
    return {200, "{\"FailedPutCount\":" + std::to_string(failed) + ",\"RequestResponses\":[" + out + "]}"};
  });
  FirehoseClient client(options_for(server.url()), env);
  for (int i = 0; i < 1200; ++i) CHECK(client.add("{\"id\":" + std::to_string(i) + "}"));
  client.flush();
  std::erase(taken, "");
  std::sort(taken.begin(), taken.end());
  CHECK(taken.size() == 1200);
  CHECK(std::unique(taken.begin(), taken.end()) == taken.end());
  CHECK(client.records_sent() == 1200);
  CHECK(!client.add(std::string(FirehoseClient::kRecordBytesMax + 1, 'x')));
}

TEST_CASE("A batch holds at most 500 records and 4 MiB, and a refusal for good is an error") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  std::vector<std::size_t> counts;
  bool refuses = false;
  testing::ScriptedServer server([&](const testing::ScriptedRequest& request) -> testing::ScriptedReply {
    if (refuses) return {400, "{\"__type\":\"ResourceNotFoundException\",\"message\":\"no such stream\"}"};
    counts.push_back(data_of(request.body).size());
    CHECK(request.body.size() <= FirehoseClient::kRequestBytesMax);
    return {200, "{\"FailedPutCount\":0}"};
  });
  FirehoseClient client(options_for(server.url()), env);
  for (int i = 0; i < 501; ++i) client.add("{}");
  for (int i = 0; i < 5; ++i) client.add(std::string(900 << 10, 'x'));
  client.flush();
  CHECK(counts == std::vector<std::size_t>{500, 4, 2});
  refuses = true;
  client.add("{}");
  std::optional<ErrorCode> code;
  try {
    client.flush();
  } catch (const Error& error) {
    code = error.code();
  }
  CHECK(code == ErrorCode::firehose_refused);
}

TEST_CASE("A spool keeps what it took, drops what was cut off, and takes a batch once") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  testing::TemporaryFolder folder;
  std::string path = folder.path() + "/spool", id;
  {
    Spool spool(path, env);
    id = spool.id();
    CHECK(spool.append("b1", {"one", "two"}));
    CHECK(!spool.append("b1", {"one", "two"}));
    CHECK(spool.append("", {"three"}));
    CHECK(spool.sealed().empty());
    env.wait(std::chrono::seconds(3));
    CHECK(spool.open_for() == std::chrono::seconds(3));
    bool is_taken = false;
    try {
      Spool second(path, env);
    } catch (const Error& error) {
      is_taken = error.code() == ErrorCode::run_busy;
    }
    CHECK(is_taken);
  }
  std::string log = path + "/000000000001.log";
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 2);  // a write that a crash cut off
  {
    Spool spool(path, env);
    CHECK(spool.id() == id);
    CHECK(records_of(spool) == std::vector<std::string>{"one", "two"});
    CHECK(!spool.append("b1", {"one", "two"}));
    CHECK(spool.append("b2", {"three"}));
    spool.seal();
    CHECK(records_of(spool) == std::vector<std::string>{"one", "two", "three"});
    spool.forget(spool.sealed().front());
  }
  Spool spool(path, env);
  CHECK(records_of(spool) == std::vector<std::string>{"three"});
  CHECK(!spool.append("b1", {"one"}));  // also after its segment went
}

TEST_CASE("What a delivery took reaches the lake once, whenever it is interrupted") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05T07:00:00Z")), 1);
  testing::TemporaryFolder folder;
  LakeSettings settings;
  settings.location = files::parse_location(folder.path() + "/lake").folder();
  set_format(settings, "jsonl");
  auto rows = [&] {
    LakeDestination lake(settings, env);
    std::int64_t count = 0;
    ManifestLog(lake.store(), "firehose", "calls").read_after(0, [&](const Manifest& manifest) {
      count += manifest.rows;
      return true;
    });
    return count;
  };
  std::string spool = folder.path() + "/spool";
  {
    Delivery delivery(settings, "calls", spool, env);
    delivery.accept("a", {"{\"id\":1}", "{\"id\":2,\n\"x\":1}", "not json"});
    CHECK(delivery.deliver(false) == 0);  // neither full nor old
    env.wait(std::chrono::seconds(31));
    CHECK(delivery.deliver(false) == 3);
  }
  CHECK(rows() == 2);
  LakeDestination lake(settings, env);
  std::optional<Manifest> newest = lake.latest("firehose", "calls");
  CHECK(newest->rows_rejected == 1);
  CHECK(*lake.store().get(newest->files[0].path) == "{\"id\":1}\n{\"id\":2, \"x\":1}\n");
  // The lake has the segment, and the spool was not told before the process died.
  {
    Spool taken(spool, env);
    taken.append("c", {"{\"id\":3}"});
    taken.seal();
  }
  std::filesystem::copy(spool, folder.path() + "/before", std::filesystem::copy_options::recursive);
  Delivery(settings, "calls", spool, env).deliver(true);
  CHECK(rows() == 3);
  CHECK(Delivery(settings, "calls", folder.path() + "/before", env).deliver(true) == 0);
  CHECK(rows() == 3);
  // What one spool has delivered says nothing of another's.
  Delivery other(settings, "calls", folder.path() + "/other", env);
  other.accept("a", {"{\"id\":4}"});
  CHECK(other.deliver(true) == 1);
  CHECK(rows() == 4);
}

TEST_CASE("The endpoint takes what a client sends, and refuses as the service does") {
  Env env;
  testing::TemporaryFolder folder;
  EndpointOptions options;
  options.spool = folder.path() + "/spool";
  options.lake.location = files::parse_location(folder.path() + "/lake").folder();
  std::promise<std::string> listening;
  std::jthread serving(
      [&] { serve_endpoint(options, env, [&](const std::string& url) { listening.set_value(url); }); });
  std::string url = listening.get_future().get();
  Env client_env;
  FirehoseClient client(options_for(url), client_env);
  for (int i = 0; i < 700; ++i) client.add("{\"id\":" + std::to_string(i) + "}");
  client.flush();
  http::Client plain(client_env);
  auto post = [&](const std::string& action, const std::string& body) {
    http::Request request;
    request.method = "POST";
    request.url = url + "/";
    request.headers.set("X-Amz-Target", "Firehose_20150804." + action);
    request.headers.set("Content-Type", "application/x-amz-json-1.1");
    request.body = body;
    http::Response response = plain.send(request);
    return std::to_string(response.status) + " " + std::string(response.body.view());
  };
  CHECK(post("DescribeDeliveryStream", "{\"DeliveryStreamName\":\"s\"}").find("\"ACTIVE\"") !=
        std::string::npos);
  CHECK(
      post("PutRecord", "{\"DeliveryStreamName\":\"s\",\"Record\":{\"Data\":\"e30=\"}}").starts_with("200 "));
  CHECK(
      post("PutRecord", "{\"DeliveryStreamName\":\"s\",\"Record\":{\"Data\":\"e3=0\"}}").starts_with("400 "));
  CHECK(post("PutRecordBatch", "{\"DeliveryStreamName\":\"s\",\"Records\":[]}").find("InvalidArgument") !=
        std::string::npos);
  CHECK(post("DeleteDeliveryStream", "{}").find("UnknownOperation") != std::string::npos);
  CHECK(post("PutRecord", "{").starts_with("400 "));
  env.request_stop();
  serving.join();
  Env after;
  CHECK(drain_spool(options, after) == 701);
}

TEST_CASE("A notification names the keys of new objects, decoded, also where SNS wrapped it") {
  std::string body =
      "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":\"b\"},\"object\":{"
      "\"key\":"
      "\"in/d%3D1/a+b.json\"}}},{\"eventName\":\"ObjectRemoved:Delete\",\"s3\":{\"bucket\":{\"name\":\"b\"},"
      "\"object\":{\"key\":\"gone\"}}},{\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":"
      "\"c\"},"
      "\"object\":{\"key\":\"other\"}}}]}";
  CHECK(keys_of_message(body, "b") == std::vector<std::string>{"in/d=1/a b.json"});
  CHECK(keys_of_message("{\"Type\":\"Notification\",\"Message\":" + document::json_quote(body) + "}", "b")
            .size() == 1);
  CHECK(keys_of_message("{\"Event\":\"s3:TestEvent\"}", "b").empty());
  CHECK(keys_of_message("nothing", "b").empty());
}

TEST_CASE("A queue's messages are received, and removed once they are done with") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05")), 1);
  testing::ScriptedServer server([&](const testing::ScriptedRequest& request) -> testing::ScriptedReply {
    CHECK(request.header("authorization").find("/eu-west-1/sqs/") != std::string::npos);
    if (request.header("x-amz-target") != "AmazonSQS.ReceiveMessage") return {200, "{}"};
    return {200, "{\"Messages\":[{\"ReceiptHandle\":\"r1\",\"Body\":\"{}\"}]}"};
  });
  PipeSettings settings;
  settings.queue_url = server.url() + "/000000000000/queue";
  settings.store.region = "eu-west-1";
  settings.store.access_key = "AKID";
  settings.store.secret_key = "a-secret-value";
  Notifications queue(settings, env);
  std::vector<Notification> messages = queue.receive();
  REQUIRE(messages.size() == 1);
  queue.remove(messages);
  CHECK(server.requests().back().body.find("\"r1\"") != std::string::npos);
}
