#include "server/api/airbyte_api.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/time.h"
#include "http/url.h"
#include "run/jobs/launcher.h"

namespace leat::server {

using document::Value;

run::NewJob sync_job(const std::string& connection, const std::string& kind) {
  run::JobSpec spec;
  spec.select = {"fqn:" + connection + ".*"};
  spec.kinds = {"stream"};
  spec.full_refresh = kind != "sync";
  run::NewJob job;
  job.kind = kind;
  job.name = connection;
  job.spec = run::to_json(spec);
  job.lane = "connection:" + connection;
  job.lane_width = 1;
  job.attempts_max = 5;
  return job;
}

namespace {

constexpr std::string_view kKinds[] = {"sync", "reset", "refresh", "clear"};

Reply not_found(const std::string& what) {
  return problem_reply(404, "not-found", fmt::format("There is no such {}.", what));
}

Reply not_changed_here() {
  return problem_reply(405, "method-not-allowed",
                       "Connections, sources and destinations are declared in the project's leat.yml.");
}

std::int64_t number_of(std::string_view text) {
  std::int64_t value = -1;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end == text.data() + text.size() ? value : -1;
}

// What stands behind `name` and a slash, or "" for `name` itself; nullopt for another path.
std::optional<std::string_view> below(std::string_view path, std::string_view name) {
  if (path == name) return "";
  if (path.starts_with(name) && path.size() > name.size() && path[name.size()] == '/')
    return path.substr(name.size() + 1);
  return std::nullopt;
}

// A form's or a JSON body's member.
std::string credential(const Call& call, const Value& json, const std::string& name) {
  if (const Value* given = json.find(name)) return given->raw();
  return call.parameter(name);
}

}  // namespace

std::optional<Reply> AirbyteApi::answer(const Call& call) {
  std::string_view path = call.path;
  bool is_public = false;
  for (std::string_view prefix : {"/api/public/v1", "/v1"}) {
    if (!below(path, prefix)) continue;
    path.remove_prefix(prefix.size());
    is_public = true;
    break;
  }
  if (!is_public && !below(path, "/api/v1")) return std::nullopt;
  if (!is_public) path.remove_prefix(std::string_view("/api/v1").size());
  while (path.ends_with('/')) path.remove_suffix(1);
  try {
    if (path == "/health") {
      if (!is_public)
        return json_reply(Value::mapping({{"available", Value::of(true)}, {"db", Value::of(true)}}));
      Reply reply;
      reply.body = "Successful operation";
      reply.content_type = "text/plain";
      return reply;
    }
    if (is_public && path == "/applications/token") return token(call);
    if (call.caller.role == UserRole::none)
      return problem_reply(401, "unauthorized", "The credentials are missing or wrong.");
    return is_public ? answer_public(call, path) : answer_config(call, path);
  } catch (const Error& error) {
    bool is_ours = info(error.code()).fault != Fault::user || error.code() == ErrorCode::run_store;
    return problem_reply(is_ours ? 500 : 400, is_ours ? "unexpected-problem" : "bad-request",
                         error.what_failed());
  }
}

Reply AirbyteApi::token(const Call& call) {
  if (call.method != "POST") return not_changed_here();
  Value json = call.content_type.starts_with("application/json") ? call.json() : Value::mapping();
  std::string id = credential(call, json, "client_id"), secret = credential(call, json, "client_secret");
  if (auto given = ClientAccess::basic(call.authorization); given && secret.empty()) {
    id = given->first;
    secret = given->second;
  }
  std::optional<std::string> token = access_.issue(id, secret);
  if (!token) return problem_reply(401, "unauthorized", "The client's id or secret is wrong.");
  return json_reply(
      Value::mapping({{"access_token", Value::of(*token)},
                      {"token_type", Value::of("Bearer")},
                      {"expires_in", Value::of(std::int64_t{ClientAccess::kTokenLife.count()})}}));
}

Reply AirbyteApi::answer_public(const Call& call, std::string_view path) {
  if (auto id = below(path, "/jobs")) return jobs(call, *id);
  if (call.method != "GET") return not_changed_here();
  if (auto id = below(path, "/connections")) return connections(call, *id);
  if (auto id = below(path, "/sources")) return sources(call, *id);
  if (auto id = below(path, "/destinations")) return destinations(call, *id);
  if (auto id = below(path, "/workspaces")) return workspaces(call, *id);
  if (path == "/streams") return streams(call);
  return not_found("path");
}

std::optional<run::Job> AirbyteApi::find_job(std::int64_t id) {
  std::optional<run::Job> job = control_.queue.find(id);
  if (job && std::find(std::begin(kKinds), std::end(kKinds), job->kind) == std::end(kKinds)) job.reset();
  return job;
}

std::optional<run::Job> AirbyteApi::add_sync(const std::string& connection, const std::string& kind) {
  run::JobFilter busy;
  busy.name = connection;
  busy.kind = kSyncKinds;
  for (run::JobStatus status : {run::JobStatus::queued, run::JobStatus::running}) {
    busy.status = status;
    if (control_.queue.count(busy) > 0) return std::nullopt;
  }
  std::int64_t id = control_.queue.add(sync_job(connection, kind), control_.env.now());
  control_.wake();
  return control_.queue.find(id);
}

Reply AirbyteApi::create_job(const Call& call) {
  Value body = call.json();
  std::string kind = body["jobType"].raw();
  const run::ConnectionFile* connection = objects_.connection(body["connectionId"].raw());
  if (std::find(std::begin(kKinds), std::end(kKinds), kind) == std::end(kKinds))
    return problem_reply(400, "bad-request", "jobType is none of sync, reset, refresh, clear.");
  if (!connection) return not_found("connection");
  std::optional<run::Job> job = add_sync(connection->connection.name, kind);
  if (!job)
    return problem_reply(409, "state-conflict",
                         fmt::format("A sync is already running for: {}", body["connectionId"].raw()));
  return json_reply(objects_.job_value(*job));
}

Reply AirbyteApi::jobs(const Call& call, std::string_view id) {
  if (id.empty()) {
    if (call.method == "POST") return create_job(call);
    return call.method == "GET" ? list_jobs(call) : not_changed_here();
  }
  std::optional<run::Job> job = find_job(number_of(id));
  if (!job) return not_found("job");
  if (call.method == "DELETE") {
    control_.cancel(job->id);
    job = control_.queue.find(job->id);
    // It is told as it will be; its work ends at the next batch.
    job->status = run::is_over(job->status) ? job->status : run::JobStatus::cancelled;
  } else if (call.method != "GET") {
    return not_changed_here();
  }
  return json_reply(objects_.job_value(*job));
}

Reply AirbyteApi::list_jobs(const Call& call) {
  run::JobFilter filter;
  filter.kind = kSyncKinds;
  if (std::string kind = call.parameter("jobType"); !kind.empty()) filter.kind = kind;
  if (std::string id = call.parameter("connectionId"); !id.empty()) {
    const run::ConnectionFile* connection = objects_.connection(id);
    if (!connection) return not_found("connection");
    filter.name = connection->connection.name;
  }
  if (std::string status = call.parameter("status"); !status.empty()) {
    if (status == "pending" || status == "incomplete") status = "queued";
    filter.status = run::parse_job_status(status);
    if (!filter.status) return problem_reply(400, "bad-request", "The status is not known.");
  }
  auto time = [&](const char* name, Timestamp& into) {
    if (auto given = parse_iso_timestamp(call.parameter(name))) into = *given;
  };
  time("createdAtStart", filter.created_from);
  time("createdAtEnd", filter.created_to);
  time("updatedAtStart", filter.updated_from);
  time("updatedAtEnd", filter.updated_to);
  std::string order = call.parameter("orderBy");
  filter.by_update = order.starts_with("updatedAt");
  filter.oldest_first = order.ends_with("ASC");
  filter.limit = call.number("limit", 20, 1, 100) + 1;  // one more tells whether there is a next page
  filter.offset = call.number("offset", 0, 0, 1'000'000'000);
  std::vector<Value> all;
  for (const run::Job& job : control_.queue.jobs(filter)) all.push_back(objects_.job_value(job));
  return page(call, std::move(all), true);
}

// One page of `all` (which begins with it where it `is_cut`), with the addresses of the next and the one
// before.
Reply AirbyteApi::page(const Call& call, std::vector<Value> all, bool is_cut) const {
  std::size_t limit = static_cast<std::size_t>(call.number("limit", 20, 1, 100));
  std::size_t offset = static_cast<std::size_t>(call.number("offset", 0, 0, 1'000'000'000));
  auto address = [&](std::size_t at) {
    std::string url = call.base_url + call.path + "?";
    for (const auto& [name, value] : call.query)
      if (name != "limit" && name != "offset") url += http::encode(name) + "=" + http::encode(value) + "&";
    return fmt::format("{}limit={}&offset={}", url, limit, at);
  };
  std::vector<Value> data;
  std::size_t first = is_cut ? 0 : offset;
  for (std::size_t i = first; i < all.size() && data.size() < limit; ++i) data.push_back(std::move(all[i]));
  bool has_next = all.size() > first + limit;
  return json_reply(
      Value::mapping({{"previous", Value::of(offset > 0 ? address(offset - std::min(offset, limit)) : "")},
                      {"next", Value::of(has_next ? address(offset + limit) : "")},
                      {"data", Value::list(std::move(data))}}));
}

Reply AirbyteApi::connections(const Call& call, std::string_view id) {
  if (!id.empty()) {
    const run::ConnectionFile* connection = objects_.connection(std::string(id));
    return connection ? json_reply(objects_.connection_value(*connection)) : not_found("connection");
  }
  std::vector<Value> all;
  for (const run::ConnectionFile& each : control_.project.connections)
    all.push_back(objects_.connection_value(each));
  return page(call, std::move(all));
}

Reply AirbyteApi::sources(const Call& call, std::string_view id) {
  if (!id.empty()) {
    const run::ConnectionFile* source = objects_.source(std::string(id));
    return source ? json_reply(objects_.source_value(*source)) : not_found("source");
  }
  std::vector<Value> all;
  for (const run::ConnectionFile& each : control_.project.connections)
    all.push_back(objects_.source_value(each));
  return page(call, std::move(all));
}

Reply AirbyteApi::destinations(const Call& call, std::string_view id) {
  if (!id.empty()) {
    std::string name = objects_.destination_name(std::string(id));
    return name.empty() ? not_found("destination") : json_reply(objects_.destination_value(name));
  }
  std::vector<Value> all;
  for (const Value::Member& each : control_.project.targets.members())
    all.push_back(objects_.destination_value(each.first));
  return page(call, std::move(all));
}

Reply AirbyteApi::workspaces(const Call& call, std::string_view id) {
  if (id.empty()) return page(call, {objects_.workspace()});
  return id == objects_.workspace_id() ? json_reply(objects_.workspace()) : not_found("workspace");
}

Reply AirbyteApi::streams(const Call& call) {
  const run::ConnectionFile* source = objects_.source(call.parameter("sourceId"));
  return source ? json_reply(objects_.streams_value(*source)) : not_found("source");
}

}  // namespace leat::server
