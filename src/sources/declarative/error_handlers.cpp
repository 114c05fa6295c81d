#include "sources/declarative/error_handlers.h"

#include <fmt/core.h>
#include <strings.h>

#include <algorithm>
#include <set>

#include "http/retry.h"
#include "jinja/call.h"
#include "jinja/operations.h"
#include "sources/declarative/backoff_strategies.h"
#include "sources/declarative/json_value.h"

namespace leat::sources::declarative {
namespace {

// Response headers: a mapping whose keys have no case.
class HeadersObject final : public jinja::Object {
 public:
  HeadersObject(const http::Headers& headers, std::optional<jinja::Value> link)
      : entries_(headers.entries()), link_(std::move(link)) {}
  std::string_view type_name() const override { return "CaseInsensitiveDict"; }
  std::optional<jinja::Value> item(const jinja::Value& key) override {
    if (!key.is_string()) return std::nullopt;
    if (link_ && strcasecmp(key.as_string().c_str(), "link") == 0) return *link_;
    for (std::size_t i = entries_.size(); i-- > 0;) {
      if (strcasecmp(entries_[i].first.c_str(), key.as_string().c_str()) == 0)
        return jinja::Value(entries_[i].second);
    }
    return std::nullopt;
  }
  std::optional<jinja::Value> method(std::string_view name, jinja::CallArguments& arguments) override {
    if (name != "get") return std::nullopt;
    std::optional<jinja::Value> found = item(arguments.require(0, "key"));
    return found ? *found : arguments.get(1, "default");
  }
  std::optional<bool> contains(const jinja::Value& key) override { return item(key).has_value(); }
  std::optional<std::size_t> length() const override { return entries_.size(); }
  bool is_mapping() const override { return true; }

 private:
  std::vector<http::Headers::Entry> entries_;
  std::optional<jinja::Value> link_;
};

std::string_view trimmed(std::string_view text, std::string_view drop = " \t\"'") {
  std::size_t from = text.find_first_not_of(drop);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(drop) - from + 1);
}

// `<https://a/?page=2>; rel="next", <…>; rel="last"` as {"next": {"url": …, "rel": "next"}, …}.
jinja::Value links_of(std::string_view header) {
  jinja::Value out = jinja::Value::dict();
  while (true) {
    std::size_t open = header.find('<'), close = header.find('>', std::min(open, header.size()));
    if (open == std::string_view::npos || close == std::string_view::npos) return out;
    std::string url(header.substr(open + 1, close - open - 1));
    header = header.substr(close + 1);
    std::size_t end = std::min(header.find('<'), header.size());
    std::string_view rest = trimmed(header.substr(0, end), " ,");
    jinja::Value link = jinja::Value::dict({{"url", jinja::Value(url)}});
    std::string rel = url;
    while (!rest.empty()) {
      std::size_t semicolon = std::min(rest.find(';', rest[0] == ';' ? 1 : 0), rest.size());
      std::string_view part = trimmed(rest.substr(0, semicolon), "; ");
      std::size_t equals = part.find('=');
      if (equals != std::string_view::npos) {
        std::string name(trimmed(part.substr(0, equals))), value(trimmed(part.substr(equals + 1)));
        link.as_dict().set(std::string_view(name), jinja::Value(value));
        if (name == "rel") rel = value;
      }
      rest = rest.substr(semicolon);
    }
    out.as_dict().set(std::string_view(rel), link);
    header = header.substr(end);
  }
}

constexpr std::pair<std::string_view, Action> kActions[] = {
    {"SUCCESS", Action::success},
    {"RETRY", Action::retry},
    {"FAIL", Action::fail},
    {"IGNORE", Action::ignore},
    {"RATE_LIMITED", Action::rate_limited},
    {"RESET_PAGINATION", Action::reset_pagination},
    {"REFRESH_TOKEN_THEN_RETRY", Action::refresh_token_and_retry},
};

// One HttpResponseFilter.
class ResponseFilter {
 public:
  ResponseFilter(const Value& component, const Workshop& workshop)
      : predicate_(workshop.text(component, "predicate")),
        contains_(workshop.text(component, "error_message_contains").text(Scope())),
        message_(workshop.text(component, "error_message")) {
    for (const Value& code : component["http_codes"].items()) codes_.insert(static_cast<int>(code.integer()));
    is_user_fault_ = component["failure_type"].raw() == "config_error";
    const std::string& action = component["action"].raw();
    if (action.empty()) return;
    const auto* found = std::find_if(std::begin(kActions), std::end(kActions),
                                     [&](const auto& row) { return row.first == action; });
    if (found == std::end(kActions)) {
      throw Error(ErrorCode::config_invalid,
                  fmt::format("The action {} of a response filter is not supported", action),
                  component["action"].where());
    }
    action_ = found->second;
  }

  std::optional<Resolution> match(const http::Response& response, const Scope& scope,
                                  Action default_action) const {
    bool hit =
        codes_.count(response.status) > 0 || (!predicate_.empty() && predicate_.truth(scope)) ||
        (!contains_.empty() && error_message_of(response.body.view()).find(contains_) != std::string::npos);
    if (!hit) return std::nullopt;
    Resolution out;
    out.action = action_.value_or(default_action);
    out.by_filter = true;
    out.is_user_fault = is_user_fault_;
    if (!message_.empty()) out.message = message_.text(scope);
    return out;
  }

 private:
  std::set<int> codes_;
  Interpolated predicate_;
  std::string contains_;
  Interpolated message_;
  std::optional<Action> action_;
  bool is_user_fault_ = false;
};

Resolution by_status(int status) {
  Resolution out;
  if (status < 400) return out;
  switch (status) {
    case 400:
    case 401:
    case 403:
    case 404:
    case 405:
      out.action = Action::fail;
      break;
    case 429:
      out.action = Action::rate_limited;
      break;
    default:
      out.action = Action::retry;
  }
  return out;
}

class DefaultErrorHandler final : public ErrorHandler {
 public:
  DefaultErrorHandler(const Value& component, const Workshop& workshop) {
    for (const Value& filter : component["response_filters"].items()) filters_.emplace_back(filter, workshop);
    for (const Value& strategy : component["backoff_strategies"].items()) {
      strategies_.push_back(make_backoff_strategy(strategy, workshop));
    }
    if (const Value* retries = component.find("max_retries"); retries && !retries->is_null()) {
      Interpolated setting = workshop.text(component, "max_retries");
      jinja::Value value = setting.evaluate(Scope());
      if (!value.is_integral() || value.as_integer() < 0 || value.as_integer() > 1000) {
        throw Error(ErrorCode::config_invalid, "`max_retries` has to be a whole number", retries->where());
      }
      retries_max_ = static_cast<int>(value.as_integer());
    }
  }

  Resolution judge(const http::Response& response, const Scope& scope) const override {
    Resolution standard = by_status(response.status);
    for (const ResponseFilter& filter : filters_) {
      if (auto resolution = filter.match(response, scope, standard.action)) return *resolution;
    }
    return standard;
  }
  Backoff backoff(const http::Response* response, int attempt, Timestamp now) const override {
    for (const auto& strategy : strategies_) {
      Backoff backoff = strategy->backoff(response, attempt, now);
      if (backoff.too_long) return backoff;
      // A strategy's wait is counted from the second after.
      if (backoff.wait && backoff.wait->count() > 0) return {*backoff.wait + std::chrono::seconds(1), false};
    }
    if (response) {
      if (const std::string* after = response->headers.find("Retry-After"); after && strategies_.empty()) {
        return {http::parse_retry_after(*after, now), false};
      }
    }
    return {};
  }
  int retries_max() const override { return retries_max_; }

 private:
  std::vector<ResponseFilter> filters_;
  std::vector<std::unique_ptr<BackoffStrategy>> strategies_;
  int retries_max_ = 5;
};

class CompositeErrorHandler final : public ErrorHandler {
 public:
  CompositeErrorHandler(const Value& component, const Workshop& workshop) {
    for (const Value& handler : need(component, "error_handlers").items()) {
      handlers_.push_back(make_error_handler(handler, workshop));
    }
    if (handlers_.empty()) {
      throw Error(ErrorCode::config_invalid, "CompositeErrorHandler has no `error_handlers`",
                  component.where());
    }
  }
  // Failing and rate limits are for the later handlers to overrule; all else is the first one's word.
  Resolution judge(const http::Response& response, const Scope& scope) const override {
    Resolution last;
    for (const auto& handler : handlers_) {
      last = handler->judge(response, scope);
      bool may_be_overruled = last.action == Action::fail || last.action == Action::rate_limited ||
                              last.action == Action::refresh_token_and_retry;
      if (!may_be_overruled) return last;
    }
    return last;
  }
  Backoff backoff(const http::Response* response, int attempt, Timestamp now) const override {
    for (const auto& handler : handlers_) {
      Backoff backoff = handler->backoff(response, attempt, now);
      if (backoff.wait || backoff.too_long) return backoff;
    }
    return {};
  }
  int retries_max() const override { return handlers_[0]->retries_max(); }

 private:
  std::vector<std::unique_ptr<ErrorHandler>> handlers_;
};

template <class T>
std::unique_ptr<ErrorHandler> make(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

constexpr ComponentRow<ErrorHandler> kErrorHandlers[] = {
    {"CompositeErrorHandler", make<CompositeErrorHandler>},
    {"DefaultErrorHandler", make<DefaultErrorHandler>},
};

std::string message_in(const jinja::Value& value, int depth) {
  if (depth > 4) return {};
  if (value.is_string()) return value.as_string();
  if (value.is_list()) {
    std::string out;
    for (const jinja::Value& item : value.items()) {
      std::string one = message_in(item, depth + 1);
      if (!one.empty()) out += (out.empty() ? "" : ", ") + one;
    }
    return out;
  }
  if (!value.is_dict()) return {};
  for (std::string_view key : {"message", "messages", "error", "errors", "failures", "failure", "detail",
                               "err", "error_message", "msg", "reason", "status_message"}) {
    if (const jinja::Value* found = value.as_dict().find(key)) {
      if (std::string out = message_in(*found, depth + 1); !out.empty()) return out;
    }
  }
  return {};
}

}  // namespace

jinja::Value headers_value(const http::Headers& headers) {
  return jinja::Value(jinja::make_ref<HeadersObject>(headers, std::nullopt));
}

jinja::Value page_headers_value(const http::Headers& headers) {
  return jinja::Value(jinja::make_ref<HeadersObject>(headers, links_of(headers.get("Link"))));
}

std::string error_message_of(std::string_view body) {
  std::optional<jinja::Value> value = parse_json_value(body);
  return value ? message_in(*value, 0) : std::string();
}

std::unique_ptr<ErrorHandler> make_error_handler(const Value& component, const Workshop& workshop) {
  return make_component<ErrorHandler>(kErrorHandlers, component, "error_handler", workshop);
}

}  // namespace leat::sources::declarative
