#include "service.h"

#include <fmt/core.h>
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "json.h"
#include "proof.h"
#include "refusal.h"

namespace snowflake {
namespace {

constexpr std::size_t kJobsMax = 20000, kPartsMax = 2000, kStatementsMax = 20000;

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string refusal_json(const Refusal& refusal, const std::string& query_id) {
  return fmt::format(
      R"({{"data":{{"errorCode":{0},"sqlState":{1},"queryId":{2}}},"code":{0},"message":{3},"success":false}})",
      quote(refusal.code), quote(refusal.state), quote(query_id), quote(refusal.message));
}

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

int number(const httplib::Request& request, const char* name, int otherwise) {
  return request.has_param(name) ? std::atoi(request.get_param_value(name).c_str()) : otherwise;
}

std::string token_of(const httplib::Request& request) {
  std::string header = request.get_header_value("Authorization");
  std::size_t from = header.find('"'), to = header.rfind('"');
  return from == std::string::npos || to == from ? "" : header.substr(from + 1, to - from - 1);
}

}  // namespace

struct Service::Client {
  std::string token, master;
  bool is_expired = false, is_lost = false;
  std::unique_ptr<Session> session;
};

struct Service::Job {
  std::string request_id, query_id, sql;
  std::shared_ptr<Client> client;
  int delay_ms = 0;
  std::mutex mutex;  // guards all below
  std::condition_variable changed;
  bool is_done = false, is_aborted = false;
  std::string answer;
};

Service::Service(ServiceOptions options) : options_(std::move(options)) {}

Service::~Service() {
  for (std::thread& thread : threads_) thread.join();
}

std::string Service::new_id() {
  return fmt::format("01b2c3d4-0000-0000-0000-{:012x}", ++ids_);
}

std::string Service::login(const httplib::Request& request) {
  const std::string& body = request.body;
  std::string way = member(body, "data.AUTHENTICATOR"), user = member(body, "data.LOGIN_NAME"),
              account = member(body, "data.ACCOUNT_NAME"), token = member(body, "data.TOKEN");
  std::string problem;
  if (upper(user) != upper(options_.user)) {
    problem = "Incorrect username or password was specified.";
  } else if (way == "SNOWFLAKE_JWT") {
    std::string why = check_token(token, options_.public_key, account, user, now_seconds());
    if (!why.empty()) problem = "JWT token is invalid: it " + why;
  } else if (way == "PROGRAMMATIC_ACCESS_TOKEN") {
    if (options_.token.empty() || token != options_.token) problem = "Programmatic access token is invalid.";
  } else if (options_.password.empty() || member(body, "data.PASSWORD") != options_.password) {
    problem = "Incorrect username or password was specified.";
  }
  if (!problem.empty()) throw Refusal(way == "SNOWFLAKE_JWT" ? "394304" : "390100", problem, "08001");
  auto client = std::make_shared<Client>();
  std::lock_guard lock(mutex_);
  client->token = "token-" + new_id();
  client->master = "master-" + new_id();
  client->session = std::make_unique<Session>(database_, upper(request.get_param_value("databaseName")),
                                              upper(request.get_param_value("schemaName")),
                                              fmt::format("{}/session_{}", options_.folder, ids_));
  clients_[client->token] = client;
  return fmt::format(
      R"({{"data":{{"token":{},"masterToken":{},"validityInSeconds":3600,"masterValidityInSeconds":14400,"sessionId":{},)"
      R"("parameters":[{{"name":"TIMEZONE","value":"UTC"}}],"sessionInfo":{{"databaseName":{},"schemaName":{},)"
      R"("warehouseName":null,"roleName":"PUBLIC"}},"serverVersion":"stand-in"}},"code":null,"message":null,"success":true}})",
      quote(client->token), quote(client->master), ids_, quote(client->session->names().database),
      quote(client->session->names().schema));
}

std::shared_ptr<Service::Client> Service::client_of(const httplib::Request& request) {
  std::lock_guard lock(mutex_);
  auto found = clients_.find(token_of(request));
  if (found == clients_.end())
    throw Refusal("390104", "Session no longer exists. New login required to access the service.", "08001");
  std::shared_ptr<Client> client = found->second;
  if (faults_.strike("lose", request.path)) client->is_lost = true;
  if (faults_.strike("expire", request.path)) client->is_expired = true;
  if (client->is_lost) {
    clients_.erase(found);
    throw Refusal("390111", "Session no longer exists. New login required to access the service.", "08001");
  }
  if (client->is_expired) throw Refusal("390112", "Your session has expired. Please login again.", "08001");
  return client;
}

std::string Service::renew(const httplib::Request& request) {
  std::string master = token_of(request), old = member(request.body, "oldSessionToken");
  std::lock_guard lock(mutex_);
  auto found = clients_.find(old);
  if (found == clients_.end() || found->second->master != master)
    throw Refusal("390114", "Authentication token has expired. The user must authenticate again.", "08001");
  std::shared_ptr<Client> client = found->second;
  clients_.erase(found);
  client->token = "token-" + new_id();
  client->is_expired = false;
  clients_[client->token] = client;
  return fmt::format(
      R"({{"data":{{"sessionToken":{},"validityInSecondsST":3600,"masterToken":{},"validityInSecondsMT":14400}},"code":null,)"
      R"("message":null,"success":true}})",
      quote(client->token), quote(client->master));
}

std::string Service::close(const httplib::Request& request) {
  std::lock_guard lock(mutex_);
  clients_.erase(token_of(request));
  return R"({"data":null,"code":null,"message":null,"success":true})";
}

std::shared_ptr<Service::Job> Service::job_of(const httplib::Request& request,
                                              const std::string& request_id) {
  std::shared_ptr<Client> client = client_of(request);
  std::lock_guard lock(mutex_);
  auto found = jobs_.find(request_id);
  if (found != jobs_.end()) return found->second;
  auto job = std::make_shared<Job>();
  job->request_id = request_id;
  job->query_id = new_id();
  job->sql = member(request.body, "sqlText");
  job->client = client;
  jobs_[request_id] = jobs_[job->query_id] = job;
  job_order_.push_back(request_id);
  job_order_.push_back(job->query_id);
  while (job_order_.size() > kJobsMax) {
    jobs_.erase(job_order_.front());
    job_order_.pop_front();
  }
  statements_.push_back(
      fmt::format("{}{}", client->session->is_in_transaction() ? "in transaction: " : "", job->sql));
  if (statements_.size() > kStatementsMax) statements_.pop_front();
  return nullptr;
}

void Service::run(std::shared_ptr<Job> job) {
  std::string answer;
  try {
    if (job->delay_ms > 0) {
      std::unique_lock lock(job->mutex);
      job->changed.wait_for(lock, std::chrono::milliseconds(job->delay_ms), [&] { return job->is_aborted; });
      if (job->is_aborted) throw Refusal("000604", "SQL execution canceled", "57014");
    }
    CopyFault fault;
    if (upper(job->sql.substr(0, 4)) == "COPY") {
      fault = {faults_.strike("copy_fail", job->sql).has_value(),
               faults_.strike("copy_part", job->sql).has_value(),
               faults_.strike("copy_omit", job->sql).has_value()};
    }
    answer = answer_of(*job, job->client->session->run(job->sql, fault));
  } catch (const Refusal& refusal) {
    answer = refusal_json(refusal, job->query_id);
  }
  std::lock_guard lock(job->mutex);
  job->answer = std::move(answer);
  job->is_done = true;
  job->changed.notify_all();
}

std::string Service::wait_for(Job& job, int ms) {
  std::unique_lock lock(job.mutex);
  job.changed.wait_for(lock, std::chrono::milliseconds(ms), [&] { return job.is_done; });
  if (job.is_done) return job.answer;
  return fmt::format(
      R"({{"data":{{"queryId":{0},"getResultUrl":"/queries/{1}/result"}},"code":"333333","message":null,"success":true}})",
      quote(job.query_id), job.query_id);
}

std::string Service::query(const httplib::Request& request, httplib::Response&) {
  std::string request_id = request.get_param_value("requestId");
  std::shared_ptr<Job> known = job_of(request, request_id);
  if (known) return wait_for(*known, options_.wait_ms);
  std::shared_ptr<Job> job;
  {
    std::lock_guard lock(mutex_);
    job = jobs_[request_id];
  }
  std::optional<Fault> slow = faults_.strike("slow", job->sql);
  if (!slow) {
    run(job);
    return wait_for(*job, options_.wait_ms);
  }
  job->delay_ms = slow->ms;
  {
    std::lock_guard lock(mutex_);
    threads_.emplace_back([this, job] { run(job); });
  }
  return wait_for(*job, 0);
}

std::string Service::result(const std::string& query_id, const httplib::Request& request) {
  client_of(request);
  std::shared_ptr<Job> job;
  {
    std::lock_guard lock(mutex_);
    auto found = jobs_.find(query_id);
    if (found == jobs_.end()) throw Refusal("000612", "Statement " + query_id + " not found");
    job = found->second;
  }
  return wait_for(*job, 100);
}

std::string Service::abort(const httplib::Request& request) {
  std::lock_guard lock(mutex_);
  auto found = jobs_.find(member(request.body, "requestId"));
  if (found != jobs_.end()) {
    Job& job = *found->second;
    std::lock_guard job_lock(job.mutex);
    job.is_aborted = true;
    job.changed.notify_all();
    if (!job.is_done) job.client->session->interrupt();
  }
  return R"({"data":null,"code":null,"message":null,"success":true})";
}

std::string Service::put_answer(const Stages::Destination& put) {
  std::string name = std::filesystem::path(put.source).filename().string();
  std::string stage, key;
  {
    std::lock_guard lock(mutex_);
    key = fmt::format("stage{}", ++ids_);
    uploads_[key] = put.folder;
  }
  if (options_.storage == "local") {
    stage = fmt::format(R"("locationType":"LOCAL_FS","location":{},"creds":{{}})", quote(put.folder));
  } else if (options_.storage == "gcs") {
    stage = fmt::format(
        R"("locationType":"GCS","location":"{0}/","creds":{{}},"presignedUrl":"{1}/__storage/{0}/{2}?sig=s3cr3t")",
        key, url_, name);
  } else if (options_.storage == "azure") {
    stage = fmt::format(
        R"("locationType":"AZURE","location":"__storage/{}/","endPoint":"{}","storageAccount":"x","creds":{{"AZURE_SAS_TOKEN":"?sv=1&sig=s3cr3t"}})",
        key, url_);
  } else {
    stage = fmt::format(
        R"("locationType":"S3","location":"__storage/{}/","region":"eu-central-1","endPoint":"{}","creds":{{"AWS_KEY_ID":"AKIDEXAMPLE","AWS_SECRET_KEY":"wJalrXUtnFEMI","AWS_TOKEN":"session-token"}})",
        key, url_);
  }
  std::string encryption =
      put.is_encrypted_by_client
          ? R"({"queryStageMasterKey":"AAAAAAAAAAAAAAAAAAAAAA==","queryId":"1","smkId":1})"
          : "{}";
  return fmt::format(
      R"({{"data":{{"command":"UPLOAD","src_locations":[{}],"autoCompress":false,"overwrite":true,"parallel":4,)"
      R"("threshold":209715200,"stageInfo":{{{}}},"encryptionMaterial":{}}},"code":null,"message":null,"success":true}})",
      quote(put.source), stage, encryption);
}

std::string Service::answer_of(const Job& job, const Outcome& outcome) {
  if (outcome.kind == Kind::put) return put_answer(outcome.put);
  const Table& table = outcome.table;
  std::size_t first = std::min(table.rows.size(), options_.inline_rows);
  std::string chunks;
  for (std::size_t from = first; from < table.rows.size(); from += options_.part_rows) {
    std::size_t to = std::min(table.rows.size(), from + options_.part_rows);
    std::string part = gzip(rows_json(table, from, to));
    std::lock_guard lock(mutex_);
    std::string id = fmt::format("{}", ++ids_);
    chunks +=
        fmt::format(R"({}{{"url":"{}/__part/{}","rowCount":{},"compressedSize":{},"uncompressedSize":0}})",
                    chunks.empty() ? "" : ",", url_, id, to - from, part.size());
    parts_[id] = std::move(part);
    part_order_.push_back(id);
    if (part_order_.size() > kPartsMax) {
      parts_.erase(part_order_.front());
      part_order_.pop_front();
    }
  }
  std::string more =
      chunks.empty() ? "" : fmt::format(R"("chunks":[{}],"chunkHeaders":{{"x-part-key":"k3y"}},)", chunks);
  return fmt::format(
      R"({{"data":{{"parameters":[],"rowtype":{},"rowset":[{}],"total":{},"returned":{},{}"queryId":{},"sqlState":"00000",)"
      R"("queryResultFormat":"json","finalDatabaseName":{},"finalSchemaName":{}}},"code":null,"message":null,"success":true}})",
      fields_json(table), rows_json(table, 0, first), table.rows.size(), table.rows.size(), more,
      quote(job.query_id), quote(job.client->session->names().database),
      quote(job.client->session->names().schema));
}

void Service::part(const std::string& id, httplib::Response& response) {
  std::lock_guard lock(mutex_);
  auto found = parts_.find(id);
  if (found == parts_.end()) {
    response.status = 404;
    return;
  }
  response.set_content(found->second, "application/octet-stream");
}

void Service::store(const httplib::Request& request, httplib::Response& response) {
  if (auto fault = faults_.strike("storage", request.path)) {
    response.status = fault->status;
    return;
  }
  bool is_signed =
      request.get_param_value("sig") == "s3cr3t" ||
      request.get_header_value("Authorization").starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/");
  std::string key = request.matches[1], name = request.matches[2];
  std::lock_guard lock(mutex_);
  auto found = uploads_.find(key);
  if (!is_signed || found == uploads_.end() || name.find("..") != std::string::npos) {
    response.status = 403;
    return;
  }
  std::ofstream file(found->second + "/" + name, std::ios::binary);
  file << request.body;
  response.status = file ? 200 : 500;
}

std::string Service::admin(const std::string& kind, const httplib::Request& request) {
  if (kind == "reset") {
    faults_.reset();
    return "{}";
  }
  if (kind == "end_sessions") {
    std::lock_guard lock(mutex_);
    jobs_.clear();  // they hold their clients
    job_order_.clear();
    clients_.clear();
    return "{}";
  }
  if (kind == "drop_database" || kind == "clone_database") {
    std::string name = upper(request.get_param_value("name")), as = upper(request.get_param_value("as"));
    Session session(database_, "", "", options_.folder + "/orders");
    session.run(kind == "drop_database" ? "DROP DATABASE IF EXISTS \"" + name + "\""
                                        : "CREATE DATABASE \"" + as + "\" CLONE \"" + name + "\"",
                {});
    return "{}";
  }
  if (!Faults::knows(kind)) throw Refusal("404", "no such order: " + kind);
  Fault fault;
  fault.kind = kind;
  fault.match = request.get_param_value("match");
  fault.next = static_cast<std::size_t>(number(request, "next", 1));
  fault.skip = static_cast<std::size_t>(number(request, "skip", 0));
  fault.status = number(request, "status", 503);
  fault.retry_after = number(request, "retry_after", -1);
  fault.ms = number(request, "ms", 300);
  faults_.add(fault);
  return "{}";
}

void Service::answer(const httplib::Request& request, httplib::Response& response,
                     const std::function<std::string()>& make) {
  std::string subject = request.path + " " + member(request.body, "sqlText");
  if (auto fault = faults_.strike("status", subject)) {
    response.status = fault->status;
    if (fault->retry_after >= 0) response.set_header("Retry-After", fmt::format("{}", fault->retry_after));
    return;
  }
  if (faults_.strike("garbage", subject)) return response.set_content("<html>a proxy</html>", "text/html");
  std::string body;
  try {
    body = make();
  } catch (const Refusal& refusal) {
    body = refusal_json(refusal, "");
  }
  if (faults_.strike("drop", subject)) {
    // The work is done, the answer is not sent: the connection breaks.
    response.set_content_provider(body.size(), "application/json",
                                  [](std::size_t, std::size_t, httplib::DataSink&) { return false; });
    return;
  }
  response.set_content(body, "application/json");
}

void Service::start(httplib::Server& server) {
  using httplib::Request;
  using httplib::Response;
  auto post = [&](const char* path, std::string (Service::*handler)(const Request&)) {
    server.Post(path, [this, handler](const Request& request, Response& response) {
      answer(request, response, [&] { return (this->*handler)(request); });
    });
  };
  post("/session/v1/login-request", &Service::login);
  post("/session/token-request", &Service::renew);
  post("/session", &Service::close);
  post("/queries/v1/abort-request", &Service::abort);
  server.Post("/session/heartbeat", [this](const Request& request, Response& response) {
    answer(request, response, [&] {
      client_of(request);
      return std::string(R"({"data":null,"code":null,"message":null,"success":true})");
    });
  });
  server.Post("/queries/v1/query-request", [this](const Request& request, Response& response) {
    answer(request, response, [&] { return query(request, response); });
  });
  server.Get(R"(/queries/([0-9a-f-]+)/result)", [this](const Request& request, Response& response) {
    answer(request, response, [&] { return result(request.matches[1], request); });
  });
  server.Get(R"(/__part/(\d+))",
             [this](const Request& request, Response& response) { part(request.matches[1], response); });
  server.Put(R"(/__storage/([a-z0-9]+)/(.+))",
             [this](const Request& request, Response& response) { store(request, response); });
  // Before routing: the library would wait for the body that curl -X POST does not send.
  server.set_pre_routing_handler([this](const Request& request, Response& response) {
    constexpr std::string_view kOrders = "/__snowflake/";
    if (request.method != "POST" || !std::string_view(request.path).starts_with(kOrders))
      return httplib::Server::HandlerResponse::Unhandled;
    response.set_header("Connection", "close");
    std::string body;
    try {
      body = admin(request.path.substr(kOrders.size()), request);
    } catch (const Refusal& refusal) {
      response.status = 404;
      body = refusal_json(refusal, "");
    }
    response.set_content(body, "application/json");
    return httplib::Server::HandlerResponse::Handled;
  });
  server.Get("/__snowflake/statements", [this](const Request&, Response& response) {
    std::lock_guard lock(mutex_);
    std::string list;
    for (const std::string& each : statements_) list += (list.empty() ? "" : ",\n") + quote(each);
    response.set_content("[" + list + "]\n", "application/json");
  });
}

}  // namespace snowflake
