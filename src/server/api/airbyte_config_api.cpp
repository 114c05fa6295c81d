// The Config API of AirbyteApi: calls with everything in their body.
#include <fmt/core.h>

#include <algorithm>

#include "server/api/airbyte_api.h"

namespace leat::server {

using document::Value;

namespace {

Reply not_there(const std::string& what) {
  return problem_reply(404, "not-found", fmt::format("There is no such {}.", what));
}

}  // namespace

Reply AirbyteApi::answer_config(const Call& call, std::string_view path) {
  if (call.method != "POST") return problem_reply(405, "method-not-allowed", "Calls of this API are POST.");
  Value body = call.json();
  auto with_connection = [&](auto&& make) {
    const run::ConnectionFile* connection = objects_.connection(body["connectionId"].raw());
    return connection ? json_reply(make(*connection)) : not_there("connection");
  };
  auto list = [&](const char* name, auto&& make) {
    std::vector<Value> all;
    for (const run::ConnectionFile& each : control_.project.connections) all.push_back(make(each));
    return json_reply(Value::mapping({{name, Value::list(std::move(all))}}));
  };
  auto configured = [&](const run::ConnectionFile& each) { return objects_.configured_connection(each); };
  if (path == "/connections/sync") return config_sync(body, "sync");
  if (path == "/connections/reset") return config_sync(body, "reset");
  if (path == "/connections/get" || path == "/web_backend/connections/get")
    return with_connection(configured);
  if (path == "/connections/list") return list("connections", configured);
  if (path == "/sources/list")
    return list("sources", [&](const run::ConnectionFile& each) { return objects_.source_value(each); });
  if (path == "/sources/get") {
    const run::ConnectionFile* source = objects_.source(body["sourceId"].raw());
    return source ? json_reply(objects_.source_value(*source)) : not_there("source");
  }
  if (path == "/destinations/get") {
    std::string name = objects_.destination_name(body["destinationId"].raw());
    return name.empty() ? not_there("destination") : json_reply(objects_.destination_value(name));
  }
  if (path == "/workspaces/list")
    return json_reply(Value::mapping({{"workspaces", Value::list({objects_.workspace()})}}));
  if (path == "/workspaces/get") return json_reply(objects_.workspace());
  if (path == "/jobs/get") return config_job(body, false);
  if (path == "/jobs/cancel") return config_job(body, true);
  if (path == "/jobs/list") return config_jobs(body);
  return not_there("path");
}

Reply AirbyteApi::config_sync(const Value& body, const std::string& kind) {
  const run::ConnectionFile* connection = objects_.connection(body["connectionId"].raw());
  if (!connection) return not_there("connection");
  std::optional<run::Job> job = add_sync(connection->connection.name, kind);
  if (!job) return problem_reply(409, "state-conflict", "A sync is already running for this connection.");
  return json_reply(objects_.job_read(*job, {}));
}

Reply AirbyteApi::config_job(const Value& body, bool cancels) {
  std::optional<run::Job> job = find_job(body["id"].integer());
  if (!job) return not_there("job");
  if (cancels) {
    control_.cancel(job->id);
    job = control_.queue.find(job->id);
    job->status = run::is_over(job->status) ? job->status : run::JobStatus::cancelled;
  }
  return json_reply(objects_.job_read(*job, control_.queue.attempts(job->id)));
}

Reply AirbyteApi::config_jobs(const Value& body) {
  run::JobFilter filter;
  filter.kind = kSyncKinds;
  if (const Value* id = body.find("configId")) {
    const run::ConnectionFile* connection = objects_.connection(id->raw());
    if (!connection) return not_there("connection");
    filter.name = connection->connection.name;
  }
  const Value& page = body["pagination"];
  if (page.find("pageSize"))
    filter.limit = static_cast<int>(std::clamp<std::int64_t>(page["pageSize"].integer(), 1, 200));
  filter.offset = static_cast<int>(std::clamp<std::int64_t>(page["rowOffset"].integer(), 0, 1'000'000'000));
  std::vector<Value> all;
  for (const run::Job& job : control_.queue.jobs(filter))
    all.push_back(objects_.job_read(job, control_.queue.attempts(job.id)));
  return json_reply(Value::mapping(
      {{"jobs", Value::list(std::move(all))}, {"totalJobCount", Value::of(control_.queue.count(filter))}}));
}

}  // namespace leat::server
