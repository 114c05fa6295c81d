// Errors as clients of PostgreSQL know them: SQLSTATE, severity, message, hint.
//
// Guarantees: what is sent names no file of this machine and no secret; DuckDB's kinds of errors have
//   PostgreSQL's codes. A refusal() goes to the client alone: it carries its SQLSTATE where other errors have
//   their place.
// Threads: pure functions.
// Owns: nothing.
// Errors: none.
// Source: PostgreSQL documentation, appendix A and chapter 55.8
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "server/pgwire/messages.h"

namespace leat::server::pgwire {

/// What a client may be refused for.
enum class State {
  protocol,
  login,
  database,
  read_only,
  not_permitted,
  block_failed,
  no_block,
  syntax,
  no_statement,
  no_cursor,
  name_taken,
  parameter,
  out_of_range,
  setting,
  unsupported,
  too_large,
  too_many,
  timeout,
  cancelled,
  idle,
  shutdown,
};

/// The Error that tells a client so.
Error refusal(State state, std::string message);
bool is_refusal(const Error& error, State state);
std::string_view sqlstate(const Error& error);
/// Whether the connection ends with it.
bool is_fatal(const Error& error);
/// Appends an ErrorResponse.
void append_error(Answers& answers, const Error& error, bool is_last);
/// Appends a NoticeResponse of severity WARNING.
void append_warning(Answers& answers, std::string_view sqlstate, std::string_view message);

}  // namespace leat::server::pgwire
