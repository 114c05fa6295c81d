// Error: why a step could not go on, in words that tell a user what to do.
//
// Guarantees: `what_failed` is static words; values (names, places, counts; never
//   row values, never secrets) stand in `where`. The code decides the fault, and
//   with it exit code and HTTP status.
// Threads: a value; copy it freely.
// Errors: this is the one type that Leat throws. Expected failures return
//   std::optional or Result instead; a bad record is rejected through
//   Sink::reject.
#pragma once
#include <chrono>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace leat {

/// One value per row of error_codes.def.
enum class ErrorCode {
#define LEAT_ERROR(name, code, fault, title, fix) name,
#include "base/error_codes.def"
#undef LEAT_ERROR
};

/// Who has to act: the project's author, the source, the destination, or we.
enum class Fault { user, source, destination, internal };

/// What error_codes.def says of a code.
struct ErrorInfo {
  ErrorCode code;
  std::string_view name;  ///< as printed, such as "LEAT-HTTP-429"
  Fault fault;
  std::string_view title;  ///< one sentence without values
  std::string_view fix;    ///< what to do next
};

/// Returns the row of `code`.
const ErrorInfo& info(ErrorCode code);
/// Every row, in the order of error_codes.def.
std::span<const ErrorInfo> error_infos();
/// Finds a row by its printed name, or returns nullptr.
const ErrorInfo* find_error(std::string_view name);

class Error : public std::exception {
 public:
  /// `what_failed`: one sentence about this case; `where`: file:line:column, URL (without secrets), relation,
  /// field.
  Error(ErrorCode code, std::string what_failed, std::string where = {});

  /// Replaces the table's advice where this case knows better.
  Error& fix(std::string text) &;
  Error&& fix(std::string text) &&;
  /// Marks the error as worth another try, `after` a delay where the other side named one.
  Error&& retry(std::optional<std::chrono::milliseconds> after = {}) &&;
  /// Puts `outer` before the place, as in "connection crimes, stream crimes: calls.yaml:14:7".
  Error& within(std::string_view outer);

  ErrorCode code() const { return code_; }
  const std::string& what_failed() const { return what_failed_; }
  const std::string& where() const { return where_; }
  const std::string& fix() const { return fix_; }
  bool retryable() const { return retryable_; }
  std::optional<std::chrono::milliseconds> retry_after() const { return retry_after_; }
  /// "LEAT-HTTP-401 at https://…: The token was refused. Check the token …"
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  void compose();
  ErrorCode code_;
  std::string what_failed_, where_, fix_, text_;
  bool retryable_ = false;
  std::optional<std::chrono::milliseconds> retry_after_;
};

/// Stops the program with the condition and `what`: for what cannot be true unless we have a bug.
[[noreturn]] void fail_assertion(const char* condition, const char* file, int line);
#define LEAT_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::leat::fail_assertion(#condition, __FILE__, __LINE__))

}  // namespace leat
