#include "server/web_server.h"

#include <fmt/core.h>
#include <netdb.h>
#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <deque>

#include "base/error.h"

namespace leat::server {
namespace {

// Set in the thread that accepts, while it answers a connection that there is no thread for.
thread_local bool is_turning_away = false;

// A thread a connection, kept for the next one, up to a limit.
class ConnectionThreads : public httplib::TaskQueue {
 public:
  explicit ConnectionThreads(int most) : most_(static_cast<std::size_t>(most)) {}

  void enqueue(std::function<void()> serve) override {
    std::unique_lock lock(mutex_);
    if (waiting_.size() < idle_) {
      waiting_.push_back(std::move(serve));
      return news_.notify_one();
    }
    if (threads_.size() < most_) {
      waiting_.push_back(std::move(serve));
      threads_.emplace_back([this] { work(); });
      return;
    }
    lock.unlock();
    is_turning_away = true;
    serve();
    is_turning_away = false;
  }

  void shutdown() override {
    {
      std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    news_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      news_.wait(lock, [&] { return is_over_ || !waiting_.empty(); });
      --idle_;
      if (waiting_.empty()) return;
      std::function<void()> serve = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      serve();
      lock.lock();
    }
  }

  const std::size_t most_;
  std::mutex mutex_;  // guards all below
  std::condition_variable news_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool is_over_ = false;
};

// A request that was read, for the library to read again; the answer goes to the client.
class ReadRequest : public httplib::Stream {
 public:
  ReadRequest(std::string text, Channel& channel, const std::string& address)
      : text_(std::move(text)), channel_(channel), address_(address) {}
  bool is_readable() const override { return at_ < text_.size(); }
  bool is_writable() const override { return !has_gone_; }
  ssize_t read(char* into, std::size_t most) override {
    std::size_t count = std::min(most, text_.size() - at_);
    text_.copy(into, count, at_);
    at_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, std::size_t count) override {
    if (has_gone_) return -1;
    try {
      channel_.write({bytes, count});
    } catch (const Error&) {  // the library knows no exception here
      has_gone_ = true;
      return -1;
    }
    return static_cast<ssize_t>(count);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = address_;
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  socket_t socket() const override { return INVALID_SOCKET; }
  bool has_gone() const { return has_gone_; }

 private:
  std::string text_;
  std::size_t at_ = 0;
  Channel& channel_;
  const std::string& address_;
  bool has_gone_ = false;
};

std::string address_of(int socket) {
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  char host[NI_MAXHOST] = "";
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &length) != 0 ||
      getnameinfo(reinterpret_cast<sockaddr*>(&peer), length, host, sizeof host, nullptr, 0,
                  NI_NUMERICHOST) != 0)
    return "";
  std::string out = host;
  // An IPv4 client of a socket for both.
  if (out.starts_with("::ffff:") && out.find('.') != std::string::npos) out.erase(0, 7);
  return out;
}

void refuse(Channel& channel, int status, std::string_view why) {
  std::string body =
      fmt::format(R"({{"status":{},"title":"refused","detail":"{}","message":"{}"}})", status, why, why);
  channel.write(
      fmt::format("HTTP/1.1 {} Refused\r\nContent-Type: application/problem+json\r\n"
                  "X-Content-Type-Options: nosniff\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n{}",
                  status, status == 503 ? "Retry-After: 5\r\n" : "", body.size(), body));
}

}  // namespace

WebServer::WebServer(Env& env, WebLimits limits, std::unique_ptr<TlsContext> tls)
    : env_(env), limits_(limits), tls_(std::move(tls)) {
  set_payload_max_length(limits_.body_bytes);
  // What its answers tell clients.
  set_keep_alive_max_count(static_cast<std::size_t>(limits_.requests_per_connection));
  set_keep_alive_timeout(std::chrono::duration_cast<std::chrono::seconds>(limits_.idle).count());
  new_task_queue = [most = limits_.connections] { return new ConnectionThreads(most); };
}

WebServer::~WebServer() {
  stop();
}

void WebServer::bind(const std::string& host, int port) {
  bool is_bound = port == 0 ? (port = bind_to_any_port(host)) > 0 : bind_to_port(host, port);
  if (!is_bound)
    throw Error(ErrorCode::serve_address, "The address can't be listened on",
                fmt::format("{}:{}", host, port))
        .fix("Choose another host or port; port 0 takes any that is free.");
  bool is_six = host.find(':') != std::string::npos;
  url_ = fmt::format("{}://{}:{}", tls_ ? "https" : "http", is_six ? "[" + host + "]" : host, port);
}

void WebServer::start() {
  auto has_ended = std::make_shared<std::atomic<bool>>(false);
  listening_ = std::thread([this, has_ended] {
    listen_after_bind();
    *has_ended = true;
  });
  // The library forgets a stop that comes before it listens.
  while (!is_running() && !*has_ended) std::this_thread::yield();
}

void WebServer::stop() {
  {
    std::lock_guard lock(mutex_);
    is_over_ = true;
    for (Channel* channel : open_) channel->end();
  }
  httplib::Server::stop();
  if (listening_.joinable()) listening_.join();
}

// Whether one more connection of that address is let in.
bool WebServer::enter(Channel& channel, const std::string& address) {
  std::lock_guard lock(mutex_);
  if (is_over_ || is_turning_away) return false;
  int& count = by_address_[address];
  if (count >= limits_.connections_per_address) return false;
  ++count;
  open_.insert(&channel);
  return true;
}

void WebServer::leave(Channel& channel, const std::string& address) {
  std::lock_guard lock(mutex_);
  open_.erase(&channel);
  auto count = by_address_.find(address);
  if (--count->second == 0) by_address_.erase(count);
}

class WebServer::Visit {
 public:
  Visit(WebServer& server, Channel& channel, const std::string& address)
      : server_(server), channel_(channel), address_(address), is_in_(server.enter(channel, address)) {}
  ~Visit() {
    if (is_in_) server_.leave(channel_, address_);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  bool is_in() const { return is_in_; }

 private:
  WebServer& server_;
  Channel& channel_;
  const std::string& address_;
  const bool is_in_;
};

bool WebServer::process_and_close_socket(socket_t socket) {
  std::unique_ptr<Channel> channel = make_tcp_channel(socket, tls_.get(), limits_.write, env_);
  std::string address = address_of(socket);
  Visit visit(*this, *channel, address);
  try {
    if (!visit.is_in()) {
      if (!tls_) refuse(*channel, 503, "There are too many connections.");
      return false;
    }
    if (tls_) channel->begin_tls(limits_.head);
    serve(*channel, address);
  } catch (const Error&) {  // the client has gone
    return false;
  }
  return true;
}

void WebServer::serve(Channel& channel, const std::string& address) {
  HttpReader reader(channel, limits_, env_);
  for (int request = 1; request <= limits_.requests_per_connection; ++request) {
    HttpReader::Next next = reader.next(request == 1 ? limits_.head : limits_.idle);
    if (next == HttpReader::Next::end) return;
    if (next == HttpReader::Next::refused) {
      refuse(channel, reader.refusal().status, reader.refusal().why);
      return reader.drain();
    }
    ReadRequest stream(reader.take(), channel, address);
    bool is_closed = false;
    bool is_last = request == limits_.requests_per_connection;
    if (!process_request(stream, is_last, is_closed, [](httplib::Request&) {})) return;
    if (is_closed || stream.has_gone()) return;
  }
}

}  // namespace leat::server
