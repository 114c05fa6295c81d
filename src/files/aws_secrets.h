// Secrets of AWS Secrets Manager, as `${aws:NAME}` or `${aws:NAME#key}` of a JSON secret.
//
// Guarantees: registered with base/secret.h by the caller (base/secret_source.h) before anyone sees them.
// Threads: any.
// Errors: Error(config_secret) with the service's own type of error, never a value.
// Source: AWS Secrets Manager API Reference, GetSecretValue.
#pragma once
#include <string>

#include "base/env.h"

namespace leat::files {

/// The value of a secret; with `#key`, that member of its JSON. AWS_ENDPOINT_URL_SECRETS_MANAGER (or
/// AWS_ENDPOINT_URL) names another endpoint.
std::string read_aws_secret(const std::string& reference, Env& env);
/// Makes `${aws:...}` known. `env` must outlive the process's last setting.
void provide_aws_secrets(Env& env);

}  // namespace leat::files
