#include "cli/machine_line.h"

#include <fmt/core.h>

#include "cli/event_line.h"
#include "document/value.h"
#include "run/event_json.h"

namespace leat::cli {
namespace {

std::string quoted(std::string_view text) {
  return document::json_quote(text);
}

std::string log_record(int severity_number, std::string_view severity, std::string_view body) {
  return fmt::format(
      R"({{"record_type":"LogRecord","event_type":"v1.public.events.fusion.log.UserLogMessage",)"
      R"("severity_number":{},"severity_text":"{}","body":{},"attributes":{{}}}})",
      severity_number, severity, quoted(body));
}

std::string log_record(EventLevel level, std::string_view body) {
  switch (level) {
    case EventLevel::debug:
    case EventLevel::progress:
      return log_record(5, "DEBUG", body);
    case EventLevel::info:
      return log_record(9, "INFO", body);
    case EventLevel::warning:
      return log_record(13, "WARN", body);
    case EventLevel::error:
      break;
  }
  return log_record(17, "ERROR", body);
}

}  // namespace

std::string machine_line(const Globals& globals, const Event& event, Timestamp at) {
  if (event.level == EventLevel::progress && globals.verbosity <= 0) return "";
  if (globals.log_format == "json") return run::event_json(event, at);
  std::string line = event_line(event, 0, globals.verbosity);
  return line.empty() ? "" : log_record(event.level, line);
}

std::string machine_line(const Globals& globals, const Error& error) {
  if (globals.log_format == "otel") return log_record(EventLevel::error, error.what());
  return fmt::format(R"({{"level":"error","event":"failed","code":"{}","where":{},"what":{},"fix":{}}})",
                     info(error.code()).name, quoted(error.where()), quoted(error.what_failed()),
                     quoted(error.fix()));
}

}  // namespace leat::cli
