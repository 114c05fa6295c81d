#include "http/network_policy.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <string.h>

#include <charconv>

#include "base/error.h"

namespace leat::http {
namespace {

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    std::size_t end = std::min(text.find_first_of(" ,"), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

constexpr std::string_view kLoopback[] = {"127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"};
constexpr std::string_view kLinkLocal[] = {"169.254.0.0/16", "fe80::/10"};
constexpr std::string_view kPrivate[] = {"10.0.0.0/8",    "172.16.0.0/12", "192.168.0.0/16",
                                         "100.64.0.0/10", "198.18.0.0/15", "192.0.0.0/24",
                                         "224.0.0.0/3",   "fc00::/7",      "ff00::/8"};

}  // namespace

NetworkPolicy::Range NetworkPolicy::read_range(std::string_view text) {
  std::size_t slash = text.find('/');
  std::string host(text.substr(0, slash));
  Range out{{}, 128};
  in_addr four{};
  int offset = 0;
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) {
    out.address[10] = out.address[11] = 0xff;
    memcpy(out.address.data() + 12, &four, 4);
    offset = 96;
  } else if (inet_pton(AF_INET6, host.c_str(), out.address.data()) != 1) {
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` is no address", text), "network")
        .fix("Write 10.1.2.3, 10.2.0.0/16 or fd00::/8.");
  }
  if (slash != std::string_view::npos) {
    int bits = -1;
    std::string_view digits = text.substr(slash + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (bits < 0 || bits + offset > 128)
      throw Error(ErrorCode::config_invalid, fmt::format("`{}` is no range of addresses", text), "network");
    out.bits = bits + offset;
  }
  return out;
}

bool NetworkPolicy::is_in(const Address& address, const Range& range) {
  auto whole = static_cast<std::size_t>(range.bits / 8);
  if (memcmp(address.data(), range.address.data(), whole) != 0) return false;
  int rest = range.bits % 8;
  return rest == 0 || (address[whole] ^ range.address[whole]) >> (8 - rest) == 0;
}

NetworkPolicy::NetworkPolicy(std::string_view deny, std::string_view allow) {
  for (const std::string& word : words(deny)) {
    if (word == "private") {
      denies_private_ = true;
    } else if (word == "loopback") {
      denies_loopback_ = true;
    } else if (word == "link_local") {
      denies_link_local_ = true;
    } else {
      throw Error(ErrorCode::config_invalid, fmt::format("`{}` is no kind of addresses", word), "network")
          .fix("There are private, loopback and link_local.");
    }
  }
  for (const std::string& word : words(allow)) allowed_.push_back(read_range(word));
}

NetworkPolicy NetworkPolicy::of(const Env& env) {
  return {env.variable("LEAT_NETWORK_DENY").value_or(""), env.variable("LEAT_NETWORK_ALLOW").value_or("")};
}

std::string_view NetworkPolicy::refusal(const sockaddr* address) const {
  if (is_empty()) return {};
  Address bytes{};
  if (address->sa_family == AF_INET) {
    bytes[10] = bytes[11] = 0xff;
    memcpy(bytes.data() + 12, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, 4);
  } else if (address->sa_family == AF_INET6) {
    memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, 16);
  } else {
    return "not of the internet";
  }
  // A translator's address leads to the IPv4 one at its end.
  if (is_in(bytes, read_range("64:ff9b::/96"))) {
    memset(bytes.data(), 0, 10);
    bytes[10] = bytes[11] = 0xff;
  }
  for (const Range& range : allowed_) {
    if (is_in(bytes, range)) return {};
  }
  auto is_any = [&](const auto& ranges) {
    for (std::string_view range : ranges) {
      if (is_in(bytes, read_range(range))) return true;
    }
    return false;
  };
  if (denies_loopback_ && is_any(kLoopback)) return "loopback";
  if (denies_link_local_ && is_any(kLinkLocal)) return "link-local";
  if (denies_private_ && is_any(kPrivate)) return "private";
  return {};
}

}  // namespace leat::http
