#include "sources/postgres/client.h"

#include <fmt/core.h>
#include <poll.h>

#include "base/error.h"
#include "base/quotes.h"
#include "base/secret.h"

namespace leat::sources::postgres {
namespace {

using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

constexpr std::size_t kStatementShown = 400;
constexpr const char* kSettings =
    "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601'; set bytea_output = "
    "'hex'; set extra_float_digits = 3; set client_encoding = 'UTF8'; set statement_timeout = 0";

std::string field(const PGresult* result, int code) {
  const char* text = result ? PQresultErrorField(result, code) : nullptr;
  return text ? text : "";
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

namespace {

using Parsed = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

Parsed parse(const std::string& url) {
  char* message = nullptr;
  Parsed options(PQconninfoParse(url.c_str(), &message), PQconninfoFree);
  if (options) return options;
  std::string why = without_quoted(message ? message : "it is no URL");  // a password may be quoted
  PQfreemem(message);
  throw Error(ErrorCode::config_invalid, fmt::format("The `url` of PostgreSQL can't be read: {}", why))
      .fix("Write postgres://user:password@host:5432/database?sslmode=require, with %25 for a % in it.");
}

std::string option(const Parsed& options, std::string_view keyword) {
  for (const PQconninfoOption* each = options.get(); each->keyword; ++each) {
    if (each->keyword == keyword && each->val) return each->val;
  }
  return "";
}

}  // namespace

std::string place_of(const std::string& url) {
  Parsed options = parse(url);
  if (std::string password = option(options, "password"); !password.empty()) register_secret(password);
  Address address = address_of(url);
  return fmt::format("{}:{}/{}", address.host, address.port, option(options, "dbname"));
}

Address address_of(const std::string& url) {
  Parsed options = parse(url);
  std::string host = option(options, "host"), port = option(options, "port");
  return {host.empty() ? "localhost" : host, port.empty() ? "5432" : port};
}

std::string through_port(const std::string& url, int port) {
  Parsed options = parse(url);
  std::string out;
  auto add = [&](std::string_view keyword, std::string_view value) {
    out += fmt::format("{}{}='", out.empty() ? "" : " ", keyword);
    for (char c : value) {
      if (c == '\'' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('\'');
  };
  for (const PQconninfoOption* each = options.get(); each->keyword; ++each) {
    std::string_view keyword = each->keyword;
    if (each->val && keyword != "hostaddr" && keyword != "port") add(keyword, each->val);
  }
  add("hostaddr", "127.0.0.1");
  add("port", std::to_string(port));
  return out;
}

std::string quote_name(std::string_view name) {
  return in_marks(name, '"');
}

std::string quote_literal(std::string_view text) {
  bool escapes = text.find('\\') != std::string_view::npos;
  std::string out = escapes ? "E'" : "'";
  for (char c : text) {
    if (c == '\'' || (c == '\\' && escapes)) out.push_back(c);
    out.push_back(c);
  }
  return out + "'";
}

Session::Session(const std::string& url, SessionKind kind) : place_(place_of(url)) {
  const char* keywords[] = {"connect_timeout",
                            "fallback_application_name",
                            "keepalives_idle",
                            "tcp_user_timeout",
                            "dbname",
                            "replication",
                            nullptr};
  const char* values[] = {"15",     "leat",      "30",
                          "120000", url.c_str(), kind == SessionKind::replication ? "database" : nullptr,
                          nullptr};
  handle_ = PQconnectdbParams(keywords, values, 1);
  if (PQstatus(handle_) != CONNECTION_OK) {
    std::string message = trimmed(PQerrorMessage(handle_));
    PQfinish(handle_);
    handle_ = nullptr;
    throw Error(ErrorCode::postgres_connect, message, place_).retry();
  }
  // Notices are nothing a user asked for.
  PQsetNoticeProcessor(
      handle_, [](void*, const char*) {}, nullptr);
  try {
    rows(kSettings);
    if (kind == SessionKind::reading) rows("set default_transaction_read_only = on");
  } catch (...) {
    PQfinish(handle_);  // a constructor that throws has no destructor
    throw;
  }
}

Session::~Session() {
  PQfinish(handle_);
}

void Session::raise(const PGresult* result, const std::string& sql) {
  std::string state = field(result, PG_DIAG_SQLSTATE), message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = trimmed(PQerrorMessage(handle_));
  if (std::string detail = field(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty())
    message += " (" + detail + ")";
  // 57P01 to 57P03: the server is going down or not up yet.
  if (PQstatus(handle_) != CONNECTION_OK || state.starts_with("57P"))
    throw Error(ErrorCode::postgres_connect, message, place_).retry();
  // The session that held the snapshot was cut: another try takes another one.
  if (sql.starts_with("set transaction snapshot"))
    throw Error(ErrorCode::postgres_connect, message, place_).retry();
  // A publication that is gone is made again, and its tables with it.
  bool is_gone = state == "42704" && sql == "START_REPLICATION";
  Error error(ErrorCode::postgres_refused, message, place_);
  if (is_gone) throw std::move(error).retry();
  if (state == "55006") throw Error(ErrorCode::postgres_slot_busy, message, place_).retry();
  if (state == "42501") {
    error.fix(
        "Grant what is missing: GRANT USAGE ON SCHEMA … TO user; GRANT SELECT ON … TO user. `leat postgres "
        "check` prints the exact statements.");
  } else {
    error.fix(fmt::format("The statement was: {}",
                          sql.size() <= kStatementShown ? sql : sql.substr(0, kStatementShown) + " …"));
  }
  throw error;
}

Rows Session::rows(const std::string& sql) {
  Result result(PQexec(handle_, sql.c_str()), PQclear);
  ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
    raise(result.get(), sql);
  Rows out;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    std::vector<std::string>& cells = out.emplace_back();
    for (int i = 0; i < PQnfields(result.get()); ++i) {
      cells.emplace_back(PQgetvalue(result.get(), row, i),
                         static_cast<std::size_t>(PQgetlength(result.get(), row, i)));
    }
  }
  return out;
}

std::string Session::value(const std::string& sql) {
  Rows answer = rows(sql);
  return answer.empty() || answer[0].empty() ? "" : answer[0][0];
}

void Session::begin_copy(const std::string& sql) {
  Result result(PQexec(handle_, sql.c_str()), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COPY_OUT) raise(result.get(), sql);
}

void Session::await_input() {
  pollfd socket{PQsocket(handle_), POLLIN, 0};
  while (poll(&socket, 1, -1) < 0 && errno == EINTR) continue;
  if (!PQconsumeInput(handle_)) raise(nullptr, "copy");
}

// Into a buffer of ours: libpq's other way allocates for each row. A row that fills it may have a rest.
std::string_view Session::next_copy() {
  constexpr std::size_t kRoomMin = 64 * 1024;
  if (copied_.size() < kRoomMin) copied_.resize(kRoomMin);
  std::size_t filled = 0;
  while (true) {
    int size = PQgetlineAsync(handle_, copied_.data() + filled, static_cast<int>(copied_.size() - filled));
    if (size == 0) {
      await_input();
      continue;
    }
    if (size < 0) break;
    filled += static_cast<std::size_t>(size);
    if (filled < copied_.size()) return {copied_.data(), filled};
    copied_.resize(2 * copied_.size());
  }
  if (filled > 0) return {copied_.data(), filled};  // the end is met again with the next call
  Result result(PQgetResult(handle_), PQclear);
  bool failed = PQresultStatus(result.get()) != PGRES_COMMAND_OK;
  while (PGresult* rest = PQgetResult(handle_)) PQclear(rest);
  if (failed) raise(result.get(), "copy");
  return {};
}

void Session::begin_stream(const std::string& sql) {
  Result result(PQexec(handle_, sql.c_str()), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COPY_BOTH) raise(result.get(), sql);
}

CopyRow Session::receive(std::chrono::milliseconds wait) {
  char* bytes = nullptr;
  int size = PQgetCopyData(handle_, &bytes, 1);
  if (size == 0) {
    pollfd socket{PQsocket(handle_), POLLIN, 0};
    if (poll(&socket, 1, static_cast<int>(wait.count())) == 0) return {};
    if (!PQconsumeInput(handle_)) raise(nullptr, "replication");
    size = PQgetCopyData(handle_, &bytes, 1);
    if (size == 0) return {};
  }
  if (size > 0) return {bytes, static_cast<std::size_t>(size)};
  Result result(PQgetResult(handle_), PQclear);
  if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR) raise(result.get(), "START_REPLICATION");
  throw Error(ErrorCode::postgres_connect, "The server ended the stream of changes", place_).retry();
}

void Session::send(std::string_view message) {
  if (PQputCopyData(handle_, message.data(), static_cast<int>(message.size())) != 1 || PQflush(handle_) < 0)
    raise(nullptr, "replication");
}

}  // namespace leat::sources::postgres
