// NetworkPolicy: which addresses requests may reach, so that a connector's URL can't look into this
// network.
//
// Guarantees: the address that is connected to is judged, after names were resolved and for every redirect,
//   so neither a name nor a redirect leads around it. IPv4 within IPv6 is judged as IPv4. Without a policy
//   everything may be reached. A proxy of the environment is what is judged where one is used.
// Threads: immutable.
// Owns: nothing.
// Errors: Error(config_invalid) for words that are none of a policy.
// Source: RFC 6890 (special-purpose addresses), RFC 6598, RFC 6052
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"

struct sockaddr;

namespace leat::http {

class NetworkPolicy {
 public:
  NetworkPolicy() = default;
  /// `deny`: "private loopback link_local" or some of them; `allow`: "10.1.2.3 10.2.0.0/16 fd00::/8".
  NetworkPolicy(std::string_view deny, std::string_view allow);
  /// That of LEAT_NETWORK_DENY and LEAT_NETWORK_ALLOW, which a project's `network:` sets, too.
  static NetworkPolicy of(const Env& env);
  /// Why the address may not be reached: "loopback"; "" where it may.
  std::string_view refusal(const sockaddr* address) const;
  bool is_empty() const { return !denies_private_ && !denies_loopback_ && !denies_link_local_; }

 private:
  using Address = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d
  struct Range {
    Address address;
    int bits;
  };
  static bool is_in(const Address& address, const Range& range);
  static Range read_range(std::string_view text);
  bool denies_private_ = false, denies_loopback_ = false, denies_link_local_ = false;
  std::vector<Range> allowed_;
};

}  // namespace leat::http
