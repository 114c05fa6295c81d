#include "server/api/access.h"

#include <fmt/core.h>
#include <sys/random.h>

#include <algorithm>
#include <array>

#include "lake/endpoint.h"

namespace leat::server {
namespace {

// Takes as long for a wrong text as for the right one.
bool same(std::string_view given, std::string_view wanted) {
  unsigned differs = given.size() == wanted.size() ? 0 : 1;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    unsigned char c = i < given.size() ? static_cast<unsigned char>(given[i]) : 0;
    differs |= static_cast<unsigned>(c ^ static_cast<unsigned char>(wanted[i]));
  }
  return differs == 0;
}

bool begins(std::string_view text, std::string_view word) {
  return text.size() > word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == (b | 0x20); });
}

std::string random_token() {
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return "";
  std::string token;
  for (unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

}  // namespace

bool Access::knows(std::string_view id, std::string_view secret) const {
  bool right_id = same(id, id_), right_secret = same(secret, secret_);
  return right_id && right_secret;
}

std::optional<std::pair<std::string, std::string>> Access::basic(std::string_view authorization) {
  if (!begins(authorization, "basic ")) return std::nullopt;
  std::string pair;
  if (!lake::decode_base64(authorization.substr(6), pair)) return std::nullopt;
  std::size_t colon = pair.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return std::pair(pair.substr(0, colon), pair.substr(colon + 1));
}

bool Access::allows(std::string_view authorization) {
  if (is_open()) return true;
  if (auto given = basic(authorization)) return knows(given->first, given->second);
  if (!begins(authorization, "bearer ")) return false;
  std::string_view token = authorization.substr(7);
  if (same(token, secret_)) return true;
  std::lock_guard lock(mutex_);
  auto found = tokens_.find(token);
  return found != tokens_.end() && found->second > env_.now();
}

std::optional<std::string> Access::issue(std::string_view id, std::string_view secret) {
  if (!is_open() && !knows(id, secret)) return std::nullopt;
  std::string token = random_token();
  if (token.empty()) return std::nullopt;
  Timestamp now = env_.now();
  std::lock_guard lock(mutex_);
  std::erase_if(tokens_, [&](const auto& each) { return each.second <= now; });
  if (tokens_.size() >= kTokensMax) return std::nullopt;
  tokens_[token] = now + kTokenLife;
  return token;
}

}  // namespace leat::server
