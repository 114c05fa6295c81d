#include "sources/declarative/authenticators.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/secret.h"
#include "http/auth.h"
#include "jinja/operations.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/token_authenticators.h"

namespace leat::sources::declarative {
namespace {

class NoAuth final : public Authenticator {
 public:
  void authorize(http::Request&, RequestParts&, const Scope&) const override {}
};

class ApiKeyAuthenticator final : public Authenticator {
 public:
  ApiKeyAuthenticator(const Value& component, const Workshop& workshop)
      : token_(workshop.text(component, "api_token")),
        header_(workshop.text(component, "header")),
        option_(make_option(component, "inject_into", workshop)) {
    if (header_.empty() && !option_) {
      throw Error(ErrorCode::config_invalid, "ApiKeyAuthenticator needs `header` or `inject_into`",
                  component.where());
    }
  }
  // Without a key there is nothing to prove: APIs with optional keys take the request without one.
  void authorize(http::Request& request, RequestParts& parts, const Scope& scope) const override {
    std::string token = token_.text(scope);
    if (token.empty()) return;
    register_secret(token);
    if (option_) {
      option_->inject(parts, jinja::Value(token), scope);
      for (const auto& header : parts.headers) request.secret_headers.push_back(header.first);
    } else {
      http::authorize_api_key(request, header_.text(scope), token);
    }
  }

 private:
  Interpolated token_, header_;
  std::unique_ptr<RequestOption> option_;
};

class BearerAuthenticator final : public Authenticator {
 public:
  BearerAuthenticator(const Value& component, const Workshop& workshop)
      : token_(workshop.text(component, "api_token")) {
    need(component, "api_token");
  }
  void authorize(http::Request& request, RequestParts&, const Scope& scope) const override {
    http::authorize_bearer(request, token_.text(scope));
  }

 private:
  Interpolated token_;
};

class BasicHttpAuthenticator final : public Authenticator {
 public:
  BasicHttpAuthenticator(const Value& component, const Workshop& workshop)
      : user_(workshop.text(component, "username")), password_(workshop.text(component, "password")) {
    need(component, "username");
  }
  void authorize(http::Request& request, RequestParts&, const Scope& scope) const override {
    http::authorize_basic(request, user_.text(scope), password_.text(scope));
  }

 private:
  Interpolated user_, password_;
};

// Chooses one of several by a value of the config.
std::unique_ptr<Authenticator> make_selective(const Value& component, const Workshop& workshop) {
  jinja::Value at = workshop.config;
  for (const Value& segment : need(component, "authenticator_selection_path").items()) {
    jinja::Value* next = at.find(segment.raw());
    if (!next) {
      throw Error(ErrorCode::config_invalid, "The config has no value that selects an authenticator",
                  segment.where());
    }
    jinja::Value inner = *next;
    at = inner;
  }
  std::string chosen = jinja::to_text(at);
  const Value* found = need(component, "authenticators").find(chosen);
  if (!found) {
    throw Error(ErrorCode::config_invalid, fmt::format("There is no authenticator `{}`", chosen),
                component.where());
  }
  return make_authenticator(*found, workshop);
}

template <class T>
std::unique_ptr<Authenticator> make(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

constexpr ComponentRow<Authenticator> kAuthenticators[] = {
    {"ApiKeyAuthenticator", make<ApiKeyAuthenticator>},
    {"BasicHttpAuthenticator", make<BasicHttpAuthenticator>},
    {"BearerAuthenticator", make<BearerAuthenticator>},
    {"JwtAuthenticator",
     [](const Value& component, const Workshop& workshop) -> std::unique_ptr<Authenticator> {
       return make_jwt_signer(component, workshop);
     }},
    {"LegacySessionTokenAuthenticator", make_legacy_session_authenticator},
    {"NoAuth",
     [](const Value&, const Workshop&) -> std::unique_ptr<Authenticator> {
       return std::make_unique<NoAuth>();
     }},
    {"OAuthAuthenticator", make_oauth_authenticator},
    {"RateLimitedMultipleTokenAuthenticator", make_rotating_authenticator},
    {"SelectiveAuthenticator", make_selective},
    {"SessionTokenAuthenticator", make_session_authenticator},
};

}  // namespace

std::unique_ptr<Authenticator> make_authenticator(const Value& component, const Workshop& workshop) {
  return make_component<Authenticator>(kAuthenticators, component, "authenticator", workshop);
}

}  // namespace leat::sources::declarative
