// RateLimitedMultipleTokenAuthenticator: several tokens in turn, each as far as its quota goes.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/secret.h"
#include "http/url.h"
#include "jinja/operations.h"
#include "sources/declarative/calendar_duration.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/record_path_values.h"
#include "sources/declarative/request_matcher.h"
#include "sources/declarative/requester.h"
#include "sources/declarative/shared_parts.h"
#include "sources/declarative/token_authenticators.h"
#include "sources/declarative/token_quotas.h"

namespace leat::sources::declarative {
namespace {

// "1714979289", 1714979289 or an ISO 8601 instant.
std::optional<Timestamp> instant_of(const std::string& text) {
  if (std::optional<std::int64_t> epoch = jinja::parse_integer(text))
    return Timestamp(std::chrono::seconds(*epoch));
  return parse_iso_timestamp(text);
}

// A definition as all streams have it: parameters are handed down to each in its own way.
Value without_parameters(const Value& component) {
  Value out = component;
  out.erase("$parameters");
  for (auto& [name, member] : out.members()) member = without_parameters(member);
  for (Value& item : out.items()) item = without_parameters(item);
  return out;
}

// A TokenQuota: a kind of calls, and where the API tells what is left of it.
struct Pool {
  Pool(const Value& component, const Workshop& workshop)
      : name(plain_text(component, "name")),
        remaining_path(texts_now(need(component, "remaining_path"), component, workshop)),
        reset_path(texts_now(need(component, "reset_path"), component, workshop)),
        remaining_header(plain_text(component, "remaining_header")),
        reset_header(plain_text(component, "reset_header")),
        limit_header(plain_text(component, "limit_header")) {
    if (component["limit_path"].is_list())
      limit_path = texts_now(component["limit_path"], component, workshop);
    for (const Value& each : component["matchers"].items()) matchers.emplace_back(each, workshop);
    for (const Value& code : component["exhaustion_status_codes"].items())
      refusals.push_back(static_cast<int>(code.integer()));
  }
  bool matches(const http::Request& request) const {
    return std::any_of(matchers.begin(), matchers.end(),
                       [&](const RequestMatcher& each) { return each.matches(request); });
  }
  std::string name;
  std::vector<std::string> remaining_path, reset_path, limit_path;
  std::string remaining_header, reset_header, limit_header;
  std::vector<RequestMatcher> matchers;
  std::vector<int> refusals;
};

class RotatingAuthenticator final : public Authenticator {
 public:
  RotatingAuthenticator(const Value& component, const Workshop& workshop)
      : workshop_(workshop),
        prefix_(text_or(component, "auth_method", "Bearer")),
        header_(text_or(component, "header", "Authorization")),
        status_(make_requester(status_component(need(component, "quota_status_source")), workshop)) {
    for (const Value& each : need(component, "quotas").items()) pools_.emplace_back(each, workshop);
    if (pools_.empty())
      throw Error(ErrorCode::config_invalid, "There is no quota", component["quotas"].where());
    QuotaRules rules{
        .tokens = tokens_of(component, workshop), .names = {}, .wait_max = wait_of(component, workshop)};
    for (const Pool& pool : pools_) rules.names.push_back(pool.name);
    if (component.find("budget_reserve_fraction"))
      rules.reserve_fraction = component["budget_reserve_fraction"].real();
    if (component.find("budget_min_reserve")) rules.reserve_min = component["budget_min_reserve"].integer();
    // All streams that rotate the same tokens in the same way count them together.
    std::string key =
        "quotas " + document::to_json(without_parameters(component), true) + workshop.connector.identity;
    quotas_ = shared<TokenQuotas>(workshop.env, key, [&] { return std::make_shared<TokenQuotas>(rules); });
  }

  void authorize(http::Request&, RequestParts&, const Scope&) const override {}  // each try is signed anew
  void sign(http::Request& request, std::stop_token stop) const override {
    std::string token = quotas_->acquire(
        pool_of(request), [&](const std::string& each) { return ask(each); }, workshop_.env, stop);
    request.headers.set(header_, signature(token));
    request.secret_headers.push_back(header_);
  }
  void learn(const http::Request& request, const http::Response& response) const override {
    std::size_t kind = pool_of(request);
    const Pool& pool = pools_[kind];
    QuotaNews news;
    news.is_refusal =
        std::find(pool.refusals.begin(), pool.refusals.end(), response.status) != pool.refusals.end();
    auto header = [&](const std::string& name) {
      return name.empty() ? nullptr : response.headers.find(name);
    };
    if (const std::string* text = header(pool.remaining_header)) news.remaining = jinja::parse_integer(*text);
    if (const std::string* text = header(pool.limit_header)) news.limit = jinja::parse_integer(*text);
    if (const std::string* text = header(pool.reset_header)) news.reset = instant_of(*text);
    quotas_->learn(kind, token_of(request), news);
  }
  bool has_other_token(const http::Request& request) const override {
    return quotas_->has_other(pool_of(request), token_of(request));
  }

 private:
  // An empty setting is one that is left out.
  static std::string text_or(const Value& component, std::string_view name, std::string_view fallback) {
    std::string text = plain_text(component, name);
    return text.empty() ? std::string(fallback) : text;
  }
  static std::vector<std::string> tokens_of(const Value& component, const Workshop& workshop) {
    const Value& given = need(component, "tokens");
    std::vector<std::string> texts, tokens;
    if (given.is_list()) {
      texts = texts_now(given, component, workshop);
    } else {
      std::string all = workshop.text_now(component, "tokens");
      std::string between = text_or(component, "token_delimiter", ",");
      for (std::size_t at = 0; at <= all.size();) {
        std::size_t end = std::min(all.find(between, at), all.size());
        texts.push_back(all.substr(at, end - at));
        at = end + between.size();
      }
    }
    for (std::string& text : texts) {
      std::size_t first = text.find_first_not_of(" \t\r\n");
      if (first == std::string::npos) continue;
      tokens.push_back(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
      register_secret(tokens.back());
    }
    if (tokens.empty())
      throw Error(ErrorCode::config_invalid, "The config has no token to send", given.where());
    return tokens;
  }
  static std::chrono::microseconds wait_of(const Value& component, const Workshop& workshop) {
    std::string text = workshop.text_now(component, "max_wait_time");
    std::optional<CalendarDuration> wait = parse_iso_duration(text.empty() ? "PT2H" : text);
    if (!wait || wait->months != 0 || wait->length.count() < 0) {
      throw Error(ErrorCode::config_invalid,
                  fmt::format("`max_wait_time` is no duration of a fixed length: {}", text),
                  component["max_wait_time"].where());
    }
    return wait->length;
  }
  // The source of quotas as a requester; statuses that mean "nothing is counted here" are let pass.
  static Value status_component(const Value& source) {
    auto text = [](const char* value) { return Value::of(std::string(value)); };
    Value out = Value::mapping({{"type", text("HttpRequester")}, {"url", need(source, "url")}});
    out.set_mark(source.mark());
    if (source.find("http_method")) out.set("http_method", source["http_method"]);
    if (source.find("request_headers")) out.set("request_headers", source["request_headers"]);
    if (source["unavailable_status_codes"].items().empty()) return out;
    Value filter = Value::mapping({{"type", text("HttpResponseFilter")},
                                   {"http_codes", source["unavailable_status_codes"]},
                                   {"action", text("IGNORE")}});
    out.set("error_handler", Value::mapping({{"type", text("DefaultErrorHandler")},
                                             {"response_filters", Value::list({filter})}}));
    return out;
  }
  std::string signature(const std::string& token) const {
    return prefix_.empty() ? token : prefix_ + " " + token;
  }
  // The token that a request was signed with, "" where it is none of these.
  std::string token_of(const http::Request& request) const {
    const std::string* value = request.headers.find(header_);
    if (!value) return "";
    if (prefix_.empty()) return *value;
    return value->starts_with(prefix_ + " ") ? value->substr(prefix_.size() + 1) : "";
  }
  // The first pool that names the request; else the first that names none; else the first.
  std::size_t pool_of(const http::Request& request) const {
    auto found =
        std::find_if(pools_.begin(), pools_.end(), [&](const Pool& each) { return each.matches(request); });
    if (found == pools_.end())
      found =
          std::find_if(pools_.begin(), pools_.end(), [](const Pool& each) { return each.matchers.empty(); });
    return found == pools_.end() ? 0 : static_cast<std::size_t>(found - pools_.begin());
  }
  std::vector<QuotaCount> ask(const std::string& token) const {
    RequestParts parts;
    parts.add_header(header_, signature(token));
    http::Request request = status_->build(Scope(), std::move(parts), "");
    request.secret_headers.push_back(header_);
    Answer answer = status_->send(request, {});
    std::vector<QuotaCount> counts;
    if (answer.ignored) {
      counts.resize(pools_.size(), QuotaCount{.is_tracked = false});
      return counts;
    }
    std::string url = http::safe_url(answer.response.url);
    jinja::Value body = parse_json_value(answer.response.body.view()).value_or(jinja::Value::none());
    for (const Pool& pool : pools_) {
      auto value = [&](const std::vector<std::string>& path, const char* what) {
        std::optional<jinja::Value> found = value_at(body, path);
        if (found) return jinja::to_text(*found);
        throw Error(ErrorCode::source_invalid_response,
                    fmt::format("The answer does not tell the `{}` of quota `{}`", what, pool.name), url)
            .fix("Check the paths of `quotas`.");
      };
      std::string remaining = value(pool.remaining_path, "remaining"),
                  reset = value(pool.reset_path, "reset");
      std::string limit = pool.limit_path.empty() ? remaining : value(pool.limit_path, "limit");
      auto left = jinja::parse_integer(remaining), most = jinja::parse_integer(limit);
      auto at = instant_of(reset);
      if (!left || !most || !at)
        throw Error(
            ErrorCode::source_invalid_response,
            fmt::format("Quota `{}` is not told in numbers: {}, {}, {}", pool.name, remaining, reset, limit),
            url);
      counts.push_back({*left, *at, *most});
    }
    return counts;
  }

  const Workshop workshop_;
  const std::string prefix_, header_;
  std::unique_ptr<Requester> status_;
  std::vector<Pool> pools_;
  std::shared_ptr<TokenQuotas> quotas_;
};

}  // namespace

std::unique_ptr<Authenticator> make_rotating_authenticator(const Value& component, const Workshop& workshop) {
  return std::make_unique<RotatingAuthenticator>(component, workshop);
}

}  // namespace leat::sources::declarative
