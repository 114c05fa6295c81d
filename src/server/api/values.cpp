#include "server/api/values.h"

#include <fmt/core.h>

#include <charconv>

#include "base/secret.h"

#include "base/error.h"

namespace leat::server {

using document::Value;

Value time(Timestamp value) {
  return value == Timestamp{} ? Value() : text(format_iso_timestamp(value));
}

Value job_value(const run::Job& job) {
  return Value::mapping({{"id", Value::of(job.id)},
                         {"kind", text(job.kind)},
                         {"name", text(job.name)},
                         {"status", text(std::string(run::name(job.status)))},
                         {"priority", Value::of(std::int64_t{job.priority})},
                         {"pool", text(job.pool)},
                         {"attempt", Value::of(std::int64_t{job.attempt})},
                         {"attempts_max", Value::of(std::int64_t{job.attempts_max})},
                         {"interruptions", Value::of(std::int64_t{job.interruptions})},
                         {"created_at", time(job.created)},
                         {"due_at", time(job.due)},
                         {"started_at", time(job.started)},
                         {"finished_at", time(job.finished)},
                         {"updated_at", time(job.updated)},
                         {"run_id", text(job.run_id)},
                         {"rows", Value::of(job.rows)},
                         {"bytes", Value::of(job.bytes)},
                         {"error", text(job.error)},
                         {"what", document::parse_json(job.spec.empty() ? "{}" : job.spec, "a job")}});
}

Reply not_found(const std::string& what) {
  return problem_reply(404, "not-found", fmt::format("There is no such {}.", what));
}

Reply list_reply(const char* name, std::vector<Value> items) {
  return json_reply(Value::mapping({{name, Value::list(std::move(items))}}));
}

Reply answer_or_problem(const std::function<Reply()>& answer) {
  try {
    return answer();
  } catch (const Error& error) {
    ErrorCode code = error.code();
    if (code == ErrorCode::alert_unknown || code == ErrorCode::partitions_unknown)
      return problem_reply(404, "not-found", redact(error.what_failed()));
    std::string detail = error.what_failed();
    if (!error.fix().empty()) detail += ". " + error.fix();
    detail = redact(detail);
    if (code == ErrorCode::run_busy || code == ErrorCode::warehouse_locked)
      return problem_reply(409, "busy", detail);
    bool is_theirs = info(code).fault == Fault::user && code != ErrorCode::run_store;
    return problem_reply(is_theirs ? 400 : 500, is_theirs ? "bad-request" : "unexpected-problem", detail);
  }
}

std::int64_t number_of(const std::string& path, std::string& rest) {
  std::int64_t id = -1;
  auto [end, problem] = std::from_chars(path.data(), path.data() + path.size(), id);
  rest = path.substr(static_cast<std::size_t>(end - path.data()));
  return problem == std::errc() ? id : -1;
}

}  // namespace leat::server
