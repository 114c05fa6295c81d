#include "server/http_front.h"

#include <fmt/core.h>
// Debian's compiled library was built with these; a class has another layout without them.
#define CPPHTTPLIB_OPENSSL_SUPPORT
#define CPPHTTPLIB_ZLIB_SUPPORT
#define CPPHTTPLIB_BROTLI_SUPPORT
#include <httplib.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/secret.h"

namespace leat::server {
namespace {

constexpr std::chrono::seconds kPatience{15}, kIdle{30};
constexpr std::size_t kThreads = 16;

Call call_of(const httplib::Request& request) {
  Call call;
  call.method = request.method;
  call.path = request.path;
  for (const auto& [name, value] : request.params) call.query.emplace(name, value);
  call.authorization = request.get_header_value("Authorization");
  call.content_type = request.get_header_value("Content-Type");
  call.accept = request.get_header_value("Accept");
  call.body = request.body;
  std::string host = request.get_header_value("Host");
  call.base_url = "http://" + (host.empty() ? "localhost" : host);
  return call;
}

void send(Reply reply, httplib::Response& response) {
  response.status = reply.status;
  for (const auto& [name, value] : reply.headers) {
    response.headers.erase(name);  // of the defaults
    response.set_header(name, value);
  }
  if (!reply.more) return response.set_content(reply.body, reply.content_type);
  response.set_chunked_content_provider(reply.content_type,
                                        [more = std::move(reply.more)](std::size_t, httplib::DataSink& sink) {
                                          std::string piece;
                                          if (!more(piece)) {
                                            sink.done();
                                            return true;
                                          }
                                          return sink.write(piece.data(), piece.size());
                                        });
}

}  // namespace

bool is_local(const HttpAddress& address) {
  return address.host == "localhost" || address.host.starts_with("127.") || address.host == "::1";
}

struct HttpFront::State {
  httplib::Server server;
  HttpAddress address;
  std::vector<Handler> handlers;
  std::atomic<bool> is_over = false;
  std::jthread thread;

  Reply answer(const Call& call) {
    try {
      for (const Handler& handler : handlers)
        if (std::optional<Reply> reply = handler(call)) return std::move(*reply);
    } catch (const Error& error) {
      return problem_reply(500, "unexpected-problem", redact(error.what()));
    }
    return problem_reply(404, "not-found", "There is nothing at this path.");
  }
};

HttpFront::HttpFront(const HttpAddress& address, std::vector<Handler> handlers)
    : state_(std::make_unique<State>()) {
  state_->address = address;
  state_->handlers = std::move(handlers);
  httplib::Server& server = state_->server;
  server.set_payload_max_length(kBodyMax);
  server.set_read_timeout(kPatience);
  server.set_write_timeout(kPatience);
  server.set_keep_alive_timeout(kIdle.count());
  server.set_keep_alive_max_count(1000);
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_default_headers({{"X-Content-Type-Options", "nosniff"},
                              {"X-Frame-Options", "DENY"},
                              {"Referrer-Policy", "no-referrer"},
                              {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"}});
  auto handle = [state = state_.get()](const httplib::Request& request, httplib::Response& response) {
    // The library would compress what it sends at its slowest and best, brotli first: a second for a large
    // graph. The request is its own, and not const.
    auto& headers = const_cast<httplib::Request&>(request).headers;
    bool takes_gzip = request.get_header_value("Accept-Encoding").find("gzip") != std::string::npos;
    bool is_near = request.remote_addr.starts_with("127.") || request.remote_addr == "::1";
    headers.erase("Accept-Encoding");
    if (takes_gzip && !is_near) headers.emplace("Accept-Encoding", "gzip");
    send(state->answer(call_of(request)), response);
  };
  server.Get(".*", handle).Post(".*", handle).Put(".*", handle).Patch(".*", handle).Delete(".*", handle);
  int& port = state_->address.port;
  bool is_bound = port == 0 ? (port = server.bind_to_any_port(address.host.c_str())) > 0
                            : server.bind_to_port(address.host.c_str(), port);
  if (!is_bound)
    throw Error(ErrorCode::config_invalid, "The address can't be listened on",
                fmt::format("{}:{}", address.host, address.port))
        .fix("Choose another with --host and --port; port 0 takes any that is free.");
}

HttpFront::~HttpFront() {
  stop();
}

std::string HttpFront::url() const {
  return fmt::format("http://{}:{}", state_->address.host, state_->address.port);
}

void HttpFront::start() {
  state_->thread = std::jthread([state = state_.get()] {
    state->server.listen_after_bind();
    state->is_over = true;
  });
}

void HttpFront::stop() {
  if (!state_->thread.joinable()) return;
  // The library forgets a stop that comes before it listens.
  while (!state_->server.is_running() && !state_->is_over) std::this_thread::yield();
  state_->server.stop();
  state_->thread.join();
}

}  // namespace leat::server
