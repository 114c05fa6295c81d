// ClientAccess: the one client of LEAT_API_CLIENT_ID and LEAT_API_CLIENT_SECRET, and the tokens that it asks
// for.
//
// Guarantees: secrets are compared in constant time; tokens are 256 bits of the system's chance, end after
//   kTokenLife, and are forgotten when the server ends. At most kTokensMax at once.
// Threads: any.
// Owns: its tokens.
// Errors: none.
// Source: RFC 7617 (basic), RFC 6750 (bearer), RFC 6749 section 4.4 (client credentials)
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"

namespace leat::server {

class ClientAccess {
 public:
  static constexpr std::chrono::seconds kTokenLife{900};
  static constexpr std::size_t kTokensMax = 10'000;
  /// Without an id and a secret everybody may call.
  ClientAccess(std::string client_id, std::string client_secret, Env& env)
      : id_(std::move(client_id)), secret_(std::move(client_secret)), env_(env) {}

  bool is_open() const { return secret_.empty(); }
  /// Whether an Authorization header lets in: Basic with id and secret, Bearer with a token or the secret.
  bool allows(std::string_view authorization);
  /// A new token for those who know the credentials.
  std::optional<std::string> issue(std::string_view id, std::string_view secret);
  /// The user and password of a Basic header; nullopt for what is none.
  static std::optional<std::pair<std::string, std::string>> basic(std::string_view authorization);

 private:
  bool knows(std::string_view id, std::string_view secret) const;

  std::string id_, secret_;
  Env& env_;
  std::mutex mutex_;                                      // guards tokens_
  std::map<std::string, Timestamp, std::less<>> tokens_;  // and when they end
};

}  // namespace leat::server
