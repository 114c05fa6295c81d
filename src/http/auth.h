// Credentials on a request: API key, bearer token, basic authentication.
//
// Guarantees: the secret part is registered with base/secret.h before it is used, and its header is kept from
//   other origins.
// Threads: any, on requests of their own.
// Errors: none. (Request signing and OAuth belong beside this file.)
// Source: RFC 6750, RFC 7617.
#pragma once
#include <string>
#include <string_view>

#include "http/message.h"

namespace leat::http {

/// Sets `header: key`.
void authorize_api_key(Request& request, std::string_view header, std::string_view key);
/// Sets `Authorization: Bearer token`.
void authorize_bearer(Request& request, std::string_view token);
/// Sets `Authorization: Basic …`.
void authorize_basic(Request& request, std::string_view user, std::string_view password);

}  // namespace leat::http
