#include "support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>

#include "base/error.h"

namespace leat::testing {
namespace {

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::strtol(text.substr(i + 1, 2).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

void send_all(int socket, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    ssize_t count = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

// Reads one request into `request`; false at the end of the connection. `rest` holds bytes read too far.
bool receive(int socket, std::string& rest, ScriptedRequest& request) {
  char chunk[16384];
  std::size_t end;
  while ((end = rest.find("\r\n\r\n")) == std::string::npos) {
    ssize_t count = ::recv(socket, chunk, sizeof chunk, 0);
    if (count <= 0) return false;
    rest.append(chunk, static_cast<std::size_t>(count));
  }
  std::string head = rest.substr(0, end);
  rest.erase(0, end + 4);
  std::size_t line_end = std::min(head.find("\r\n"), head.size());
  std::string line = head.substr(0, line_end);
  request.method = line.substr(0, line.find(' '));
  std::size_t from = line.find(' ') + 1;
  request.target = line.substr(from, line.find(' ', from) - from);
  std::size_t mark = request.target.find('?');
  request.path = decoded(request.target.substr(0, mark));
  request.query = mark == std::string::npos ? "" : request.target.substr(mark + 1);
  while (line_end < head.size()) {
    std::size_t start = line_end + 2;
    line_end = std::min(head.find("\r\n", start), head.size());
    std::string header = head.substr(start, line_end - start);
    std::size_t colon = header.find(':');
    if (colon == std::string::npos) continue;
    std::string name = header.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers.emplace_back(
        name, header.substr(std::min(header.find_first_not_of(' ', colon + 1), header.size())));
  }
  std::size_t length = static_cast<std::size_t>(std::atoll(request.header("content-length").c_str()));
  while (rest.size() < length) {
    ssize_t count = ::recv(socket, chunk, sizeof chunk, 0);
    if (count <= 0) return false;
    rest.append(chunk, static_cast<std::size_t>(count));
  }
  request.body = rest.substr(0, length);
  rest.erase(0, length);
  return true;
}

}  // namespace

std::string ScriptedRequest::header(const std::string& name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::string ScriptedRequest::parameter(const std::string& name) const {
  std::size_t at = 0;
  while (at < query.size()) {
    std::size_t end = std::min(query.find('&', at), query.size());
    std::string pair = query.substr(at, end - at);
    std::size_t equals = std::min(pair.find('='), pair.size());
    if (decoded(pair.substr(0, equals)) == name && equals < pair.size())
      return decoded(pair.substr(equals + 1));
    at = end + 1;
  }
  return {};
}

ScriptedServer::ScriptedServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  LEAT_ASSERT(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  LEAT_ASSERT(::listen(listener_, 64) == 0);
  socklen_t size = sizeof address;
  LEAT_ASSERT(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    std::lock_guard lock(mutex_);
    for (int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& worker : workers_) worker.join();
  ::close(listener_);
}

std::string ScriptedServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

std::vector<ScriptedRequest> ScriptedServer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedServer::between_answers(const std::function<void()>& change) {
  std::lock_guard lock(mutex_);
  change();
}

void ScriptedServer::accept_all() {
  while (!ending_) {
    int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    workers_.emplace_back([this, socket] { serve(socket); });
  }
}

void ScriptedServer::serve(int socket) {
  std::string rest;
  ScriptedRequest request;
  while (!ending_ && receive(socket, rest, request)) {
    ScriptedReply reply;
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(request);
      reply = handler_(request);
    }
    if (reply.hang) {
      char byte;
      while (::recv(socket, &byte, 1, 0) > 0) continue;
      break;
    }
    if (!reply.raw.empty()) {
      send_all(socket, reply.raw);
      break;
    }
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " x\r\n";
    for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
    head += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
    send_all(socket, request.method == "HEAD" ? head : head + reply.body);
    request = {};
  }
  std::lock_guard lock(mutex_);
  sockets_.remove(socket);
  ::close(socket);
}

}  // namespace leat::testing
