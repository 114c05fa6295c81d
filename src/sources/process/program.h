// ProgramRun: one run of the program with arguments, its lines told apart into messages and
// chatter.
//
// Guarantees: what is no message goes to events, secrets removed, at most kChatterMax lines of it.
//   A line that begins as a message and is none ends the read: it may have been a record.
// Threads: one.
// Owns: the child process.
// Errors: as Child; Error(process_output, process_failed, process_config).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sources/process/settings.h"
#include "sources/process/work_folder.h"
#include "sources/record_columns.h"

namespace leat::sources::process {

/// What a program said of its own failure.
struct Complaint {
  std::string message;
  ErrorCode code = ErrorCode::process_failed;
  bool may_pass = false;  ///< worth another try
};

class ProgramRun {
 public:
  static constexpr int kChatterMax = 1000;
  ProgramRun(const ProgramSettings& settings, const WorkFolder& folder, std::vector<std::string> arguments,
             Env& env);

  /// The next message, nullptr at the end of the output.
  const JsonLine* next();
  /// The line of the message that next() returned.
  std::string_view line() const { return line_; }
  /// Waits for the end; throws when the program failed, or complained, or wrote nothing but chatter.
  void finish(const std::optional<Complaint>& complaint);
  /// Passes a log line on; warnings and errors are news.
  void say(std::string_view message, bool is_news = false);
  /// An Error(process_output) about the message at hand.
  Error bad_message(const std::string& what) const;

 private:
  const ProgramSettings& settings_;
  Env& env_;
  std::string name_;
  int said_ = 0;
  bool any_message_ = false;
  Child child_;
  JsonLine message_;
  std::string_view line_;
};

}  // namespace leat::sources::process
