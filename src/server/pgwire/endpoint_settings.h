// EndpointSettings from leat.yml (`serve: {sql: …}`) and the environment.
//
// Guarantees: without a user's password the endpoint is off, unless `trust_local` is set and it listens on
//   this machine's own address.
// Threads: pure functions.
// Owns: nothing.
// Errors: Error(config_invalid) with the place.
#pragma once
#include <optional>

#include "base/env.h"
#include "base/spec.h"
#include "document/value.h"
#include "server/pgwire/login.h"

namespace leat::server::pgwire {

/// The settings under `serve.sql`, and those of a user in it.
extern const Spec kEndpointSpec, kUserSpec;

/// Reads `sql`, the mapping (or null); nullopt where nobody could log in.
std::optional<EndpointSettings> read_endpoint(const document::Value& sql, const std::string& project,
                                              const Env& env);

}  // namespace leat::server::pgwire
