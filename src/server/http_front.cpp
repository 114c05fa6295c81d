#include "server/http_front.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/secret.h"
#include "server/web_server.h"

namespace leat::server {
namespace {

Call call_of(const httplib::Request& request, bool has_tls) {
  Call call;
  call.method = request.method == "HEAD" ? "GET" : request.method;
  call.path = request.path;
  for (const auto& [name, value] : request.params) call.query.emplace(name, value);
  for (const auto& [name, value] : request.headers) call.headers.emplace(name, value);
  call.authorization = request.get_header_value("Authorization");
  call.content_type = request.get_header_value("Content-Type");
  call.accept = request.get_header_value("Accept");
  call.body = request.body;
  call.address = request.remote_addr;
  std::string host = request.get_header_value("Host");
  call.base_url = (has_tls ? "https://" : "http://") + (host.empty() ? "localhost" : host);
  return call;
}

void add_security_headers(Reply& reply, bool has_tls) {
  auto add = [&](const char* name, const char* value) { reply.headers.emplace(name, value); };
  add("X-Content-Type-Options", "nosniff");
  add("X-Frame-Options", "DENY");
  add("Referrer-Policy", "no-referrer");
  add("Cross-Origin-Opener-Policy", "same-origin");
  add("Cross-Origin-Resource-Policy", "same-origin");
  add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
  add("Cache-Control", "no-store");
  if (has_tls) add("Strict-Transport-Security", "max-age=31536000");
}

void send(Reply reply, httplib::Response& response) {
  response.status = reply.status;
  for (const auto& [name, value] : reply.headers) response.set_header(name, value);
  for (const std::string& cookie : reply.cookies) response.set_header("Set-Cookie", cookie);
  if (!reply.more) {
    if (reply.status != 204) response.set_content(reply.body, reply.content_type);
    return;
  }
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
  WebServer server;
  std::vector<Handler> handlers;
  Gate* gate;
  const bool has_tls;

  State(std::vector<Handler> all, Env& env, Gate* at, WebLimits limits, std::unique_ptr<TlsContext> tls)
      : server(env, limits, std::move(tls)), handlers(std::move(all)), gate(at), has_tls(server.has_tls()) {}

  Reply answer(const Call& call) const {
    for (const Handler& handler : handlers)
      if (std::optional<Reply> reply = handler(call)) return std::move(*reply);
    return problem_reply(404, "not-found", "There is nothing at this path.");
  }

  Reply pass(Call& call) const {
    try {
      std::optional<Reply> refused = gate ? gate->refuse(call) : std::nullopt;
      Reply reply = refused ? std::move(*refused) : answer(call);
      if (gate) gate->answered(call, reply);
      return reply;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::document_syntax)
        return problem_reply(400, "bad-request", error.what_failed());
      if (info(error.code()).fault == Fault::source)
        return problem_reply(502, "bad-gateway", error.what_failed());
      return problem_reply(500, "unexpected-problem", redact(error.what()));
    }
  }
};

HttpFront::HttpFront(const HttpAddress& address, std::vector<Handler> handlers, Env& env, Gate* gate,
                     WebLimits limits, std::unique_ptr<TlsContext> tls)
    : state_(std::make_unique<State>(std::move(handlers), env, gate, limits, std::move(tls))) {
  WebServer& server = state_->server;
  // Answers are small and come one by one.
  server.set_tcp_nodelay(true);
  auto handle = [state = state_.get()](const httplib::Request& request, httplib::Response& response) {
    // The library would compress what it sends at its slowest and best, brotli first: a second for a large
    // graph. The request is its own, and not const.
    auto& headers = const_cast<httplib::Request&>(request).headers;
    bool takes_gzip = request.get_header_value("Accept-Encoding").find("gzip") != std::string::npos;
    bool is_near = request.remote_addr.starts_with("127.") || request.remote_addr == "::1";
    headers.erase("Accept-Encoding");
    if (takes_gzip && !is_near) headers.emplace("Accept-Encoding", "gzip");
    Call call = call_of(request, state->has_tls);
    Reply reply = state->pass(call);
    add_security_headers(reply, state->has_tls);
    send(std::move(reply), response);
  };
  server.Get(".*", handle).Post(".*", handle).Put(".*", handle).Patch(".*", handle).Delete(".*", handle);
  server.bind(address.host, address.port);
}

HttpFront::~HttpFront() {
  stop();
}

const std::string& HttpFront::url() const {
  return state_->server.url();
}

void HttpFront::start() {
  state_->server.start();
}

void HttpFront::stop() {
  state_->server.stop();
}

void HttpFront::serve(Channel& channel, const std::string& address) {
  state_->server.serve(channel, address);
}

}  // namespace leat::server
