// Secret sources: where `${SCHEME:REFERENCE}` in a project finds its value: a file, a command, or what
// another room provides (`aws`).
//
// Guarantees: every value that comes from here is registered with base/secret.h before it is returned; a line
//   end at its end is taken off. A command runs once for each reference and process.
// Threads: any. Errors: Error(config_secret) names the reference, never the value or the command's output.
#pragma once
#include <functional>
#include <string>

namespace leat {

using SecretSource = std::function<std::string(const std::string& reference)>;

/// Makes `${scheme:...}` known; replaces an earlier one.
void provide_secrets(std::string scheme, SecretSource source);
/// True for "file", "command" and what was provided.
bool is_secret_scheme(const std::string& scheme);
/// The secret's value.
std::string read_secret(const std::string& scheme, const std::string& reference);

}  // namespace leat
