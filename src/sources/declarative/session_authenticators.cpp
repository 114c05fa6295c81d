#include <fmt/core.h>

#include "base/error.h"
#include "base/secret.h"
#include "http/auth.h"
#include "http/url.h"
#include "jinja/operations.h"
#include "sources/declarative/body_decoders.h"
#include "sources/declarative/calendar_duration.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/record_path_values.h"
#include "sources/declarative/requester.h"
#include "sources/declarative/token_authenticators.h"

namespace leat::sources::declarative {
namespace {

// Logs in and sends the session's token.
class SessionTokenAuthenticator final : public Authenticator {
 public:
  SessionTokenAuthenticator(const Value& component, const Workshop& workshop)
      : workshop_(workshop),
        login_(make_requester(need(component, "login_requester"), workshop)),
        decoder_(make_body_decoder(component["decoder"], workshop)),
        path_(texts_now(need(component, "session_token_path"), component, workshop)),
        headers_(workshop.tree(component, "request_headers")),
        slot_(workshop.connector.token("session " + document::to_json(component, true))) {
    if (std::string text = workshop.text_now(component, "expiration_duration"); !text.empty()) {
      lasts_ = parse_iso_duration(text);
      if (!lasts_) {
        throw Error(ErrorCode::config_invalid, "`expiration_duration` is no ISO 8601 duration",
                    component["expiration_duration"].where());
      }
    }
    const Value& use = need(component, "request_authentication");
    if (use["type"].raw() == "Bearer") return;
    if (use["type"].raw() != "ApiKey") refuse_component(use, "request_authentication", {"ApiKey", "Bearer"});
    option_ = make_option(use, "inject_into", workshop);
    if (!option_) need(use, "inject_into");
    if (use.find("api_token")) form_ = workshop.text(use, "api_token");
  }

  void authorize(http::Request& request, RequestParts& parts, const Scope& scope) const override {
    std::string own = token();
    if (!headers_.empty()) {
      headers_.evaluate(scope).as_dict().each([&](const jinja::Value& name, const jinja::Value& value) {
        request.headers.set(jinja::to_text(name), jinja::to_text(value));
      });
    }
    if (!option_) return http::authorize_bearer(request, own);
    if (!form_.empty()) {
      Scope inner;
      inner.set("session_token", jinja::Value(own));
      own = form_.text(inner);
      register_secret(own);
    }
    option_->inject(parts, jinja::Value(own), scope);
    for (const auto& header : parts.headers) request.secret_headers.push_back(header.first);
  }
  bool renew() const override {
    std::lock_guard lock(slot_->mutex);
    log_in();
    return true;
  }

 private:
  std::string token() const {
    std::lock_guard lock(slot_->mutex);
    // Without a duration a session lasts as long as the read.
    if (slot_->token.empty() || (slot_->expires && *slot_->expires < workshop_.env.now())) log_in();
    return slot_->token;
  }
  void log_in() const {
    Answer answer = login_->send(login_->build(Scope(), {}, ""), {});
    std::string url = http::safe_url(answer.response.url);
    std::optional<jinja::Value> body;
    if (decoder_) {
      body = parse_json_value(decoder_->to_json(answer.response.body.view(), url).view());
    } else {
      body = parse_json_value(answer.response.body.view());
    }
    if (body && body->is_list() && !body->items().empty()) {
      jinja::Value first = body->items()[0];
      body = first;
    }
    std::optional<jinja::Value> token = body ? value_at(*body, path_) : std::nullopt;
    if (!token || !jinja::truth(*token)) {
      throw Error(ErrorCode::source_invalid_response, "The answer to the login holds no session token", url)
          .fix("Check `session_token_path` of the SessionTokenAuthenticator.");
    }
    slot_->token = jinja::to_text(*token);
    register_secret(slot_->token);
    slot_->expires.reset();
    if (lasts_) slot_->expires = plus(workshop_.env.now(), *lasts_);
  }

  const Workshop workshop_;
  std::unique_ptr<Requester> login_;
  std::unique_ptr<BodyDecoder> decoder_;
  std::vector<std::string> path_;
  InterpolatedTree headers_;  // sent with each request beside the token
  std::optional<CalendarDuration> lasts_;
  std::unique_ptr<RequestOption> option_;
  Interpolated form_;
  std::shared_ptr<TokenSlot> slot_;
};

// The older form: a token out of the config if it still serves, else one for name and password.
class LegacySessionTokenAuthenticator final : public Authenticator {
 public:
  LegacySessionTokenAuthenticator(const Value& component, const Workshop& workshop)
      : workshop_(workshop),
        base_(workshop.text_now(component, "url_base")),
        header_(workshop.text_now(component, "header")),
        login_(workshop.text_now(component, "login_url")),
        validate_(workshop.text_now(component, "validate_session_url")),
        given_(workshop.text(component, "session_token")),
        key_(workshop.text_now(component, "session_token_response_key")),
        user_(workshop.text(component, "username")),
        password_(workshop.text(component, "password")),
        slot_(workshop.connector.token("legacy session " + document::to_json(component, true))) {
    for (std::string_view name :
         {"header", "login_url", "session_token_response_key", "validate_session_url"})
      need(component, name);
  }
  void authorize(http::Request& request, RequestParts&, const Scope&) const override {
    std::lock_guard lock(slot_->mutex);
    if (slot_->token.empty()) slot_->token = find_token();
    http::authorize_api_key(request, header_, slot_->token);
  }

 private:
  std::string find_token() const {
    std::string given = given_.text(Scope());
    register_secret(given);
    if (!given.empty() && serves(given)) return given;
    std::string user = user_.text(Scope()), password = password_.text(Scope());
    register_secret(password);
    if (user.empty() || password.empty()) {
      throw Error(ErrorCode::http_unauthorized,
                  "The session token does not serve, and there is no name and password",
                  http::safe_url(base_ + validate_));
    }
    http::Request request;
    request.method = "POST";
    request.url = base_ + login_;
    request.headers.set("Content-Type", "application/json");
    request.body = json_text(
        jinja::Value::dict({{"username", jinja::Value(user)}, {"password", jinja::Value(password)}}));
    http::Response response = workshop_.client.send(request);
    std::optional<jinja::Value> answer = parse_json_value(response.body.view());
    const jinja::Value* token = answer ? answer->find(key_) : nullptr;
    if (!response.ok() || !token) {
      throw Error(ErrorCode::http_unauthorized, fmt::format("The login was answered {}", response.status),
                  http::safe_url(response.url));
    }
    register_secret(jinja::to_text(*token));
    return jinja::to_text(*token);
  }
  bool serves(const std::string& token) const {
    http::Request request;
    request.url = base_ + validate_;
    http::authorize_api_key(request, header_, token);
    return workshop_.client.send(request).ok();
  }
  const Workshop workshop_;
  std::string base_, header_, login_, validate_;
  Interpolated given_;
  std::string key_;
  Interpolated user_, password_;
  std::shared_ptr<TokenSlot> slot_;
};

}  // namespace

std::unique_ptr<Authenticator> make_session_authenticator(const Value& component, const Workshop& workshop) {
  return std::make_unique<SessionTokenAuthenticator>(component, workshop);
}

std::unique_ptr<Authenticator> make_legacy_session_authenticator(const Value& component,
                                                                 const Workshop& workshop) {
  return std::make_unique<LegacySessionTokenAuthenticator>(component, workshop);
}

}  // namespace leat::sources::declarative
