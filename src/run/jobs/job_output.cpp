#include "run/jobs/job_output.h"

#include <fmt/core.h>
#include <unistd.h>

#include "base/error.h"
#include "base/secret.h"
#include "document/value.h"

namespace leat::run {

using document::Value;

namespace {

constexpr std::size_t kLineMax = 1 << 20;

// Exit codes of `leat run` (cli/exit_codes.h).
constexpr int kDone = 0, kSource = 3, kWarehouse = 4, kInterrupted = 130;

bool tells(const std::string& error, ErrorCode code) {
  return error.find(info(code).name) != std::string::npos;
}

// Of an error's text, which begins with its code.
bool is_retryable(const std::string& error) {
  std::size_t from = error.find("LEAT-");
  if (from == std::string::npos) return false;
  std::size_t end = error.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", from);
  const ErrorInfo* found = find_error(error.substr(from, end == std::string::npos ? end : end - from));
  return found && found->fault != Fault::user;
}

}  // namespace

void JobOutput::take(std::string_view piece) {
  buffer_ += piece;
  std::size_t at = 0;
  for (std::size_t end; (end = buffer_.find('\n', at)) != std::string::npos; at = end + 1)
    tell(buffer_.substr(at, end - at));
  buffer_.erase(0, at);
  if (buffer_.size() > kLineMax) buffer_.clear();
}

void JobOutput::tell(const std::string& line) {
  Value value;
  try {
    value = document::parse_json(line, "a job's output");
  } catch (const Error&) {
    last_error_ = line;  // no event: the program's own words
    return;
  }
  if (value.find("_aws")) {
    std::string whole = line + "\n";
    if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0) return;  // nobody reads it
    return;
  }
  if (!value.find("event")) return;
  Event event;
  event.name = value["event"].raw();
  for (const Value::Member& member : value.members()) {
    if (member.first == "at" || member.first == "event" || member.first == "level") continue;
    if (member.second.kind() == Value::Kind::integer) {
      event.fields.emplace_back(member.first, member.second.integer());
    } else {
      event.fields.emplace_back(member.first, member.second.raw());
    }
  }
  listener_.on_event(event);
  if (std::string error = event.text("error"); !error.empty()) last_error_ = error;
}

LaunchResult result_of_exit(int code, const std::string& last_error, const std::string& ended_by) {
  LaunchResult result;
  if (code == kDone) {
    result.end = LaunchResult::End::succeeded;
  } else if (code == kInterrupted) {
    result.end = LaunchResult::End::stopped;
  } else if (tells(last_error, ErrorCode::run_busy) || tells(last_error, ErrorCode::warehouse_locked)) {
    result.end = LaunchResult::End::busy;
  } else if (!ended_by.empty()) {
    result.error = Error(ErrorCode::job_process_ended, ended_by).what();
    result.is_retryable = true;
  } else {
    result.error = redact(last_error.empty() ? fmt::format("It ended with code {}", code) : last_error);
    result.is_retryable = code == kSource || code == kWarehouse || is_retryable(last_error);
  }
  return result;
}

}  // namespace leat::run
