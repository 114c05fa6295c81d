// rooms: server
//
// Fuzzes the sign-in's tokens: the first line is a token, the rest the issuer's keys. None is believed whose
// signature is not that of a key; what is wrong is told without a part of the token.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "document/value.h"
#include "server/access/id_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leat;
  if (size > 8192) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t line = std::min(text.find('\n'), text.size());
  std::string_view token = text.substr(0, line), keys = text.substr(std::min(line + 1, text.size()));
  server::ExpectedToken expected{"https://issuer.example", "leat", "nonce",
                                 Timestamp(std::chrono::seconds(1'700'000'000))};
  try {
    document::Value jwks = document::parse_json(keys.empty() ? "{}" : keys, "jwks");
    server::TokenClaims read = server::read_id_token(token, jwks, expected);
    if (jwks["keys"].items().empty()) LEAT_ASSERT(!read.problem.empty());
    if (token.size() > 40) LEAT_ASSERT(read.problem.find(token) == std::string::npos);
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() == ErrorCode::document_syntax);
  }
  return 0;
}
