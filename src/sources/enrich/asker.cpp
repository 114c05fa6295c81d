#include "sources/enrich/asker.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/secret.h"
#include "http/retry.h"

namespace leat::sources::enrich {

using document::Value;

namespace {

bool is_one_of(const std::string& status, const std::vector<std::string>& statuses) {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

}  // namespace

const Value& at_path(const Value& value, std::string_view path) {
  static const Value none;
  const Value* at = &value;
  while (!path.empty()) {
    std::size_t dot = std::min(path.find('.'), path.size());
    std::string_view key = path.substr(0, dot);
    path.remove_prefix(std::min(dot + 1, path.size()));
    if (at->is_list()) {
      std::size_t index = 0;
      auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
      if (error != std::errc() || index >= at->items().size()) return none;
      at = &at->items()[index];
    } else {
      at = at->find(key);
      if (!at) return none;
    }
  }
  return *at;
}

Asker::Asker(const Lookup& lookup, Env& env)
    : lookup_(lookup),
      env_(env),
      client_(env),
      limit_(static_cast<std::size_t>(lookup.requests_per_second), std::chrono::seconds(1)) {}

std::string Asker::values_of(const Value& body) const {
  std::string out;
  for (const auto& [column, path] : lookup_.fill) {
    const Value& value = at_path(body, path);
    if (value.is_null()) continue;
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", document::json_quote(column),
                       document::to_json(value));
  }
  return out.empty() ? "null" : "{" + out + "}";
}

std::string Asker::ask(const http::Query& query) {
  http::Request request;
  request.url = http::with_query(lookup_.url, query);
  request.headers.set("Accept", "application/json");
  http::Retry retry({.rate_limited_retries_max = 6, .rate_limited_total_max = std::chrono::minutes(5)});
  while (true) {
    env_.wait(limit_.reserve(env_.steady()));
    http::Response response = client_.send(request);
    Value body;
    try {
      body = document::parse_json(response.body.view(), http::safe_url(request.url));
    } catch (const Error&) {
      if (response.ok())
        throw Error(ErrorCode::lookup_failed, "The answer is no JSON", http::safe_url(request.url));
    }
    const std::string& status = at_path(body, lookup_.status_path).raw();
    if (response.ok() && is_one_of(status, lookup_.found)) return values_of(body);
    if (response.ok() && is_one_of(status, lookup_.empty)) return "null";
    std::string said = redact(at_path(body, lookup_.message_path).raw());
    std::string what = fmt::format("The lookup answered {}{}{}", response.status,
                                   status.empty() ? "" : " " + status, said.empty() ? "" : ": " + said);
    bool may_pass = is_one_of(status, lookup_.retried) || response.status == 429 || response.status >= 500;
    if (!may_pass) throw Error(ErrorCode::lookup_refused, what, http::safe_url(request.url));
    auto wanted = http::parse_retry_after(response.headers.get("Retry-After"), env_.now());
    auto wait = retry.after_rate_limit(wanted);
    if (!wait) throw Error(ErrorCode::lookup_failed, what, http::safe_url(request.url)).retry();
    env_.emit({"request_retried",
               EventLevel::warning,
               {{"url", http::safe_url(request.url)},
                {"status", std::int64_t{response.status}},
                {"reason", status},
                {"wait_ms", static_cast<std::int64_t>(wait->count())}}});
    env_.wait(*wait);
  }
}

}  // namespace leat::sources::enrich
