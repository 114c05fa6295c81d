#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/secret.h"
#include "http/auth.h"
#include "http/retry.h"
#include "http/url.h"
#include "jinja/operations.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/datetime_format.h"
#include "sources/declarative/error_handlers.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/token_authenticators.h"

namespace leat::sources::declarative {
namespace {

constexpr int kDepthMax = 5;
constexpr std::string_view kByAssertion = "urn:ietf:params:oauth:grant-type:jwt-bearer";

// The value of that name, wherever it stands in the answer.
std::optional<jinja::Value> find_deep(const jinja::Value& value, const std::string& name, int depth = 0) {
  if (depth > kDepthMax) return std::nullopt;
  if (value.is_dict()) {
    if (const jinja::Value* found = value.as_dict().find(std::string_view(name))) return *found;
    std::optional<jinja::Value> out;
    value.as_dict().each([&](const jinja::Value&, const jinja::Value& member) {
      if (!out) out = find_deep(member, name, depth + 1);
    });
    return out;
  }
  if (value.is_list()) {
    for (const jinja::Value& item : value.items()) {
      if (auto out = find_deep(item, name, depth + 1)) return out;
    }
  }
  return std::nullopt;
}

std::vector<std::string> path_setting(const Value& component, std::string_view name,
                                      std::vector<std::string> fallback) {
  const Value* setting = component.find(name);
  if (!setting || !setting->is_list()) return fallback;
  std::vector<std::string> out;
  for (const Value& segment : setting->items()) out.push_back(segment.raw());
  return out;
}

const Value* find_at(const Value& value, const std::vector<std::string>& path) {
  const Value* at = &value;
  for (const std::string& segment : path) at = at ? at->find(segment) : nullptr;
  return at;
}

// "2024-02-03T05:05:06+00:00", as other runtimes write it.
std::string iso_with_offset(Timestamp time) {
  std::string text = format_iso_timestamp(time);
  if (text.ends_with('Z')) text.replace(text.size() - 1, 1, "+00:00");
  return text;
}

// Where a refresh token that serves only once is kept.
struct Updater {
  std::string refresh_token_name;
  std::vector<std::string> access_path, refresh_path, expiry_path;
};

class OAuthAuthenticator final : public Authenticator {
 public:
  OAuthAuthenticator(const Value& component, const Workshop& workshop);

  void authorize(http::Request& request, RequestParts&, const Scope&) const override {
    http::authorize_bearer(request, token());
  }
  bool renew() const override {
    std::lock_guard lock(slot_->mutex);
    fetch();
    return true;
  }

 private:
  std::string token() const {
    std::lock_guard lock(slot_->mutex);
    if (endpoint_.empty() && !slot_->token.empty()) return slot_->token;
    if (slot_->token.empty() || (slot_->expires && *slot_->expires < workshop_.env.now())) fetch();
    return slot_->token;
  }
  std::string name(std::string_view setting, std::string_view fallback) const {
    std::string out = workshop_.text_now(component_, setting);
    return out.empty() ? std::string(fallback) : out;
  }
  // With an updater the config's own credentials count before the component's.
  std::string credential(const std::string& setting) const {
    if (updater_) {
      Value config = workshop_.connector.config.get();
      if (const Value* own = find_at(config, {"credentials", setting}); own && own->is_text())
        return own->raw();
    }
    return workshop_.text_now(component_, setting);
  }
  bool sends_assertion() const { return profile_ != nullptr; }
  void read_first_token();
  http::Query form() const;
  void fetch() const;
  http::Response ask() const;
  void keep(const jinja::Value& answer) const;
  std::optional<Timestamp> expiry_of(const jinja::Value& answer) const;
  std::optional<Timestamp> read_time(const std::string& text) const;

  const Workshop workshop_;
  const Value component_;
  Interpolated endpoint_;
  InterpolatedTree body_, headers_;
  std::unique_ptr<JwtSigner> profile_;
  std::optional<Updater> updater_;
  std::shared_ptr<TokenSlot> slot_;
};

OAuthAuthenticator::OAuthAuthenticator(const Value& component, const Workshop& workshop)
    : workshop_(workshop),
      component_(component),
      endpoint_(workshop.text(component, "token_refresh_endpoint")),
      body_(workshop.tree(component, "refresh_request_body")),
      headers_(workshop.tree(component, "refresh_request_headers")) {
  if (workshop.text(component, "use_profile_assertion").empty()
          ? false
          : workshop.text(component, "use_profile_assertion").truth(Scope())) {
    profile_ = make_jwt_signer(need(component, "profile_assertion"), workshop);
  }
  if (const Value& updater = component["refresh_token_updater"]; updater.is_mapping()) {
    updater_ =
        Updater{plain_text(updater, "refresh_token_name", "refresh_token"),
                path_setting(updater, "access_token_config_path", {"credentials", "access_token"}),
                path_setting(updater, "refresh_token_config_path", {"credentials", "refresh_token"}),
                path_setting(updater, "token_expiry_date_config_path", {"credentials", "token_expiry_date"})};
  }
  if (!sends_assertion() && (!endpoint_.empty() || !component.find("access_token_value"))) {
    for (std::string_view setting : {"client_id", "client_secret"}) need(component, setting);
    if (!updater_ && name("grant_type", "refresh_token") == "refresh_token") need(component, "refresh_token");
  }
  slot_ = workshop.connector.token("oauth " + document::to_json(component, true));
  std::lock_guard lock(slot_->mutex);
  if (slot_->token.empty() && slot_->refresh_token.empty()) read_first_token();
}

// What the config holds already.
void OAuthAuthenticator::read_first_token() {
  std::string expires;
  if (updater_) {
    Value config = workshop_.connector.config.get();
    auto text = [&](const std::vector<std::string>& path) {
      const Value* value = find_at(config, path);
      return value ? value->raw() : std::string();
    };
    slot_->token = text(updater_->access_path);
    slot_->refresh_token = text(updater_->refresh_path);
    expires = text(updater_->expiry_path);
    if (expires.empty()) slot_->token.clear();
  } else {
    slot_->token = workshop_.text_now(component_, "access_token_value");
    expires = workshop_.text_now(component_, "token_expiry_date");
  }
  // A token of which nobody knows how long it lasts is taken for expired, where another can be had.
  slot_->expires = read_time(expires);
  if (!slot_->expires && !endpoint_.empty()) slot_->expires = Timestamp{};
  for (const std::string& secret : {slot_->token, slot_->refresh_token}) register_secret(secret);
}

std::optional<Timestamp> OAuthAuthenticator::read_time(const std::string& text) const {
  if (text.empty()) return std::nullopt;
  if (auto seconds = jinja::parse_integer(text)) return Timestamp(std::chrono::seconds(*seconds));
  if (auto time = parse_iso_timestamp(text)) return time;
  std::string format = plain_text(component_, "token_expiry_date_format");
  return format.empty() ? std::nullopt : parse_datetime(text, format);
}

http::Query OAuthAuthenticator::form() const {
  http::Query out;
  auto has = [&](const std::string& key) {
    return std::any_of(out.begin(), out.end(), [&](const auto& pair) { return pair.first == key; });
  };
  if (sends_assertion())
    return {{name("grant_type_name", "grant_type"), std::string(kByAssertion)},
            {"assertion", profile_->token()}};
  out.emplace_back(name("grant_type_name", "grant_type"), name("grant_type", "refresh_token"));
  jinja::Value headers = headers_.evaluate(Scope());
  bool in_header = headers.is_dict() && headers.as_dict().find("Authorization");
  if (!in_header) {
    out.emplace_back(name("client_id_name", "client_id"), credential("client_id"));
    out.emplace_back(name("client_secret_name", "client_secret"), credential("client_secret"));
    register_secret(out.back().second);
  }
  std::string refresh = slot_->refresh_token;
  // A token that serves once comes from where it is kept, and from nowhere else.
  bool has_refresh = updater_ || !refresh.empty() || component_.find("refresh_token");
  if (refresh.empty() && !updater_) refresh = workshop_.text_now(component_, "refresh_token");
  register_secret(refresh);
  if (has_refresh) out.emplace_back(name("refresh_token_name", "refresh_token"), refresh);
  for (const Value& scope : component_["scopes"].items()) out.emplace_back("scopes", scope.raw());
  jinja::Value more = body_.evaluate(Scope());
  if (!more.is_dict()) return out;
  more.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
    std::string own = jinja::to_text(key);
    if (has(own) || value.is_none()) return;
    if (!value.is_list()) return out.emplace_back(own, jinja::to_text(value)), void();
    for (const jinja::Value& item : value.items()) out.emplace_back(own, jinja::to_text(item));
  });
  return out;
}

http::Response OAuthAuthenticator::ask() const {
  http::Request request;
  request.method = "POST";
  request.url = endpoint_.text(Scope());
  if (request.url.empty()) {
    throw Error(ErrorCode::config_invalid,
                "OAuthAuthenticator has neither a token nor a `token_refresh_endpoint`", component_.where());
  }
  jinja::Value headers = headers_.evaluate(Scope());
  if (headers.is_dict()) {
    headers.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
      request.headers.set(jinja::to_text(key), jinja::to_text(value));
    });
  }
  if (const std::string* secret = request.headers.find("Authorization")) register_secret(*secret);
  if (plain_flag(component_, "send_refresh_request_as_query_params")) {
    request.url = http::with_query(request.url, form());
  } else {
    request.body = http::encode_query(form());
    if (!request.headers.find("Content-Type"))
      request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  }
  http::Retry retry;
  while (true) {
    http::Response response = workshop_.client.send(request);
    if (response.status != 429 && response.status < 500) return response;
    auto pause = retry.after_failure(std::nullopt);
    if (!pause) return response;
    workshop_.env.wait(*pause);
  }
}

// Requires: the slot is locked.
void OAuthAuthenticator::fetch() const {
  http::Response response = ask();
  std::string url = http::safe_url(response.url);
  std::optional<jinja::Value> answer = parse_json_value(response.body.view());
  if (!response.ok() || !answer) {
    std::string said = redact(error_message_of(response.body.view()));
    throw Error(response.status >= 500 ? ErrorCode::http_failed : ErrorCode::http_unauthorized,
                fmt::format("No token was given: {} answered {}{}", http::host(response.url), response.status,
                            said.empty() ? "" : ": " + said),
                url)
        .fix("Check client id, client secret and refresh token; a refresh token may have been used up.");
  }
  std::string wanted = name("access_token_name", "access_token");
  std::optional<jinja::Value> token = find_deep(*answer, wanted);
  if (!token || !jinja::truth(*token)) {
    throw Error(ErrorCode::source_invalid_response, fmt::format("The answer holds no `{}`", wanted), url);
  }
  slot_->token = jinja::to_text(*token);
  register_secret(slot_->token);
  slot_->expires = expiry_of(*answer);
  keep(*answer);
}

std::optional<Timestamp> OAuthAuthenticator::expiry_of(const jinja::Value& answer) const {
  Timestamp now = workshop_.env.now();
  std::optional<jinja::Value> value = find_deep(answer, name("expires_in_name", "expires_in"));
  if (!value || value->is_none()) return now + std::chrono::hours(1);
  std::string text = jinja::to_text(*value);
  if (!plain_text(component_, "token_expiry_date_format").empty()) {
    if (auto time = read_time(text)) return time;
  } else if (auto seconds = jinja::parse_real(text)) {
    return now + std::chrono::seconds(static_cast<std::int64_t>(std::clamp(*seconds, 0.0, 1e9)));
  }
  throw Error(ErrorCode::source_invalid_response, fmt::format("`{}` of the token can't be read", text));
}

void OAuthAuthenticator::keep(const jinja::Value& answer) const {
  if (!updater_) return;
  std::optional<jinja::Value> refresh = find_deep(answer, updater_->refresh_token_name);
  if (refresh && !refresh->is_none()) slot_->refresh_token = jinja::to_text(*refresh);
  register_secret(slot_->refresh_token);
  std::string expires = slot_->expires ? iso_with_offset(*slot_->expires) : std::string();
  std::vector<std::pair<std::vector<std::string>, Value>> changes = {
      {updater_->access_path, Value::of(slot_->token)}, {updater_->expiry_path, Value::of(expires)}};
  if (refresh && !refresh->is_none())
    changes.emplace_back(updater_->refresh_path, Value::of(jinja::to_text(*refresh)));
  workshop_.connector.config.set(changes);
}

}  // namespace

std::unique_ptr<Authenticator> make_oauth_authenticator(const Value& component, const Workshop& workshop) {
  return std::make_unique<OAuthAuthenticator>(component, workshop);
}

}  // namespace leat::sources::declarative
