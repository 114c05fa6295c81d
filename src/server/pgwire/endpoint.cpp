#include "server/pgwire/endpoint.h"

#include <errno.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "server/pgwire/errors.h"

namespace leat::server::pgwire {
namespace {

constexpr int kTickMs = 50;
constexpr int kWaitingMax = 20;  // connections beyond the sessions: those that log in or cancel

std::int32_t random_number() {
  std::int32_t out = 0;
  std::string bytes = random_bytes(sizeof out);
  memcpy(&out, bytes.data(), sizeof out);
  return out;
}

// Tells one that is not let in why, as far as it listens.
void send_error(Channel& channel, const Error& error) {
  Answers answers;
  append_error(answers, error, true);
  channel.write(answers.take());
}

}  // namespace

Endpoint::Endpoint(EndpointSettings settings, Engine& engine, Env& env)
    : settings_(std::move(settings)), engine_(engine), env_(env) {}

Endpoint::~Endpoint() {
  stop();
}

std::string Endpoint::start() {
  if (!settings_.tls_certificate.empty())
    tls_ = TlsContext::load(settings_.tls_certificate, settings_.tls_key);
  listen();
  accepting_ = std::thread([this] { accept_all(); });
  const std::string& user = settings_.roles.empty() ? settings_.everyone.name : settings_.roles[0].name;
  return fmt::format("postgresql://{}@{}:{}/{}", user, settings_.host, settings_.port, settings_.database);
}

void Endpoint::listen() {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  std::string port = std::to_string(settings_.port), place = settings_.host + ":" + port;
  if (int failed = getaddrinfo(settings_.host.c_str(), port.c_str(), &hints, &found))
    throw Error(ErrorCode::config_invalid, gai_strerror(failed), place);
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
  socket_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int one = 1;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (socket_ < 0 || bind(socket_, found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(socket_, SOMAXCONN) != 0) {
    std::string why = strerror(errno);
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
    throw Error(ErrorCode::config_invalid, why, place);
  }
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &length);
  settings_.port = ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                                     : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
}

void Endpoint::stop() noexcept {
  is_stopping_ = true;
  if (accepting_.joinable()) accepting_.join();
  {
    std::lock_guard lock(mutex_);
    for (auto& [process, connection] : connections_) {
      connection->running.close();
      connection->channel->end();
    }
  }
  tend(true);
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

void Endpoint::accept_all() {
  while (!is_stopping_) {
    pollfd one{socket_, POLLIN, 0};
    bool has_one = poll(&one, 1, kTickMs) > 0;
    tend(false);
    if (!has_one) continue;
    int socket = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) accept_one(socket);
  }
}

void Endpoint::accept_one(int socket) {
  auto connection = std::make_unique<Connection>();
  connection->channel = make_tcp_channel(socket, tls_.get(), settings_.write_timeout, env_);
  connection->secret = random_number();
  std::lock_guard lock(mutex_);
  if (connections_.size() >= static_cast<std::size_t>(settings_.connections_max + kWaitingMax)) return;
  do {
    last_process_ = last_process_ % 1'000'000'000 + 1;
  } while (connections_.count(last_process_));
  connection->process = last_process_;
  Connection& made = *connection;
  connections_[made.process] = std::move(connection);
  made.thread = std::thread([this, &made] { serve(made); });
}

// Cancels what is late and takes away what is over; at the end waits for all.
void Endpoint::tend(bool is_end) {
  std::map<std::int32_t, std::unique_ptr<Connection>> over;
  {
    std::lock_guard lock(mutex_);
    auto now = env_.steady();
    for (auto& [process, connection] : connections_) connection->running.check(now);
    for (auto each = connections_.begin(); each != connections_.end();) {
      auto here = each++;
      if (is_end || here->second->is_over) over.insert(connections_.extract(here));
    }
  }
  for (auto& [process, connection] : over) connection->thread.join();
}

void Endpoint::serve(Connection& connection) {
  try {
    serve_session(connection);
  } catch (const std::exception&) {  // the client has gone, or memory is short: the connection ends
    connection.is_over = true;
  }
  connection.is_over = true;
}

void Endpoint::serve_session(Connection& connection) {
  struct Count {
    std::atomic<int>& count;
    explicit Count(std::atomic<int>& all) : count(all) { ++all; }
    ~Count() { --count; }
  };
  Channel& channel = *connection.channel;
  MessageReader reader(channel, settings_.message_bytes_max, env_);
  std::optional<Login> login;
  try {
    login = log_in(channel, reader, settings_);
  } catch (const Error& error) {
    return send_error(channel, error);
  }
  if (!login) return;
  if (login->cancel) return cancel(login->cancel->first, login->cancel->second);
  Count counted(sessions_);
  if (sessions_ > settings_.connections_max)
    return send_error(channel, refusal(State::too_many, "sorry, too many clients already"));
  {
    std::lock_guard lock(mutex_);
    connection.user = login->user;
  }
  Session session(
      channel, reader, engine_, settings_, std::move(*login), connection.running, env_,
      [this](const std::string& user, const BackendOrder& order) { return this->order(user, order); });
  session.run(connection.process, connection.secret);
}

void Endpoint::cancel(std::int32_t process, std::int32_t secret) {
  std::lock_guard lock(mutex_);
  auto found = connections_.find(process);
  if (found != connections_.end() && found->second->secret == secret)
    found->second->running.cancel(Running::Why::asked);
}

// A user may end what runs under the same name.
bool Endpoint::order(const std::string& user, const BackendOrder& order) {
  std::lock_guard lock(mutex_);
  auto found = connections_.find(order.process);
  if (found == connections_.end() || found->second->user != user) return false;
  if (order.ends_session) {
    found->second->running.close();
    found->second->channel->end();
  } else {
    found->second->running.cancel(Running::Why::asked);
  }
  return true;
}

}  // namespace leat::server::pgwire
