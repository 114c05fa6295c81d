// Tunnel: the way to a database through a jump host, by the system's ssh.
//
// Guarantees: ssh asks nothing (keys, agent, known hosts and ~/.ssh/config are its own
//   business); it listens on the loopback only and ends with the tunnel, or with the thread that
//   opened it.
// Threads: one.
// Owns: the ssh process.
// Errors: Error(postgres_connect) worth another try, with what ssh said; Error(config_invalid).
// Source: ssh(1), ssh_config(5) of OpenSSH 9.2
#pragma once
#include <string>

#include "base/env.h"
#include "sources/child.h"

namespace leat::sources::postgres {

struct JumpHost {
  std::string destination;           ///< user@host, or a Host of ~/.ssh/config; "" for none
  std::string port, key_file;        ///< "" leaves them to ssh
  std::vector<std::string> options;  ///< ssh's own: StrictHostKeyChecking=accept-new
};

class Tunnel {
 public:
  /// Opens a way to `host`:`port` as the jump host sees them; returns once it can be used.
  Tunnel(const JumpHost& jump, const std::string& host, const std::string& port, Env& env);
  /// The port of 127.0.0.1 that leads there.
  int port() const { return port_; }

 private:
  int port_;
  Child ssh_;
};

}  // namespace leat::sources::postgres
