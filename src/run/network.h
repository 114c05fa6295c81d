// Network: `network:` of leat.yml: which addresses the requests of connectors may not reach.
//
// Guarantees: what is set holds for every http::Client that is made with the Env from then on. The process'
//   own LEAT_NETWORK_DENY comes first: who runs it may deny what a project allows.
// Threads: one at a time.
// Owns: nothing.
// Errors: Error(config_invalid) with the place.
#pragma once
#include "base/env.h"
#include "base/spec.h"
#include "document/value.h"

namespace leat::run {

extern const Spec kNetworkSpec;

/// Reads `network`, a mapping or null.
void set_network(const document::Value& network, Env& env);

}  // namespace leat::run
