// AwsCredentials: the keys that requests to AWS are signed with, from wherever this machine has them.
//
// Guarantees: looked for in this order: keys given outright, environment, profile files (with
//   credential_process), web identity, ECS container, EC2's metadata service (version 2). Keys that expire
//   are fetched again five minutes before; one thread fetches, the others wait. Secrets are registered with
//   base/secret.h.
// Threads: keys() may be called from any.
// Owns: the keys in use and an HTTP client.
// Errors: Error(store_credentials) tells where it looked.
// Source: AWS SDKs and Tools Reference Guide, "Standardized credential providers".
#pragma once
#include <mutex>
#include <optional>
#include <string>

#include "base/env.h"
#include "files/signature.h"
#include "http/client.h"

namespace leat::files {

struct CredentialOptions {
  AwsKeys keys;                      ///< given outright; empty: look for them
  std::string profile;               ///< "": AWS_PROFILE, else "default"
  std::string region = "us-east-1";  ///< of the token service, for web identity
};

class AwsCredentials {
 public:
  AwsCredentials(CredentialOptions options, Env& env);
  /// The keys to sign with now.
  AwsKeys keys();
  /// Forgets keys that the other side refused, so that the next call fetches new ones. Keys given outright
  /// stay.
  void refresh();

 private:
  struct Held {
    AwsKeys keys;
    std::optional<Timestamp> expires;
  };
  std::optional<Held> from_environment();
  std::optional<Held> from_profile();
  std::optional<Held> from_web_identity(std::string token_file, std::string role, std::string session);
  std::optional<Held> from_container();
  std::optional<Held> from_instance();
  Held look();
  std::string variable(const char* name) const;

  const CredentialOptions options_;
  Env& env_;
  http::Client client_;
  std::mutex mutex_;  // guards held_
  std::optional<Held> held_;
};

/// The region: AWS_REGION, AWS_DEFAULT_REGION, else the profile's, else "".
std::string region_from_environment(const Env& env, const std::string& profile);

}  // namespace leat::files
