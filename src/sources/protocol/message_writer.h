// MessageWriter: writes Airbyte protocol messages, one JSON object a line.
//
// Guarantees: a line is written as a whole and in the order of the calls; what was written before a state is
//   out before the state. Texts for people (logs, errors, the status of a check) pass redact(); records,
//   states and configs are data and stay as they are.
// Threads: any; the calls for one stream have to be in order.
// Owns: a buffer; not the file.
// Errors: Error(file_io) when the reading side is gone.
// Source: Airbyte protocol 0.18, airbyte_protocol.yaml v0.
#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/error.h"
#include "batch/record_batch.h"

namespace leat::sources::protocol {

enum class StreamStatus { started, running, complete, incomplete };

/// How a stream is called.
struct StreamName {
  std::string name, namespace_name;  ///< namespace "" where there is none
};

class MessageWriter {
 public:
  MessageWriter(int file, Env& env) : file_(file), env_(env) {}
  ~MessageWriter();
  MessageWriter(const MessageWriter&) = delete;
  MessageWriter& operator=(const MessageWriter&) = delete;

  /// `body` is the JSON of `spec`.
  void spec(std::string_view body);
  /// Without an error: SUCCEEDED.
  void connection_status(const Error* error);
  /// `streams` is a JSON list.
  void catalog(std::string_view streams);
  /// Writes the rows of a batch; where it has a column `raw_column` that column's text is the record.
  /// `has_files`: what a record tells of its file stands beside its data, not in it.
  void records(const StreamName& stream, const batch::RecordBatch& batch, std::string_view raw_column,
               bool has_files = false);
  /// Writes a record that is JSON already.
  void record(const StreamName& stream, std::string_view json);
  /// `stream_state` is JSON; `count` is how many records stand between this state and the one before.
  void stream_state(const StreamName& stream, std::string_view stream_state, std::int64_t count);
  /// `body` is the JSON of `global`.
  void global_state(std::string_view body, std::int64_t count);
  /// `reason` is "RATE_LIMITED" or "".
  void stream_status(const StreamName& stream, StreamStatus status, std::string_view reason = {});
  /// Tells how much a stream has in all.
  void estimate(const StreamName& stream, std::int64_t rows, std::int64_t bytes);
  /// Tells what failed: the connector, or with `stream` that stream.
  void error(const Error& error, const StreamName* stream = nullptr);
  void log(EventLevel level, std::string_view message);
  /// Tells of a config that changed while working (a token that was renewed); `config` is JSON.
  void control(std::string_view config);
  void flush();

 private:
  void line(std::string_view text);
  std::int64_t now_ms();
  void flush_held();

  int file_;
  Env& env_;
  std::mutex mutex_;  // guards all below
  std::string held_, scratch_;
};

/// The JSON of a stream's descriptor.
std::string descriptor(const StreamName& stream);

}  // namespace leat::sources::protocol
