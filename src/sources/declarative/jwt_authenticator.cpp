#include <fmt/core.h>

#include <map>

#include <algorithm>

#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"
#include "http/auth.h"
#include "jinja/call.h"
#include "jinja/object.h"
#include "jinja/operations.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/jwt.h"
#include "sources/declarative/token_authenticators.h"

namespace leat::sources::declarative {
namespace {

constexpr std::string_view kAlgorithms[] = {"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256",
                                            "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "ES256K"};

class JwtAuthenticator final : public JwtSigner {
 public:
  JwtAuthenticator(const Value& component, const Workshop& workshop)
      : workshop_(workshop),
        key_((need(component, "secret_key"), workshop.text(component, "secret_key"))),
        prefix_(workshop.text(component, "header_prefix")),
        passphrase_(workshop.text(component, "passphrase")),
        algorithm_(need(component, "algorithm").as_text("algorithm")),
        encodes_key_(plain_flag(component, "base64_encode_secret_key")),
        more_headers_(workshop.tree(component, "additional_jwt_headers")),
        more_payload_(workshop.tree(component, "additional_jwt_payload")),
        option_(make_option(component, "request_option", workshop)) {
    if (std::find(std::begin(kAlgorithms), std::end(kAlgorithms), algorithm_) == std::end(kAlgorithms)) {
      throw Error(ErrorCode::config_invalid, fmt::format("The algorithm {} is not known", algorithm_),
                  component["algorithm"].where());
    }
    if (const Value* duration = component.find("token_duration"); duration && !duration->is_null())
      duration_s_ = duration->integer();
    auto read = [&](std::string_view part, std::initializer_list<const char*> names, auto& into) {
      for (const char* name : names) {
        const Value* setting = component[part].find(name);
        if (!setting || setting->is_null()) continue;
        into.emplace_back(name, Interpolated(*setting, component[part]["$parameters"], workshop.interpolation,
                                             workshop.config));
      }
    };
    read("jwt_headers", {"kid", "typ", "cty"}, headers_);
    read("jwt_payload", {"iss", "sub", "aud"}, payload_);
  }

  std::string token() const override {
    Scope scope = json_scope();
    std::string prefix = prefix_.text(scope);
    std::string signed_token = signed_with(scope);
    register_secret(signed_token);
    return prefix.empty() ? signed_token : prefix + " " + signed_token;
  }

  void authorize(http::Request& request, RequestParts& parts, const Scope& scope) const override {
    std::string own = token();
    if (!option_) return http::authorize_api_key(request, "Authorization", own);
    option_->inject(parts, jinja::Value(own), scope);
    for (const auto& header : parts.headers) request.secret_headers.push_back(header.first);
  }

 private:
  // Templates of this component may take a JSON text apart.
  static Scope json_scope() {
    Scope scope;
    scope.set("json_loads", jinja::make_function("json_loads", [](jinja::CallArguments& arguments) {
                return parse_json_value(arguments.text(0, "s")).value_or(jinja::Value::none());
              }));
    return scope;
  }
  // The header's names in the order of the alphabet, as other signers write them.
  static jinja::Value in_order(const jinja::Value& header) {
    std::map<std::string, jinja::Value> sorted;
    header.as_dict().each(
        [&](const jinja::Value& key, const jinja::Value& value) { sorted[jinja::to_text(key)] = value; });
    jinja::Value out = jinja::Value::dict();
    for (auto& [name, value] : sorted) out.as_dict().set(std::string_view(name), std::move(value));
    return out;
  }
  std::string signed_with(const Scope& scope) const {
    jinja::Value header = more_headers_.evaluate(scope), payload = more_payload_.evaluate(scope);
    if (!header.is_dict()) header = jinja::Value::dict();
    if (!payload.is_dict()) payload = jinja::Value::dict();
    if (!header.as_dict().find("typ")) header.as_dict().set("typ", jinja::Value("JWT"));
    for (const auto& [name, value] : headers_) header.as_dict().set(name, value.evaluate(scope));
    header.as_dict().set("alg", jinja::Value(algorithm_));
    for (const auto& [name, value] : payload_) payload.as_dict().set(name, value.evaluate(scope));
    std::int64_t now =
        std::chrono::floor<std::chrono::seconds>(workshop_.env.now()).time_since_epoch().count();
    payload.as_dict().set("iat", jinja::Value(now));
    payload.as_dict().set("exp", jinja::Value(now + duration_s_));
    payload.as_dict().set("nbf", jinja::Value(now));
    JwtKey key{key_.text(scope), passphrase_.text(scope)};
    register_secret(key.text);
    if (encodes_key_) key.text = base64(key.text);
    return sign_jwt(algorithm_, json_text(in_order(header)), json_text(payload), key);
  }

  const Workshop workshop_;
  Interpolated key_, prefix_, passphrase_;
  std::string algorithm_;
  bool encodes_key_;
  std::int64_t duration_s_ = 1200;
  InterpolatedTree more_headers_, more_payload_;
  std::vector<std::pair<std::string, Interpolated>> headers_, payload_;
  std::unique_ptr<RequestOption> option_;
};

}  // namespace

std::unique_ptr<JwtSigner> make_jwt_signer(const Value& component, const Workshop& workshop) {
  return std::make_unique<JwtAuthenticator>(component, workshop);
}

}  // namespace leat::sources::declarative
