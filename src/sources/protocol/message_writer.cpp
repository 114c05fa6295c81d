#include "sources/protocol/message_writer.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/secret.h"
#include "document/value.h"
#include "files/json_lines.h"

namespace leat::sources::protocol {
namespace {

constexpr std::size_t kHeldBytesMax = 64u << 10;
constexpr std::size_t kRowsTogether = 64;  // printed while they lie in the processor's cache

std::string quoted(std::string_view text) {
  return document::json_quote(text);
}

std::string_view name(StreamStatus status) {
  constexpr std::string_view names[] = {"STARTED", "RUNNING", "COMPLETE", "INCOMPLETE"};
  return names[static_cast<std::size_t>(status)];
}

std::string_view name_in_log(EventLevel level) {
  switch (level) {
    case EventLevel::debug:
    case EventLevel::progress:
      return "DEBUG";
    case EventLevel::info:
      return "INFO";
    case EventLevel::warning:
      return "WARN";
    case EventLevel::error:
      break;
  }
  return "ERROR";
}

std::string_view failure_type(const Error& error) {
  if (info(error.code()).fault == Fault::user) return "config_error";
  return error.retryable() ? "transient_error" : "system_error";
}

std::string message_of(const Error& error) {
  return redact(error.fix().empty() ? error.what_failed() : error.what_failed() + ". " + error.fix());
}

// What a record tells of its file, its last member; `data` is then without it, and without its closing brace.
std::string_view take_file(std::string_view& data) {
  constexpr std::string_view kMember = "\"file_reference\":",
                             kBegin = "\"file_reference\":{\"staging_file_url\":";
  std::size_t at = data.rfind(kBegin);
  if (at == std::string_view::npos) return {};
  std::string_view file = data.substr(at + kMember.size());
  file.remove_suffix(1);
  data = data.substr(0, at > 1 ? at - 1 : at);
  return file;
}

}  // namespace

std::string descriptor(const StreamName& stream) {
  std::string out = "{\"name\":" + quoted(stream.name);
  if (!stream.namespace_name.empty()) out += ",\"namespace\":" + quoted(stream.namespace_name);
  return out + "}";
}

MessageWriter::~MessageWriter() {
  try {
    flush();
  } catch (const Error&) {
    // The reading side is gone; nobody is left to be told.
  }
}

std::int64_t MessageWriter::now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(env_.now().time_since_epoch()).count();
}

void MessageWriter::flush_held() {
  std::size_t at = 0;
  while (at < held_.size()) {
    ssize_t wrote = ::write(file_, held_.data() + at, held_.size() - at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      held_.clear();
      throw Error(ErrorCode::file_io, std::strerror(errno), "the messages' reader");
    }
    at += static_cast<std::size_t>(wrote);
  }
  held_.clear();
}

void MessageWriter::flush() {
  std::lock_guard lock(mutex_);
  flush_held();
}

void MessageWriter::line(std::string_view text) {
  std::lock_guard lock(mutex_);
  held_ += text;
  held_ += '\n';
  flush_held();
}

void MessageWriter::spec(std::string_view body) {
  line(fmt::format(R"({{"type":"SPEC","spec":{}}})", body));
}

void MessageWriter::connection_status(const Error* error) {
  if (!error) return line(R"({"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}})");
  line(fmt::format(R"({{"type":"CONNECTION_STATUS","connectionStatus":{{"status":"FAILED","message":{}}}}})",
                   quoted(redact(error->what()))));
}

void MessageWriter::catalog(std::string_view streams) {
  line(fmt::format(R"({{"type":"CATALOG","catalog":{{"streams":{}}}}})", streams));
}

void MessageWriter::records(const StreamName& stream, const batch::RecordBatch& batch,
                            std::string_view raw_column, bool has_files) {
  std::string begin = "{\"type\":\"RECORD\",\"record\":{\"stream\":" + quoted(stream.name);
  if (!stream.namespace_name.empty()) begin += ",\"namespace\":" + quoted(stream.namespace_name);
  begin += ",\"data\":";
  std::string end = fmt::format(",\"emitted_at\":{}}}}}\n", now_ms());
  std::lock_guard lock(mutex_);
  for (std::size_t row = 0; row < batch.rows(); row += kRowsTogether) {
    scratch_.clear();
    files::append_json_lines(batch, row, std::min(batch.rows(), row + kRowsTogether), scratch_, raw_column);
    for (std::size_t at = 0; at < scratch_.size();) {
      std::size_t stop = scratch_.find('\n', at);
      held_ += begin;
      std::string_view data = std::string_view(scratch_).substr(at, stop - at);
      std::string_view file = has_files ? take_file(data) : std::string_view();
      held_ += data;
      if (!file.empty()) held_.append("},\"file_reference\":").append(file);
      held_ += end;
      at = stop + 1;
      if (held_.size() > kHeldBytesMax) flush_held();
    }
  }
}

void MessageWriter::record(const StreamName& stream, std::string_view json) {
  std::string text = "{\"type\":\"RECORD\",\"record\":{\"stream\":" + quoted(stream.name);
  if (!stream.namespace_name.empty()) text += ",\"namespace\":" + quoted(stream.namespace_name);
  text += ",\"data\":";
  for (char c : json) text += c == '\n' || c == '\r' ? ' ' : c;  // a break stands between parts only
  line(text + fmt::format(",\"emitted_at\":{}}}}}", now_ms()));
}

void MessageWriter::stream_state(const StreamName& stream, std::string_view stream_state,
                                 std::int64_t count) {
  line(fmt::format(R"({{"type":"STATE","state":{{"type":"STREAM","stream":{{"stream_descriptor":{},)"
                   R"("stream_state":{}}},"sourceStats":{{"recordCount":{}.0}}}}}})",
                   descriptor(stream), stream_state, count));
}

void MessageWriter::global_state(std::string_view body, std::int64_t count) {
  line(fmt::format(R"({{"type":"STATE","state":{{"type":"GLOBAL","global":{},)"
                   R"("sourceStats":{{"recordCount":{}.0}}}}}})",
                   body, count));
}

void MessageWriter::stream_status(const StreamName& stream, StreamStatus status, std::string_view reason) {
  std::string reasons = reason.empty() ? "" : fmt::format(R"(,"reasons":[{{"type":{}}}])", quoted(reason));
  line(fmt::format(R"({{"type":"TRACE","trace":{{"type":"STREAM_STATUS","emitted_at":{}.0,)"
                   R"("stream_status":{{"stream_descriptor":{},"status":"{}"{}}}}}}})",
                   now_ms(), descriptor(stream), name(status), reasons));
}

void MessageWriter::estimate(const StreamName& stream, std::int64_t rows, std::int64_t bytes) {
  std::string space =
      stream.namespace_name.empty() ? "" : fmt::format(R"("namespace":{},)", quoted(stream.namespace_name));
  line(fmt::format(R"({{"type":"TRACE","trace":{{"type":"ESTIMATE","emitted_at":{}.0,"estimate":{{)"
                   R"("name":{},{}"type":"STREAM","row_estimate":{},"byte_estimate":{}}}}}}})",
                   now_ms(), quoted(stream.name), space, rows, bytes));
}

void MessageWriter::error(const Error& error, const StreamName* stream) {
  std::string where = stream ? fmt::format(R"(,"stream_descriptor":{})", descriptor(*stream)) : "";
  line(fmt::format(R"({{"type":"TRACE","trace":{{"type":"ERROR","emitted_at":{}.0,"error":{{"message":{},)"
                   R"("internal_message":{},"stack_trace":"","failure_type":"{}"{}}}}}}})",
                   now_ms(), quoted(message_of(error)), quoted(redact(error.what())), failure_type(error),
                   where));
}

void MessageWriter::log(EventLevel level, std::string_view message) {
  line(fmt::format(R"({{"type":"LOG","log":{{"level":"{}","message":{}}}}})", name_in_log(level),
                   quoted(redact(message))));
}

void MessageWriter::control(std::string_view config) {
  line(fmt::format(R"({{"type":"CONTROL","control":{{"type":"CONNECTOR_CONFIG","emitted_at":{}.0,)"
                   R"("connectorConfig":{{"config":{}}}}}}})",
                   now_ms(), config));
}

}  // namespace leat::sources::protocol
