#include "sources/postgres/tunnel.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "base/error.h"

namespace leat::sources::postgres {
namespace {

constexpr const char* kReady = "leat-tunnel-is-open";
constexpr std::chrono::seconds kSilence{45}, kEnd{10};

// A port that nobody uses now; whoever takes it first makes ssh end, and the try is repeated.
int free_port() {
  int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bool found = handle >= 0 && ::bind(handle, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
               ::getsockname(handle, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  int problem = errno;
  if (handle >= 0) ::close(handle);
  if (!found) throw Error(ErrorCode::postgres_connect, std::strerror(problem), "127.0.0.1").retry();
  return ntohs(address.sin_port);
}

// ssh runs its local command once it is in and listens.
Program command(const JumpHost& jump, const std::string& host, const std::string& port, int local) {
  Program ssh;
  ssh.words = {"ssh",
               "-N",
               "-T",
               "-o",
               "BatchMode=yes",
               "-o",
               "ExitOnForwardFailure=yes",
               "-o",
               "ConnectTimeout=20",
               "-o",
               "ServerAliveInterval=15",
               "-o",
               "ServerAliveCountMax=4",
               "-o",
               "ControlMaster=no",
               "-o",
               "ControlPath=none",
               "-o",
               "PermitLocalCommand=yes",
               "-o",
               fmt::format("LocalCommand=echo {}", kReady)};
  for (const std::string& option : jump.options) ssh.words.insert(ssh.words.end(), {"-o", option});
  if (!jump.port.empty()) ssh.words.insert(ssh.words.end(), {"-p", jump.port});
  if (!jump.key_file.empty())
    ssh.words.insert(ssh.words.end(), {"-i", jump.key_file, "-o", "IdentitiesOnly=yes"});
  std::string there = host.find(':') == std::string::npos ? host : "[" + host + "]";
  ssh.words.insert(ssh.words.end(), {"-L", fmt::format("127.0.0.1:{}:{}:{}", local, there, port)});
  ssh.words.insert(ssh.words.end(), {"--", jump.destination});
  return ssh;
}

}  // namespace

Tunnel::Tunnel(const JumpHost& jump, const std::string& host, const std::string& port, Env& env)
    : port_(free_port()),
      ssh_(command(jump, host, port, port_), {.silence_max = kSilence, .end_max = kEnd}, {}, env) {
  while (std::optional<std::string_view> line = ssh_.next_line()) {
    if (*line == kReady) return;
  }
  int code = ssh_.wait();
  std::string said = ssh_.last_notes();
  throw Error(ErrorCode::postgres_connect,
              fmt::format("ssh ended with {}{}", code, said.empty() ? "" : ": " + said), jump.destination)
      .retry()
      .fix(fmt::format("Try `ssh {}` by hand: it has to come in without a question.", jump.destination));
}

}  // namespace leat::sources::postgres
