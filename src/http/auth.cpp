#include "http/auth.h"

#include "base/base64.h"
#include "base/secret.h"

namespace leat::http {

void authorize_api_key(Request& request, std::string_view header, std::string_view key) {
  register_secret(key);
  request.headers.set(std::string(header), std::string(key));
  request.secret_headers.emplace_back(header);
}

void authorize_bearer(Request& request, std::string_view token) {
  register_secret(token);
  request.headers.set("Authorization", "Bearer " + std::string(token));
}

void authorize_basic(Request& request, std::string_view user, std::string_view password) {
  std::string coded = base64(std::string(user) + ":" + std::string(password));
  register_secret(password);
  register_secret(coded);
  request.headers.set("Authorization", "Basic " + coded);
}

}  // namespace leat::http
