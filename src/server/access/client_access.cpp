#include "server/access/client_access.h"

#include <algorithm>

#include "base/base64.h"
#include "server/access/secrets.h"

namespace leat::server {
namespace {

bool begins(std::string_view text, std::string_view word) {
  return text.size() > word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == (b | 0x20); });
}

}  // namespace

bool ClientAccess::knows(std::string_view id, std::string_view secret) const {
  bool right_id = is_same_secret(id, id_), right_secret = is_same_secret(secret, secret_);
  return right_id && right_secret;
}

std::optional<std::pair<std::string, std::string>> ClientAccess::basic(std::string_view authorization) {
  if (!begins(authorization, "basic ")) return std::nullopt;
  std::optional<std::string> pair = decode_base64(authorization.substr(6));
  std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(pair->substr(0, colon), pair->substr(colon + 1));
}

bool ClientAccess::allows(std::string_view authorization) {
  if (is_open()) return true;
  if (auto given = basic(authorization)) return knows(given->first, given->second);
  if (!begins(authorization, "bearer ")) return false;
  std::string_view token = authorization.substr(7);
  if (is_same_secret(token, secret_)) return true;
  std::lock_guard lock(mutex_);
  auto found = tokens_.find(token);
  return found != tokens_.end() && found->second > env_.now();
}

std::optional<std::string> ClientAccess::issue(std::string_view id, std::string_view secret) {
  if (!is_open() && !knows(id, secret)) return std::nullopt;
  std::string token = random_token();
  Timestamp now = env_.now();
  std::lock_guard lock(mutex_);
  std::erase_if(tokens_, [&](const auto& each) { return each.second <= now; });
  if (tokens_.size() >= kTokensMax) return std::nullopt;
  tokens_[token] = now + kTokenLife;
  return token;
}

}  // namespace leat::server
