#include "warehouses/snowflake/session.h"

#include <fmt/core.h>

#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/secret.h"
#include "files/codec.h"
#include "warehouses/snowflake/key_pair.h"
#include "warehouses/snowflake/result.h"

namespace leat::warehouses::snowflake {

using document::Value;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kStatementShown = 2000;
constexpr std::int64_t kValueRowsMax = 1000;
constexpr std::size_t kCompressFrom = 1024;
constexpr std::size_t kPartBytesMax = 1u << 30;
constexpr int kSessionsMax = 3;  // replaced or renewed for one request
constexpr milliseconds kPollFirst{50}, kPollMost{5000};
constexpr std::chrono::minutes kKeepAliveEvery{15};

constexpr const char* kRenewPath = "/session/token-request";
constexpr const char* kSessionExpired = "390112";
bool is_session_lost(std::string_view code) {
  return code == "390114" || code == "390111" || code == "390104" || code == "390103" || code == "390101";
}
bool is_running(std::string_view code) {
  return code == "333333" || code == "333334";
}

bool is_worth_another_try(int status) {
  return status == 408 || status == 429 || status >= 500;
}

// The session of an account whose run is being stopped has to be closed all the same.
http::ClientOptions quick() {
  http::ClientOptions options;
  options.connect_timeout = std::chrono::seconds(3);
  options.timeout = std::chrono::seconds(5);
  return options;
}

std::string compressed(std::string_view text) {
  std::string out;
  auto gzip = files::make_compressor(files::Compression::gzip);
  gzip->write(text, out);
  gzip->finish(out);
  return out;
}

bool is_gzip(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

std::string expanded(std::string_view bytes, const std::string& place) {
  std::string out;
  auto take = [&](std::string_view piece) {
    if (out.size() + piece.size() > kPartBytesMax)
      throw Error(ErrorCode::http_too_large, "An answer of Snowflake is too large", place);
    out += piece;
  };
  files::Decompressor gzip;
  gzip.push(bytes, take);
  gzip.finish(take);
  return out;
}

std::string member(std::string_view name, std::string_view value) {
  return fmt::format("{}:{}", document::json_quote(name), document::json_quote(value));
}

}  // namespace

Session::Session(const Account& account, Env& env) : account_(account), env_(env), client_(env) {}

Session::~Session() {
  if (token_.empty()) return;
  try {
    close();
  } catch (const Error&) {
    // Snowflake closes a session that is not heard of; a destructor must not throw.
    return;
  }
}

void Session::close() {
  Env quiet(system_clock(), 1);
  http::Client client(quiet, quick());
  // A statement that still runs (the run was stopped) would go on without its session.
  if (!running_.empty()) {
    client.send(request_for("POST", "/queries/v1/abort-request", {{"requestId", env_.uuid()}},
                            fmt::format("{{{}}}", member("requestId", running_))));
  }
  client.send(request_for("POST", "/session", {{"delete", "true"}}, "{}"));
}

http::Request Session::request_for(const char* method, const std::string& path, const http::Query& query,
                                   const std::string& body) {
  http::Request request;
  request.method = method;
  request.url = http::with_query(account_.url + path, query);
  request.headers.set("Accept", "application/snowflake");
  request.headers.set("User-Agent", "leat/" LEAT_VERSION);
  if (std::string_view(method) == "POST") {
    request.headers.set("Content-Type", "application/json");
    bool compresses = body.size() >= kCompressFrom;
    if (compresses) request.headers.set("Content-Encoding", "gzip");
    request.body = compresses ? compressed(body) : body;
  }
  std::lock_guard lock(mutex_);
  const std::string& token = path == kRenewPath ? master_token_ : token_;
  if (!token.empty()) request.headers.set("Authorization", fmt::format("Snowflake Token=\"{}\"", token));
  return request;
}

std::optional<Value> Session::attempt(const http::Request& request, http::Retry& retry) {
  std::optional<milliseconds> wait;
  try {
    http::Response response = client_.send(request);
    std::string_view text = response.body.view();
    std::string whole;
    if (is_gzip(text)) {
      whole = expanded(text, account_.place);
      text = whole;
    }
    // Snowflake's own refusals come as JSON whatever the status; a gateway's do not.
    if (text.starts_with('{')) return document::parse_json(text, "Snowflake's answer");
    if (!is_worth_another_try(response.status)) {
      throw Error(ErrorCode::warehouse_connect,
                  fmt::format("The address answers with status {} and no JSON", response.status),
                  http::safe_url(request.url))
          .fix("Check `account` (or `url`) of the target: it has to be a Snowflake account.");
    }
    auto wanted = http::parse_retry_after(response.headers.get("Retry-After"), env_.now());
    wait = response.status == 429 ? retry.after_rate_limit(wanted) : retry.after_failure(wanted);
    if (!wait) {
      throw Error(ErrorCode::warehouse_connect,
                  fmt::format("Snowflake answers with status {}", response.status), account_.place)
          .retry();
    }
  } catch (const Error& error) {
    if (!error.retryable() || error.code() == ErrorCode::warehouse_connect) throw;
    wait = retry.after_failure(std::nullopt);
    if (!wait) throw;
  }
  env_.wait(*wait);
  return std::nullopt;
}

// Sends until there is an answer of Snowflake's own.
Value Session::call(const char* method, const std::string& path, http::Query query, const std::string& body) {
  http::Retry retry;
  int sessions = 0;
  for (;;) {
    http::Query each = query;
    each.emplace_back("request_guid", env_.uuid());
    if (retry.failures() > 0) each.emplace_back("retryCount", fmt::format("{}", retry.failures()));
    std::optional<Value> answer = attempt(request_for(method, path, each, body), retry);
    if (!answer) continue;
    used_at_ = env_.steady();
    const std::string& code = (*answer)["code"].raw();
    bool is_lost = is_session_lost(code);
    if ((code != kSessionExpired && !is_lost) || ++sessions > kSessionsMax || path.starts_with("/session")) {
      return std::move(*answer);
    }
    if (is_lost || master_token_.empty()) {
      replace_session(*answer);
    } else {
      renew();
    }
  }
}

void Session::replace_session(const Value& answer) {
  if (holds_) {
    throw Error(ErrorCode::warehouse_connect,
                fmt::format("Snowflake lost the session: {}", answer["message"].raw()), account_.place)
        .fix("Nothing of the load was kept; run again.")
        .retry();
  }
  login();
}

void Session::keep_tokens(const std::string& token, const std::string& master) {
  register_secret(token);
  register_secret(master);
  std::lock_guard lock(mutex_);
  token_ = token;
  master_token_ = master;
}

void Session::login() {
  keep_tokens("", "");
  std::string proof;
  if (!account_.private_key.empty()) {
    proof = member("AUTHENTICATOR", "SNOWFLAKE_JWT") + "," +
            member("TOKEN", key_pair_token(account_.name, account_.user, account_.private_key,
                                           account_.passphrase, env_.now(), account_.place));
  } else if (!account_.token.empty()) {
    proof = member("AUTHENTICATOR", "PROGRAMMATIC_ACCESS_TOKEN") + "," + member("TOKEN", account_.token);
  } else {
    proof = member("PASSWORD", account_.password);
  }
  std::string body = fmt::format(
      R"({{"data":{{{},{},{},{},{},"SESSION_PARAMETERS":{{{},"TIMEZONE":"UTC","AUTOCOMMIT":{}}},)"
      R"("CLIENT_ENVIRONMENT":{{{},"OS":"Linux"}}}}}})",
      member("CLIENT_APP_ID", "Leat"), member("CLIENT_APP_VERSION", LEAT_VERSION),
      member("ACCOUNT_NAME", account_.name), member("LOGIN_NAME", account_.user), proof,
      member("QUERY_TAG", account_.query_tag), !account_.is_emulator, member("APPLICATION", "leat"));
  http::Query query = {{"request_id", env_.uuid()}, {"databaseName", account_.database}};
  // A schema that is not there yet must not keep anybody out, so the session names none: names are qualified.
  if (!account_.warehouse.empty()) query.emplace_back("warehouse", account_.warehouse);
  if (!account_.role.empty()) query.emplace_back("roleName", account_.role);
  Value answer = call("POST", "/session/v1/login-request", query, body);
  if (!answer["success"].boolean()) {
    throw Error(
        ErrorCode::warehouse_connect,
        fmt::format("Snowflake refuses the login: {} ({})", answer["message"].raw(), answer["code"].raw()),
        account_.place)
        .fix(
            "Check account, user and key (or token, password) of the target, and the user's network policy.");
  }
  const Value& data = answer["data"];
  keep_tokens(data["token"].raw(), data["masterToken"].raw());
}

void Session::renew() {
  std::string expired = token_;
  Value answer =
      call("POST", kRenewPath, {{"requestId", env_.uuid()}},
           fmt::format("{{{},{}}}", member("oldSessionToken", expired), member("requestType", "RENEW")));
  if (!answer["success"].boolean()) {
    keep_tokens(expired, "");
    return replace_session(answer);
  }
  keep_tokens(answer["data"]["sessionToken"].raw(), answer["data"]["masterToken"].raw());
}

void Session::keep_alive() {
  if (token_.empty() || env_.steady() - used_at_ < kKeepAliveEvery) return;
  Value answer = call("POST", "/session/heartbeat", {{"requestId", env_.uuid()}}, "{}");
  if (answer["code"].raw() == kSessionExpired) renew();
}

Value Session::wait_for(Value answer) {
  milliseconds wait = kPollFirst;
  while (is_running(answer["code"].raw())) {
    std::string url = answer["data"]["getResultUrl"].raw();
    env_.wait(wait);
    wait = std::min(kPollMost, wait * 2);
    answer = call("GET", url, {}, "");
  }
  return answer;
}

Value Session::run(const std::string& sql) {
  if (token_.empty()) login();
  std::string id = env_.uuid();
  {
    std::lock_guard lock(mutex_);
    running_ = id;
    running_sql_ = sql;
  }
  std::string body =
      fmt::format(R"({{{},"asyncExec":false,"sequenceId":1,"isInternal":false,"describeOnly":false}})",
                  member("sqlText", sql));
  Value answer = wait_for(call("POST", "/queries/v1/query-request", {{"requestId", id}}, body));
  {
    std::lock_guard lock(mutex_);
    running_.clear();
  }
  if (!answer["success"].boolean()) raise(answer, sql);
  Value data;
  if (Value* found = answer.find("data")) data = std::move(*found);
  return data;
}

std::int64_t Session::execute(const std::string& sql) {
  return rows_changed(run(sql));
}

void Session::begin() {
  if (!account_.is_emulator) execute("begin transaction");
}

std::string Session::value(const std::string& sql) {
  sql::QueryResult result = read_rows(run(sql), *this, kValueRowsMax);
  bool has_value = result.rows() > 0 && !result.batches[0].column(0).is_null(0);
  return has_value ? result.batches[0].column(0).print(0) : "";
}

std::string Session::fetch(const std::string& url, const http::Headers& headers) {
  http::Retry retry;
  for (;;) {
    http::Request request;
    request.url = url;
    request.headers = headers;
    http::Response response = client_.send(request);
    std::string_view text = response.body.view();
    if (response.ok()) return is_gzip(text) ? expanded(text, account_.place) : std::string(text);
    auto wait = retry.after_failure(std::nullopt);
    if (!wait || !is_worth_another_try(response.status)) {
      throw Error(ErrorCode::warehouse_sql,
                  fmt::format("A part of the result can't be read (status {})", response.status),
                  http::safe_url(url));
    }
    env_.wait(*wait);
  }
}

void Session::cancel() {
  std::string id, sql;
  {
    std::lock_guard lock(mutex_);
    id = running_;
    sql = running_sql_;
  }
  if (id.empty()) return;
  client_.send(request_for("POST", "/queries/v1/abort-request", {{"requestId", env_.uuid()}},
                           fmt::format("{{{},{}}}", member("sqlText", sql), member("requestId", id))));
}

void Session::raise(const Value& answer, const std::string& sql) const {
  std::string message = answer["message"].raw();
  std::string code = answer["code"].raw();
  if (code == "000604") throw Error(ErrorCode::warehouse_cancelled, message, account_.place);
  if (is_session_lost(code) || code == kSessionExpired)
    throw Error(ErrorCode::warehouse_connect, message, account_.place).retry();
  const std::string& query = answer["data"]["queryId"].raw();
  std::string where = query.empty() ? account_.place : fmt::format("{}, query {}", account_.place, query);
  throw Error(ErrorCode::warehouse_sql, message.empty() ? "Snowflake gives no reason, code " + code : message,
              where)
      .fix(fmt::format("The statement was: {}",
                       sql.size() <= kStatementShown ? sql : sql.substr(0, kStatementShown) + " …"));
}

}  // namespace leat::warehouses::snowflake
