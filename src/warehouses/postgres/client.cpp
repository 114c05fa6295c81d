#include "warehouses/postgres/client.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/error.h"

namespace leat::warehouses::postgres {
namespace {

constexpr std::size_t kStatementShown = 400;

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text ? text : "";
}

// PostgreSQL gives the place as a count of characters, from one.
std::size_t byte_at(const std::string& sql, const std::string& position) {
  std::size_t characters = 1, at = 0;
  std::from_chars(position.data(), position.data() + position.size(), characters);
  auto continues = [&] { return at < sql.size() && (static_cast<unsigned char>(sql[at]) & 0xC0) == 0x80; };
  for (std::size_t i = 1; i < characters && at < sql.size(); ++i) {
    ++at;
    while (continues()) ++at;
  }
  return at;
}

std::int64_t line_at(const std::string& sql, const std::string& position) {
  auto end = sql.begin() + static_cast<std::ptrdiff_t>(byte_at(sql, position));
  return std::count(sql.begin(), end, '\n') + 1;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

PgConnection::PgConnection(const std::string& conninfo, std::string place)
    : place_(std::move(place)), handle_(PQconnectdb(conninfo.c_str())) {
  if (PQstatus(handle_) != CONNECTION_OK) {
    std::string message = trimmed(PQerrorMessage(handle_));
    PQfinish(handle_);
    throw Error(ErrorCode::warehouse_connect, message, place_);
  }
  // Notices ("relation exists, skipping") are nothing a user asked for.
  PQsetNoticeProcessor(
      handle_, [](void*, const char*) {}, nullptr);
  cancel_ = PQgetCancel(handle_);
  run("set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601'; set client_encoding "
      "= 'UTF8'; set extra_float_digits = 3");
}

PgConnection::~PgConnection() {
  if (cancel_) PQfreeCancel(cancel_);
  PQfinish(handle_);
}

void PgConnection::raise(const PGresult* result, const std::string& sql) {
  std::string state = result ? field(result, PG_DIAG_SQLSTATE) : "";
  std::string message = result ? field(result, PG_DIAG_MESSAGE_PRIMARY) : "";
  if (message.empty()) message = trimmed(PQerrorMessage(handle_));
  if (std::string detail = result ? field(result, PG_DIAG_MESSAGE_DETAIL) : ""; !detail.empty())
    message += " (" + detail + ")";
  if (state == "53100") throw Error(ErrorCode::warehouse_full, message, place_);
  if (state == "57014") throw Error(ErrorCode::warehouse_cancelled, message, place_);
  // 57P01 to 57P03: the server is going down or not up yet.
  if (PQstatus(handle_) != CONNECTION_OK || state.starts_with("57P"))
    throw Error(ErrorCode::warehouse_connect, message, place_);
  std::string position = result ? field(result, PG_DIAG_STATEMENT_POSITION) : "";
  std::string where =
      position.empty() ? place_ : fmt::format("{}, line {} of the statement", place_, line_at(sql, position));
  Error error(ErrorCode::warehouse_sql, message, where);
  if (state == "40P01" || state == "40001") throw std::move(error).retry();
  throw std::move(error).fix(fmt::format(
      "The statement was: {}", sql.size() <= kStatementShown ? sql : sql.substr(0, kStatementShown) + " …"));
}

PgResult PgConnection::run(const std::string& sql) {
  PgResult result(PQexec(handle_, sql.c_str()), PQclear);
  ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
    raise(result.get(), sql);
  return result;
}

std::optional<sql::Objection> PgConnection::attempt(const std::string& sql) {
  PgResult result(PQexec(handle_, sql.c_str()), PQclear);
  ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
    return std::nullopt;
  if (PQstatus(handle_) != CONNECTION_OK) raise(result.get(), sql);
  sql::Objection objection;
  objection.code = field(result.get(), PG_DIAG_SQLSTATE);
  objection.text = field(result.get(), PG_DIAG_MESSAGE_PRIMARY);
  objection.hint = field(result.get(), PG_DIAG_MESSAGE_HINT);
  std::string position = field(result.get(), PG_DIAG_STATEMENT_POSITION);
  if (!position.empty()) objection.offset = byte_at(sql, position);
  return objection;
}

std::int64_t PgConnection::execute(const std::string& sql) {
  PgResult result = run(sql);
  std::string_view count = PQcmdTuples(result.get());
  std::int64_t rows = 0;
  std::from_chars(count.data(), count.data() + count.size(), rows);
  return rows;
}

std::string PgConnection::value(const std::string& sql) {
  PgResult result = run(sql);
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

void PgConnection::begin_copy(const std::string& sql) {
  PgResult result(PQexec(handle_, sql.c_str()), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COPY_IN) raise(result.get(), sql);
}

void PgConnection::put_copy(const char* bytes, std::size_t count) {
  if (PQputCopyData(handle_, bytes, static_cast<int>(count)) != 1) raise(nullptr, "copy");
}

void PgConnection::end_copy() {
  if (PQputCopyEnd(handle_, nullptr) != 1) raise(nullptr, "copy");
  PgResult result(PQgetResult(handle_), PQclear);
  bool failed = PQresultStatus(result.get()) != PGRES_COMMAND_OK;
  // libpq wants results read until there is none.
  while (PGresult* rest = PQgetResult(handle_)) PQclear(rest);
  if (failed) raise(result.get(), "copy");
}

void PgConnection::cancel() {
  char message[256];
  if (cancel_) PQcancel(cancel_, message, sizeof message);
}

}  // namespace leat::warehouses::postgres
