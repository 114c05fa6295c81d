#include "run/network.h"

#include "document/settings.h"
#include "http/network_policy.h"

namespace leat::run {

const Spec kNetworkSpec{
    "network",
    "Which addresses the requests of connectors may not reach.",
    {{"deny", FieldKind::list, "Kinds of addresses: `private`, `loopback`, `link_local`."},
     {"allow", FieldKind::list, "Addresses and ranges (`10.1.0.0/16`) that may be reached all the same."}}};

void set_network(const document::Value& network, Env& env) {
  if (network.is_null()) return;
  document::Settings settings = document::read_settings(kNetworkSpec, network, env);
  auto joined = [&](const char* field) {
    std::string out;
    for (const document::Value& item : settings.value(field).items())
      out += (out.empty() ? "" : " ") + item.as_text(field);
    return out;
  };
  http::NetworkPolicy checked(joined("deny"), joined("allow"));
  if (env.variable("LEAT_NETWORK_DENY")) return;
  env.set_variable("LEAT_NETWORK_DENY", joined("deny"));
  env.set_variable("LEAT_NETWORK_ALLOW", joined("allow"));
}

}  // namespace leat::run
