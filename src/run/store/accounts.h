// Accounts: who may use the server, and what they did: users, API tokens, sessions of browsers and the audit
// log, in `.leat/access.db`.
//
// Guarantees: holds no password, token or session in a form that lets anybody in, only verifiers and digests;
//   the file is its owner's alone. What another process changes (`leat user`) holds from the next call on.
//   The audit log keeps the last kAuditKept entries.
// Threads: any.
// Owns: the SQLite handle.
// Errors: Error(run_store).
// Source: SQLite 3.40 C API; WAL mode
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"

namespace leat::run {

class SqliteFile;

struct User {
  std::string name, role;  ///< role: "viewer", "operator", "admin"
  std::string verifier;    ///< of the password; "" where there is none
  Timestamp created{};
};

struct ApiToken {
  std::int64_t id = 0;
  std::string label, role;
  Timestamp created{}, expires{}, used{};  ///< expires: epoch for never
};

/// A browser that has logged in.
struct LoginSession {
  std::string user, role, how;
  std::string bound;  ///< a digest of where it came from
  Timestamp created{}, seen{}, expires{};
};

struct AuditEntry {
  std::int64_t id = 0;
  Timestamp at{};
  std::string user, how, address, action, what;
  int status = 0;
};

class Accounts {
 public:
  static constexpr std::int64_t kAuditKept = 100'000;
  /// Opens (or makes) the file of the project in `folder`.
  explicit Accounts(const std::string& folder);
  ~Accounts();
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  /// Adds a user or changes one; what was logged in under the name is logged out.
  void put_user(const User& user);
  std::optional<User> user(const std::string& name);
  std::vector<User> users();
  /// Removes a user and what was logged in; false when there is none.
  bool remove_user(const std::string& name);
  bool has_users();

  std::int64_t add_token(const ApiToken& token, const std::string& digest);
  /// A token that has not expired; its use is noted.
  std::optional<ApiToken> use_token(const std::string& digest, Timestamp now);
  std::vector<ApiToken> tokens();
  bool revoke_token(std::int64_t id);

  void add_session(const LoginSession& session, const std::string& digest);
  /// A session that has not expired and was used within `idle`; its use is noted.
  std::optional<LoginSession> use_session(const std::string& digest, Timestamp now,
                                          std::chrono::milliseconds idle);
  void end_session(const std::string& digest);

  void audit(const AuditEntry& entry);
  /// The newest entries first; `user` "" for all.
  std::vector<AuditEntry> audit_log(int count, const std::string& user = "");

 private:
  void end_logins(const std::string& user);
  std::mutex mutex_;  // guards all below
  std::unique_ptr<SqliteFile> file_;
  std::int64_t audited_ = 0;
};

}  // namespace leat::run
