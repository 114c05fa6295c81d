#include "server/pgwire/errors.h"

#include "base/secret.h"

namespace leat::server::pgwire {
namespace {

// By State, in its order.
constexpr std::string_view kStates[] = {"08P01", "28P01", "3D000", "25006", "42501", "25P02", "25P01",
                                        "42601", "26000", "34000", "42P03", "22P02", "22008", "42704",
                                        "0A000", "54000", "53300", "57014", "57014", "57P05", "57P01"};
constexpr std::string_view kPlace = "SQLSTATE ";

struct ByCode {
  ErrorCode code;
  std::string_view sqlstate;
};
constexpr ByCode kByCode[] = {
    {ErrorCode::warehouse_cancelled, "57014"},
    {ErrorCode::warehouse_locked, "55006"},
    {ErrorCode::warehouse_full, "53100"},
    {ErrorCode::warehouse_memory, "53200"},
    {ErrorCode::warehouse_connect, "08006"},
    {ErrorCode::cancelled, "57P01"},
    {ErrorCode::http_interrupted, "08006"},
    {ErrorCode::http_timeout, "57P05"},
    {ErrorCode::http_tls, "08P01"},
};

struct ByText {
  std::string_view begin, part, sqlstate;
};
// The first that fits; an empty part fits all of that kind.
constexpr ByText kByText[] = {
    {"Parser", "", "42601"},
    {"Syntax", "", "42601"},
    {"Catalog", "Table with name", "42P01"},
    {"Catalog", "Schema with name", "3F000"},
    {"Catalog", "Type with name", "42704"},
    {"Catalog", "unction", "42883"},
    {"Catalog", "", "42704"},
    {"Binder", "Referenced column", "42703"},
    {"Binder", "does not have a column", "42703"},
    {"Binder", "Referenced table", "42P01"},
    {"Binder", "Catalog \"", "3D000"},
    {"Binder", "mbiguous", "42702"},
    {"Binder", "No function matches", "42883"},
    {"Binder", "must appear in the GROUP BY", "42803"},
    {"Binder", "Cannot compare", "42883"},
    {"Binder", "", "42601"},
    {"Conversion", "", "22P02"},
    {"Out of Range", "", "22003"},
    {"Invalid Input", "", "22023"},
    {"Invalid type", "", "42804"},
    {"Mismatch Type", "", "42804"},
    {"Constraint", "", "23000"},
    {"TransactionContext", "read-only", "25006"},
    {"TransactionContext", "", "25000"},
    {"Not implemented", "", "0A000"},
    {"Permission", "", "42501"},
    {"IO", "", "58030"},
};

}  // namespace

Error refusal(State state, std::string message) {
  return Error(ErrorCode::warehouse_sql, std::move(message),
               std::string(kPlace) + std::string(kStates[static_cast<std::size_t>(state)]))
      .fix("");
}

bool is_refusal(const Error& error, State state) {
  return error.where().starts_with(kPlace) && sqlstate(error) == kStates[static_cast<std::size_t>(state)];
}

std::string_view sqlstate(const Error& error) {
  if (error.where().starts_with(kPlace)) return std::string_view(error.where()).substr(kPlace.size());
  for (const ByCode& row : kByCode) {
    if (row.code == error.code()) return row.sqlstate;
  }
  std::string_view text = error.what_failed();
  for (const ByText& row : kByText) {
    if (text.starts_with(row.begin) && text.find(row.part) != std::string_view::npos) return row.sqlstate;
  }
  return "XX000";
}

bool is_fatal(const Error& error) {
  // The channel's own.
  if (error.code() == ErrorCode::http_interrupted || error.code() == ErrorCode::http_timeout ||
      error.code() == ErrorCode::http_tls)
    return true;
  for (State state :
       {State::protocol, State::login, State::database, State::too_many, State::idle, State::shutdown}) {
    if (is_refusal(error, state)) return true;
  }
  return false;
}

void append_error(Answers& answers, const Error& error, bool is_last) {
  std::string_view severity = is_last ? "FATAL" : "ERROR";
  answers.begin('E').byte('S').text(severity).byte('V').text(severity);
  answers.byte('C').text(sqlstate(error)).byte('M').text(redact(error.what_failed()));
  // The advice of a warehouse's error repeats the statement, which the client knows.
  bool is_repeated = error.code() == ErrorCode::warehouse_sql && !error.where().starts_with(kPlace);
  if (!is_repeated && !error.fix().empty()) answers.byte('H').text(redact(error.fix()));
  answers.byte('\0').finish();
}

void append_warning(Answers& answers, std::string_view sqlstate, std::string_view message) {
  answers.begin('N').byte('S').text("WARNING").byte('V').text("WARNING").byte('C').text(sqlstate);
  answers.byte('M').text(message).byte('\0').finish();
}

}  // namespace leat::server::pgwire
