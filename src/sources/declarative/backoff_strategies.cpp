#include "sources/declarative/backoff_strategies.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

#include "jinja/regex.h"
#include "sources/declarative/json_value.h"

namespace leat::sources::declarative {
namespace {

using std::chrono::milliseconds;

std::optional<double> number(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

milliseconds seconds_of(double seconds) {
  return milliseconds(static_cast<std::int64_t>(std::clamp(seconds, 0.0, 1e7) * 1000));
}

std::optional<double> number_setting(const Value& component, std::string_view name,
                                     const Workshop& workshop) {
  const Value* setting = component.find(name);
  if (!setting || setting->is_null()) return std::nullopt;
  jinja::Value value = workshop.text(component, name).evaluate(Scope());
  if (!value.is_number()) {
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` has to be a number", name), setting->where());
  }
  return value.as_real();
}

class ConstantBackoff final : public BackoffStrategy {
 public:
  ConstantBackoff(const Value& component, const Workshop& workshop) {
    need(component, "backoff_time_in_seconds");
    seconds_ = *number_setting(component, "backoff_time_in_seconds", workshop);
  }
  Backoff backoff(const http::Response*, int, Timestamp) const override {
    return {seconds_of(seconds_), false};
  }

 private:
  double seconds_ = 0;
};

class ExponentialBackoff final : public BackoffStrategy {
 public:
  ExponentialBackoff(const Value& component, const Workshop& workshop)
      : factor_(number_setting(component, "factor", workshop).value_or(5)) {}
  Backoff backoff(const http::Response*, int attempt, Timestamp) const override {
    return {seconds_of(factor_ * std::pow(2.0, std::min(attempt, 30))), false};
  }

 private:
  double factor_;
};

// The number in a header, or in the part of it that an expression matches.
class HeaderNumber {
 public:
  HeaderNumber(const Value& component, const Workshop& workshop)
      : header_(workshop.text_now(component, "header")) {
    need(component, "header");
    if (const Value* pattern = component.find("regex"); pattern && !pattern->is_null()) {
      // It has to match from the beginning. Tried out now, so that a bad one is found before it is needed.
      regex_ = "\\A(?:" + workshop.text_now(component, "regex") + ")";
      jinja::regex_first(*regex_, "");
    }
  }
  std::optional<double> read(const http::Response* response) const {
    const std::string* value = response ? response->headers.find(header_) : nullptr;
    if (!value) return std::nullopt;
    if (!regex_) return number(*value);
    std::optional<std::string> found = jinja::regex_first(*regex_, *value);
    return found ? number(*found) : std::nullopt;
  }

 private:
  std::string header_;
  std::optional<std::string> regex_;
};

class WaitTimeFromHeader final : public BackoffStrategy {
 public:
  WaitTimeFromHeader(const Value& component, const Workshop& workshop)
      : header_(component, workshop),
        most_(number_setting(component, "max_waiting_time_in_seconds", workshop)) {}
  Backoff backoff(const http::Response* response, int, Timestamp) const override {
    std::optional<double> seconds = header_.read(response);
    if (!seconds) return {};
    return {seconds_of(*seconds), most_ && *seconds > 0 && *seconds >= *most_};
  }

 private:
  HeaderNumber header_;
  std::optional<double> most_;
};

// The seconds that an expression finds in the answer; what is none lets the next strategy decide.
class WaitTimeFromResponse final : public BackoffStrategy {
 public:
  WaitTimeFromResponse(const Value& component, const Workshop& workshop)
      : seconds_(workshop.text(component, "wait_time_in_seconds")),
        most_(number_setting(component, "max_waiting_time_in_seconds", workshop)) {
    need(component, "wait_time_in_seconds");
  }
  Backoff backoff(const http::Response* response, int, Timestamp) const override {
    std::optional<double> seconds = evaluate(response);
    if (!seconds || *seconds <= 0) return {};
    return {seconds_of(*seconds), most_ && *seconds >= *most_};
  }

 private:
  std::optional<double> evaluate(const http::Response* response) const {
    Scope scope;
    jinja::Value body = jinja::Value::dict();
    if (response) body = parse_json_value(response->body.view()).value_or(body);
    scope.set("response", body);
    scope.set("headers", response ? headers_value(response->headers) : jinja::Value::dict());
    try {
      jinja::Value value = seconds_.evaluate(scope);
      if (value.is_number()) return value.as_real();
      return value.is_string() ? number(value.as_string()) : std::nullopt;
    } catch (const Error&) {
      return std::nullopt;  // written for answers of another shape
    }
  }
  Interpolated seconds_;
  std::optional<double> most_;
};

class WaitUntilTimeFromHeader final : public BackoffStrategy {
 public:
  WaitUntilTimeFromHeader(const Value& component, const Workshop& workshop)
      : header_(component, workshop),
        least_(number_setting(component, "min_wait", workshop)),
        most_(number_setting(component, "max_waiting_time_in_seconds", workshop)) {}
  Backoff backoff(const http::Response* response, int, Timestamp now) const override {
    std::optional<double> until = header_.read(response);
    if (!until) return least_ ? Backoff{seconds_of(*least_), false} : Backoff{};
    double wait = *until - static_cast<double>(now.time_since_epoch().count()) / 1e6;
    if (least_) wait = std::max(wait, *least_);
    if (wait < 0) return {};
    return {seconds_of(wait), most_ && wait >= *most_};
  }

 private:
  HeaderNumber header_;
  std::optional<double> least_, most_;
};

// Python classes of connectors, by the names of known_classes.h.
class UntilMidnight final : public BackoffStrategy {
 public:
  UntilMidnight(const Value&, const Workshop&) {}
  Backoff backoff(const http::Response*, int, Timestamp now) const override {
    Timestamp midnight = std::chrono::floor<std::chrono::days>(now) + std::chrono::days(1);
    return {std::chrono::ceil<milliseconds>(midnight - now), false};
  }
};

// The seconds that the answer's message names.
class PinterestBackoff final : public BackoffStrategy {
 public:
  PinterestBackoff(const Value&, const Workshop&) {}
  Backoff backoff(const http::Response* response, int attempt, Timestamp) const override {
    std::string_view body = response ? response->body.view() : std::string_view();
    if (auto found = jinja::regex_first("(?i)Retry after\\s+\\K\\d+(?=\\s+seconds)", body)) {
      if (auto seconds = number(*found)) return {seconds_of(*seconds), false};
    }
    return {seconds_of(std::min(std::pow(2.0, std::min(attempt, 10)), 120.0)), false};
  }
};

template <class T>
std::unique_ptr<BackoffStrategy> make(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

constexpr ComponentRow<BackoffStrategy> kBackoffStrategies[] = {
    {"ConstantBackoffStrategy", make<ConstantBackoff>},
    {"ExponentialBackoffStrategy", make<ExponentialBackoff>},
    {"WaitTimeFromHeader", make<WaitTimeFromHeader>},
    {"WaitTimeFromResponse", make<WaitTimeFromResponse>},
    {"WaitUntilTimeFromHeader", make<WaitUntilTimeFromHeader>},
};

constexpr ComponentRow<BackoffStrategy> kClasses[] = {
    {"PinterestAnalyticsBackoffStrategy", make<PinterestBackoff>},
    {"WaitUntilMidnightBackoffStrategy", make<UntilMidnight>},
};

}  // namespace

std::unique_ptr<BackoffStrategy> make_backoff_strategy(const Value& component, const Workshop& workshop) {
  return make_component<BackoffStrategy>(kBackoffStrategies, component, "backoff_strategies", workshop,
                                         kClasses);
}

}  // namespace leat::sources::declarative
