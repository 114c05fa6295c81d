#include "server/access/oidc_login.h"

#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>

#include <functional>
#include <memory>

#include "base/base64.h"
#include "base/time.h"
#include "http/url.h"
#include "server/access/id_token.h"
#include "server/access/secrets.h"
#include "support/http_server.h"

namespace leat::server {
namespace {

using document::Value;
using leat::testing::ScriptedReply;
using leat::testing::ScriptedRequest;
using leat::testing::ScriptedServer;

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

std::string part(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  // A coordinate has all its 32 bytes, also where the first are 0: RFC 7518, section 6.2.1.2.
  std::string out(static_cast<std::size_t>(std::max(BN_num_bytes(number), 32 * (name[0] == 'q'))), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
  BN_free(number);
  return base64_url(out);
}

// A signer of tokens, as an issuer is one.
struct Signer {
  Key key;
  std::string algorithm, kid;

  explicit Signer(const std::string& kind, std::string id = "k1")
      : key(kind == "RS256" ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), EVP_PKEY_free),
        algorithm(kind),
        kid(std::move(id)) {}
  std::string jwk() const {
    std::string members = algorithm == "RS256" ? R"("kty":"RSA","n":")" + part(key.get(), "n") +
                                                     R"(","e":")" + part(key.get(), "e")
                                               : R"("kty":"EC","crv":"P-256","x":")" + part(key.get(), "qx") +
                                                     R"(","y":")" + part(key.get(), "qy");
    return "{\"kid\":\"" + kid + "\"," + members + "\"}";
  }
  std::string token(const std::string& claims, const std::string& head = "") const {
    std::string text =
        base64_url(head.empty() ? R"({"alg":")" + algorithm + R"(","kid":")" + kid + "\"}" : head) + "." +
        base64_url(claims);
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::size_t length = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get());
    EVP_DigestSign(digest.get(), nullptr, &length, bytes, text.size());
    std::string signature(length, '\0');
    EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, bytes,
                   text.size());
    signature.resize(length);
    if (algorithm == "ES256") {
      const auto* der = reinterpret_cast<const unsigned char*>(signature.data());
      std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> pair(
          d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(length)), ECDSA_SIG_free);
      std::string sides(64, '\0');
      BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), reinterpret_cast<unsigned char*>(sides.data()), 32);
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), reinterpret_cast<unsigned char*>(sides.data()) + 32, 32);
      signature = sides;
    }
    return text + "." + base64_url(signature);
  }
};

constexpr const char* kNow = "2026-01-05T10:00:00Z";  // 1767607200

struct Tokens {
  ExpectedToken expected{"https://issuer", "leat", "n1", *parse_iso_timestamp(kNow)};
  std::string claims =
      R"({"iss":"https://issuer","aud":"leat","sub":"7","nonce":"n1","exp":1767607300,"iat":1767607200})";
  static Value keys(const std::string& jwk) {
    return document::parse_json("{\"keys\":[" + jwk + "]}", "the keys");
  }
  std::string problem(const std::string& token, const Value& jwks) {
    return read_id_token(token, jwks, expected).problem;
  }
  std::string with(const Signer& signer, const std::string& from, const std::string& to) {
    std::string changed = claims;
    changed.replace(changed.find(from), from.size(), to);
    return problem(signer.token(changed), keys(signer.jwk()));
  }
};

// The issuer that the tests log in at.
struct Issuer {
  Signer signer{"ES256"};
  std::string claims, nonce, challenge, seen_body;
  int logins = 0;
  ScriptedServer server{[this](const ScriptedRequest& request) { return answer(request); }};

  ScriptedReply answer(const ScriptedRequest& request) {
    ScriptedReply reply{.status = 200, .body = "", .headers = {{"Content-Type", "application/json"}}};
    if (request.target == "/.well-known/openid-configuration") {
      std::string url = server.url();
      reply.body = R"({"issuer":")" + url + R"(","authorization_endpoint":")" + url +
                   R"(/auth","token_endpoint":")" + url + R"(/token","jwks_uri":")" + url + R"(/keys"})";
    } else if (request.target == "/keys") {
      reply.body = "{\"keys\":[" + signer.jwk() + "]}";
    } else if (request.target == "/token") {
      seen_body = request.body;
      std::string given = claims;
      for (std::size_t at; (at = given.find("NONCE")) != std::string::npos;) given.replace(at, 5, nonce);
      for (std::size_t at; (at = given.find("ISSUER")) != std::string::npos;)
        given.replace(at, 6, server.url());
      reply.body = R"({"id_token":")" + signer.token(given) + "\"}";
    } else {
      reply.status = 404;
    }
    return reply;
  }
};

struct Login {
  Issuer issuer;
  Env env{fixed_clock(*parse_iso_timestamp(kNow)), 1};
  OidcSettings settings;
  std::unique_ptr<OidcLogin> oidc;
  std::string state, cookie;

  Login() {
    settings.issuer = issuer.server.url();
    settings.client_id = "leat";
    settings.client_secret = "s3cret";
    settings.roles = {{"data", UserRole::operator_}, {"platform", UserRole::admin}};
    oidc = std::make_unique<OidcLogin>(settings, "/api/leat/v1/session/oidc", env);
    issuer.claims =
        R"({"iss":"ISSUER","aud":["leat"],"sub":"7","email":"ada@example.org","groups":["staff","data"],"nonce":"NONCE","exp":1767607300})";
  }
  void begin(const std::string& return_to = "/runs") {
    Call call;
    call.base_url = "http://localhost:8080";
    call.query.emplace("return_to", return_to);
    Reply reply = oidc->begin(call);
    REQUIRE(reply.status == 302);
    std::string target = reply.headers["Location"];
    CHECK(target.starts_with(issuer.server.url() + "/auth?"));
    for (const auto& [name, value] : http::query_of(target)) {
      if (name == "state") state = value;
      if (name == "nonce") issuer.nonce = value;
      if (name == "code_challenge") issuer.challenge = value;
      if (name == "redirect_uri") CHECK(value == "http://localhost:8080/api/leat/v1/session/oidc/callback");
    }
    cookie = reply.cookies.at(0).substr(0, reply.cookies[0].find(';'));
  }
  OidcOutcome finish() {
    Call call;
    call.headers["cookie"] = cookie;
    call.query.emplace("state", state);
    call.query.emplace("code", "c0de");
    return oidc->finish(call);
  }
};

}  // namespace

TEST_CASE("tokens that are signed by RS256 and ES256 are read, and no others") {
  Tokens t;
  for (const char* algorithm : {"RS256", "ES256"}) {
    Signer signer(algorithm), other(algorithm);
    std::string token = signer.token(t.claims);
    CHECK(t.problem(token, Tokens::keys(signer.jwk())) == "");
    CHECK(t.problem(token, Tokens::keys(other.jwk())) == "The token's signature is wrong.");
    CHECK(t.problem(token.substr(0, token.size() - 8) + "AAAAAAAA", Tokens::keys(signer.jwk())) != "");
    Signer renamed(algorithm, "k2");
    CHECK(read_id_token(token, Tokens::keys(renamed.jwk()), t.expected).lacks_key);
  }
  Signer signer("ES256");
  Value keys = Tokens::keys(signer.jwk());
  std::string none = base64_url(R"({"alg":"none"})") + "." + base64_url(t.claims) + ".";
  CHECK(t.problem(none, keys) == "The token is not signed by RS256 or ES256.");
  CHECK(t.problem(signer.token(t.claims, R"({"alg":"HS256","kid":"k1"})"), keys) != "");
  CHECK(t.problem(signer.token(t.claims, R"({"alg":"RS256","kid":"k1"})"), keys) != "");
  for (const char* text : {"", ".", "..", "a.b.c", "eyJ9.eyJ9.", "####.####.####"})
    CHECK(t.problem(text, keys) != "");
}

TEST_CASE("a token of another issuer, client, time or login is refused") {
  Tokens t;
  Signer signer("ES256");
  CHECK(t.with(signer, "https://issuer", "https://other") == "The token is another issuer's.");
  CHECK(t.with(signer, "\"leat\"", "\"other\"") == "The token is for another client.");
  CHECK(t.with(signer, "\"leat\"", R"(["leat","other"])") == "The token is for another client.");
  CHECK(t.with(signer, "\"leat\"", R"(["leat","other"],"azp":"leat")") == "");
  CHECK(t.with(signer, "1767607300", "1767607100") == "The token has expired.");
  CHECK(t.with(signer, ",\"iat\":1767607200", ",\"iat\":1767608000") != "");
  CHECK(t.with(signer, "n1", "n2") == "The token belongs to another login.");
}

TEST_CASE("somebody logs in at the issuer and comes back with the role of the groups") {
  Login login;
  login.begin();
  OidcOutcome outcome = login.finish();
  CHECK(outcome.problem == "");
  CHECK(outcome.user == "ada@example.org");
  CHECK(outcome.role == UserRole::operator_);
  CHECK(outcome.return_to == "/runs");
  http::Query sent = http::query_of("http://x/?" + login.issuer.seen_body);
  std::string verifier;
  for (const auto& [name, value] : sent) {
    if (name == "code_verifier") verifier = value;
    if (name == "code") CHECK(value == "c0de");
  }
  CHECK(verifier.size() == 64);
  CHECK(login.issuer.challenge.size() == 43);
  CHECK(login.finish().problem != "");  // once
}

TEST_CASE("a login that another browser began, or that took too long, comes to nothing") {
  Login login;
  login.begin();
  std::string mine = std::exchange(login.cookie, "leat_login=" + std::string(64, '0'));
  CHECK(login.finish().problem != "");
  login.cookie = mine;
  login.env.wait(OidcLogin::kPatience);
  CHECK(login.finish().problem != "");
  CHECK(login.issuer.seen_body.empty());
}

TEST_CASE("people without a role are refused, and unproven addresses name nobody") {
  Login login;
  login.issuer.claims =
      R"({"iss":"ISSUER","aud":"leat","sub":"7","email":"ada@example.org","email_verified":false,"groups":"platform","nonce":"NONCE","exp":1767607300})";
  login.begin();
  OidcOutcome outcome = login.finish();
  CHECK(outcome.user == "7");
  CHECK(outcome.role == UserRole::admin);
  login.issuer.claims = R"({"iss":"ISSUER","aud":"leat","sub":"7","nonce":"NONCE","exp":1767607300})";
  login.begin();
  CHECK(login.finish().problem.starts_with("You have no role here."));
}

TEST_CASE("an issuer's new key is fetched, and a token of an old login is none of another's") {
  Login login;
  login.begin();
  CHECK(login.finish().problem == "");
  login.issuer.signer = Signer("RS256", "k2");
  login.env.wait(std::chrono::minutes(2));
  login.issuer.claims.replace(login.issuer.claims.find("1767607300"), 10, "1767609000");
  login.begin();
  CHECK(login.finish().problem == "");
  login.begin();
  login.issuer.nonce = "another";
  CHECK(login.finish().problem == "The token belongs to another login.");
}

TEST_CASE("people come back to a path of this server and nowhere else") {
  CHECK(safe_return("/runs?x=1#y") == "/runs?x=1#y");
  for (const char* path : {"", "runs", "//evil.example", "https://evil.example", "/\\evil.example",
                           "/a\r\nSet-Cookie: x", "javascript:alert(1)"})
    CHECK_MESSAGE(safe_return(path) == "/", path);
}

}  // namespace leat::server
