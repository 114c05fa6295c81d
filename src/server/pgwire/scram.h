// SCRAM-SHA-256, the server's side: who knows the password may log in, and who listens learns nothing.
//
// Guarantees: the password itself is not kept; a login under a name that does not exist goes the same way and
//   fails at its end.
// Threads: a Verifier is immutable; a ScramExchange by one thread at a time.
// Owns: nothing.
// Errors: refusal(State::protocol) for a message that is none of SCRAM; a wrong proof is told by finish().
// Source: RFC 5802, RFC 7677; PostgreSQL documentation, chapter 55.3
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leat::server::pgwire {

/// What a server keeps of a password.
struct Verifier {
  std::string salt, stored_key, server_key;
  int iterations = 4096;
};

/// A Verifier with a fresh salt.
Verifier make_verifier(std::string_view password);
/// `count` bytes of chance that nobody can guess.
std::string random_bytes(std::size_t count);

class ScramExchange {
 public:
  /// `verifier` must outlive the exchange; `is_known` false makes every proof a wrong one.
  ScramExchange(const Verifier& verifier, bool is_known) : verifier_(verifier), is_known_(is_known) {}
  /// Answers the client's first message.
  std::string begin(std::string_view client_first);
  /// Answers the client's last message; nullopt for a wrong proof.
  std::optional<std::string> finish(std::string_view client_final);

 private:
  const Verifier& verifier_;
  bool is_known_;
  std::string header_, first_bare_, nonce_, server_first_;
};

}  // namespace leat::server::pgwire
