#include "sources/declarative/requester.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/secret.h"
#include "http/retry.h"
#include "http/url.h"
#include "jinja/operations.h"
#include "sources/declarative/api_budget.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/query_properties.h"

namespace leat::sources::declarative {
namespace {

using std::chrono::milliseconds;

constexpr int kUnreachableRetriesMax = 2;
constexpr milliseconds kRotationWait(1100);  // another token does not need the wait of the one refused

// The properties of the slice's chunk, in one value.
jinja::Value scope_properties(const Scope& scope) {
  std::string out;
  std::optional<jinja::Value> slice = scope.find("stream_slice");
  const jinja::Value* extra = slice ? slice->find("extra_fields") : nullptr;
  const jinja::Value* properties = extra ? extra->find("query_properties") : nullptr;
  if (!properties || !properties->is_list()) return jinja::Value::none();
  for (const jinja::Value& each : properties->items()) out += (out.empty() ? "" : ",") + jinja::to_text(each);
  return jinja::Value(out);
}

std::string_view address_key(const Value& component) {
  return component.find("url") && !component["url"].is_null() ? "url" : "url_base";
}

// A legacy session logs in below the address of the stream that it is for.
std::unique_ptr<Authenticator> authenticator_of(const Value& component, const Workshop& workshop) {
  Value authenticator = component["authenticator"];
  if (!component.find("authenticator") || authenticator.is_null()) return nullptr;
  if (component_name(authenticator) == "LegacySessionTokenAuthenticator")
    authenticator.set("url_base", component[address_key(component)]);
  return make_authenticator(authenticator, workshop);
}

class HttpRequester final : public Requester {
 public:
  HttpRequester(const Value& component, const Workshop& workshop)
      : workshop_(workshop),
        base_(workshop.text(component, address_key(component))),
        path_(workshop.text(component, "path")),
        method_(plain_text(component, "http_method", "GET")),
        query_(query_of(component, workshop)),
        properties_parameter_(properties_parameter(component)),
        headers_(workshop.tree(component, "request_headers")),
        form_(workshop.tree(component, "request_body_data")),
        json_(workshop.tree(component, "request_body_json")),
        authenticator_(authenticator_of(component, workshop)),
        handler_(make_error_handler(component.find("error_handler") && !component["error_handler"].is_null()
                                        ? component["error_handler"]
                                        : default_handler(component),
                                    workshop)) {
    if (base_.empty()) need(component, "url");
    if (!form_.empty() && !json_.empty()) {
      throw Error(ErrorCode::config_invalid, "`request_body_data` and `request_body_json` exclude each other",
                  component["request_body_json"].where());
    }
    if (const Value& body = component["request_body"]; body.is_mapping()) read_body(body, workshop);
    uses_cache_ = plain_flag(component, "use_cache");
    if (component_name(component) == "SafeEncodeHttpRequester") safe_ = "():,%";
  }

  http::Request build(const Scope& scope, RequestParts parts, const std::string& path) const override;
  http::Request build_plain(const std::string& path, const http::Query& query) const override;
  Answer send(const http::Request& request, std::stop_token stop) const override;
  std::string base_url() const override { return base_.text(Scope()); }

 private:
  // Parameters without the one that takes properties.
  static InterpolatedTree query_of(const Value& component, const Workshop& workshop) {
    std::string special = properties_parameter(component);
    if (special.empty()) return workshop.tree(component, "request_parameters");
    Value plain = component["request_parameters"];
    plain.erase(special);
    return InterpolatedTree(plain, component["$parameters"], workshop.interpolation, workshop.config);
  }
  void read_body(const Value& body, const Workshop& workshop);
  http::Response fetch(http::Request& request, std::stop_token stop) const;
  static Value default_handler(const Value& component) {
    Value handler = Value::mapping();
    handler.set("type", Value::of("DefaultErrorHandler"));
    handler.set_mark(component.mark());
    return handler;
  }
  static std::string address(const std::string& base, const std::string& path) {
    if (path.empty()) return base;
    return http::join(base.empty() || base.back() == '/' ? base : base + "/", path);
  }
  std::string with_query(const std::string& url, const http::Query& query) const;
  void add_own(const Scope& scope, RequestParts& parts) const;
  void finish(http::Request& request, RequestParts& parts) const;
  std::optional<milliseconds> next_wait(http::Retry& retry, const http::Response* response,
                                        const Resolution& resolution) const;
  void wait(milliseconds duration, std::stop_token stop) const;
  [[noreturn]] void refuse(const http::Response& response, const Resolution& resolution, int tries) const;

  Workshop workshop_;
  Interpolated base_, path_;
  std::string method_;
  InterpolatedTree query_;
  std::string properties_parameter_;
  InterpolatedTree headers_, form_, json_;
  bool uses_cache_ = false;
  std::string_view safe_;  // characters of parameters that are sent as they are, by a known Python class
  std::unique_ptr<Authenticator> authenticator_;
  std::unique_ptr<ErrorHandler> handler_;
};

// `request_body` says what the older settings said by their names.
void HttpRequester::read_body(const Value& body, const Workshop& workshop) {
  const Value& value = need(body, "value");
  std::string type = component_name(body);
  if (type == "RequestBodyGraphQL") {
    Value whole = value;
    whole.erase("$parameters");
    whole.erase("type");
    json_ = InterpolatedTree(whole, body["$parameters"], workshop.interpolation, workshop.config);
  } else if (type == "RequestBodyJsonObject") {
    json_ = workshop.tree(body, "value");
  } else if (type == "RequestBodyUrlEncodedForm" || type == "RequestBodyPlainText") {
    form_ = workshop.tree(body, "value");
  } else {
    refuse_component(
        body, "request_body",
        {"RequestBodyGraphQL", "RequestBodyJsonObject", "RequestBodyPlainText", "RequestBodyUrlEncodedForm"});
  }
}

void HttpRequester::add_own(const Scope& scope, RequestParts& parts) const {
  auto each = [](const jinja::Value& mapping, auto&& use) {
    if (mapping.is_dict()) {
      mapping.as_dict().each(
          [&](const jinja::Value& key, const jinja::Value& value) { use(jinja::to_text(key), value); });
    }
  };
  jinja::Value query = query_.evaluate(scope, Literals::text_and_lists);
  if (query.is_string()) {
    for (const auto& [name, value] : http::query_of("?" + query.as_string())) {
      parts.add_query(name, jinja::Value(value));
    }
  }
  each(query, [&](const std::string& name, const jinja::Value& value) { parts.add_query(name, value); });
  if (!properties_parameter_.empty()) parts.add_query(properties_parameter_, scope_properties(scope));
  each(headers_.evaluate(scope), [&](const std::string& name, const jinja::Value& value) {
    parts.add_header(name, jinja::to_text(value));
  });
  jinja::Value form = form_.evaluate(scope, Literals::text_and_lists);
  if (form.is_string()) parts.text = form.as_string();
  each(form, [&](const std::string& name, const jinja::Value& value) { parts.add_form(name, value); });
  jinja::Value json = json_.evaluate(scope);
  if (json.is_string()) parts.text = json.as_string();
  each(json, [&](const std::string& name, const jinja::Value& value) { parts.add_json({name}, value); });
}

http::Request HttpRequester::build(const Scope& scope, RequestParts parts, const std::string& path) const {
  http::Request request;
  request.method = method_;
  std::string base = base_.text(scope);
  if (!path.empty()) {
    request.url = address(base, path);
  } else {
    std::string own = path_.text(scope);
    own.erase(0, std::min(own.find_first_not_of('/'), own.size()));
    request.url = address(base, own);
  }
  add_own(scope, parts);
  if (authenticator_) authenticator_->authorize(request, parts, scope);
  finish(request, parts);
  return request;
}

http::Request HttpRequester::build_plain(const std::string& path, const http::Query& query) const {
  http::Request request;
  RequestParts parts;
  parts.query = query;
  request.url = address(base_.text(Scope()), path);
  if (authenticator_) authenticator_->authorize(request, parts, Scope());
  finish(request, parts);
  return request;
}

std::string HttpRequester::with_query(const std::string& url, const http::Query& query) const {
  if (safe_.empty() || query.empty()) return http::with_query(url, query);
  auto encoded = [&](const std::string& text) {
    std::string out;
    for (char c : text)
      out +=
          safe_.find(c) != std::string_view::npos ? std::string(1, c) : http::encode(std::string_view(&c, 1));
    return out;
  };
  std::string out = url;
  char between = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : query) {
    out += between + encoded(name) + "=" + encoded(value);
    between = '&';
  }
  return out;
}

void HttpRequester::finish(http::Request& request, RequestParts& parts) const {
  // An address of a next page may carry parameters already; equal ones are not sent twice.
  http::Query there = http::query_of(request.url);
  std::erase_if(parts.query,
                [&](const auto& pair) { return std::find(there.begin(), there.end(), pair) != there.end(); });
  request.url = http::requote(with_query(request.url, parts.query));
  for (auto& [name, value] : parts.headers) request.headers.set(name, value);
  bool has_json = !parts.json.is_absent();
  if (has_json && !parts.form.empty()) {
    throw Error(ErrorCode::config_invalid, "A request has a JSON body and a form body",
                http::safe_url(request.url));
  }
  auto set_type = [&](const char* type) {
    if (!request.headers.find("Content-Type")) request.headers.set("Content-Type", type);
  };
  if (has_json) {
    request.body = json_text(parts.json);
    set_type("application/json");
  } else if (!parts.form.empty()) {
    request.body = http::encode_query(parts.form);
    set_type("application/x-www-form-urlencoded");
  } else {
    request.body = parts.text;
  }
}

void HttpRequester::wait(milliseconds duration, std::stop_token stop) const {
  // In short steps, so that a page that nobody needs any more does not hold its thread.
  constexpr milliseconds kStep(100);
  while (duration.count() > 0) {
    if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "A request was given up");
    milliseconds step = std::min(duration, kStep);
    workshop_.env.wait(step);
    duration -= step;
  }
}

std::optional<milliseconds> HttpRequester::next_wait(http::Retry& retry, const http::Response* response,
                                                     const Resolution& resolution) const {
  Backoff backoff = handler_->backoff(response, retry.failures() + 1, workshop_.env.now());
  if (backoff.too_long) return std::nullopt;
  return resolution.action == Action::rate_limited ? retry.after_rate_limit(backoff.wait)
                                                   : retry.after_failure(backoff.wait);
}

http::Response HttpRequester::fetch(http::Request& request, std::stop_token stop) const {
  ConnectorContext& connector = workshop_.connector;
  std::string key = uses_cache_ ? request.method + " " + request.url + "\n" + request.body : std::string();
  if (uses_cache_) {
    if (std::optional<http::Response> kept = connector.cache.find(key)) return std::move(*kept);
  }
  if (connector.budget) connector.budget->acquire(request, workshop_.env, stop);
  if (authenticator_) authenticator_->sign(request, stop);
  http::Response response = workshop_.client.send(request, stop);
  if (connector.budget) connector.budget->learn(request, response, workshop_.env.now());
  if (authenticator_) authenticator_->learn(request, response);
  if (uses_cache_ && response.status == 200) connector.cache.keep(key, response);
  return response;
}

Answer HttpRequester::send(const http::Request& request, std::stop_token stop) const {
  http::RetryLimits limits;
  limits.retries_max = handler_->retries_max();
  http::Retry retry(limits);
  http::Request current = request;
  bool renewed = false;
  while (true) {
    std::optional<http::Response> response;
    std::optional<Error> unanswered;
    try {
      response = fetch(current, stop);
    } catch (const Error& error) {
      if (!error.retryable()) throw;
      unanswered = error;
    }
    Resolution resolution;
    resolution.action = Action::retry;
    if (response) {
      Scope scope;
      scope.set("headers", headers_value(response->headers));
      scope.set_lazy("response",
                     [&] { return parse_json_value(response->body.view()).value_or(jinja::Value::dict()); });
      resolution = handler_->judge(*response, scope);
      if (resolution.action == Action::success)
        return {.response = std::move(*response), .ignored = !response->ok()};
      if (resolution.action == Action::ignore) return {.response = std::move(*response), .ignored = true};
      if (resolution.action == Action::reset_pagination)
        return {.response = std::move(*response), .reset = true};
      if (resolution.action == Action::refresh_token_and_retry && authenticator_ && !renewed) {
        renewed = authenticator_->renew();
        RequestParts credentials;
        authenticator_->authorize(current, credentials, scope);
        if (renewed) continue;
      }
      if (resolution.action == Action::fail) refuse(*response, resolution, retry.failures() + 1);
    }
    bool rotates = response && resolution.action == Action::rate_limited && authenticator_ &&
                   authenticator_->has_other_token(current);
    std::optional<milliseconds> pause = rotates
                                            ? retry.after_rate_limit(kRotationWait)
                                            : next_wait(retry, response ? &*response : nullptr, resolution);
    // A host that is not there now will hardly be there in half a minute.
    bool is_gone = unanswered && unanswered->code() == ErrorCode::http_unreachable;
    if (is_gone && retry.failures() > kUnreachableRetriesMax) pause.reset();
    if (!pause) {
      if (unanswered) throw *unanswered;
      refuse(*response, resolution, retry.failures() + 1);
    }
    workshop_.env.emit({"request_retried",
                        EventLevel::warning,
                        {{"url", http::safe_url(request.url)},
                         {"status", static_cast<std::int64_t>(response ? response->status : 0)},
                         {"reason", unanswered ? unanswered->what_failed() : resolution.message},
                         {"wait_ms", static_cast<std::int64_t>(pause->count())}}});
    if (response) workshop_.client.recycle(std::move(response->body));
    wait(*pause, stop);
  }
}

void HttpRequester::refuse(const http::Response& response, const Resolution& resolution, int tries) const {
  std::string said = resolution.message;
  if (said.empty()) said = error_message_of(response.body.view());
  if (said.empty()) said = std::string(response.body.view().substr(0, 200));
  std::string what = fmt::format("{} answered {}{}{}", http::host(response.url), response.status,
                                 said.empty() ? "" : ": " + redact(said),
                                 tries > 1 ? fmt::format(" ({} tries)", tries) : "");
  ErrorCode code = ErrorCode::http_failed;
  if (response.ok() && resolution.action == Action::retry) {
    code = ErrorCode::source_stale;
  } else if (response.status == 401 || response.status == 403) {
    code = ErrorCode::http_unauthorized;
  } else if (response.status == 404) {
    code = ErrorCode::http_not_found;
  } else if (response.status == 429 || resolution.action == Action::rate_limited) {
    code = ErrorCode::http_rate_limited;
  }
  throw Error(code, what, http::safe_url(response.url));
}

constexpr ComponentRow<Requester> kRequesters[] = {
    {"HttpRequester",
     [](const Value& component, const Workshop& workshop) -> std::unique_ptr<Requester> {
       return std::make_unique<HttpRequester>(component, workshop);
     }},
    {"SafeEncodeHttpRequester",
     [](const Value& component, const Workshop& workshop) -> std::unique_ptr<Requester> {
       return std::make_unique<HttpRequester>(component, workshop);
     }},
};

}  // namespace

std::unique_ptr<Requester> make_requester(const Value& component, const Workshop& workshop) {
  return make_component<Requester>(kRequesters, component, "requester", workshop);
}

}  // namespace leat::sources::declarative
