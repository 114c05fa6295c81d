#include "http/client.h"

#include <curl/curl.h>
#include <fmt/core.h>
#include <strings.h>
#include <sys/socket.h>

#include <mutex>

#include "base/error.h"
#include "http/cassette.h"
#include "http/network_policy.h"
#include "http/url.h"

namespace leat::http {
namespace {

struct CurlHandle {
  CurlHandle() : easy(curl_easy_init(), curl_easy_cleanup) {}
  std::unique_ptr<CURL, void (*)(CURL*)> easy;
};

using HeaderList = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

enum class Stopped { no, cancelled, silent, too_large, forbidden };

// What curl's callbacks see of one transfer.
struct Transfer {
  Env& env;
  const ClientOptions& options;
  const NetworkPolicy& policy;
  std::stop_token stop;
  Response response;
  Stopped stopped = Stopped::no;
  std::string_view forbidden = {};  // what the address is
  curl_off_t moved = -1;
  std::chrono::steady_clock::time_point moved_at;
};

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  Body& body = transfer.response.body;
  if (static_cast<std::int64_t>(body.size() + count) > transfer.options.response_bytes_max) {
    transfer.stopped = Stopped::too_large;
    return 0;
  }
  body.append({bytes, count});
  return count;
}

std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  std::string_view line(bytes, count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.substr(0, 5) == "HTTP/") {  // the answer proper begins anew after 100 Continue
    transfer.response.headers.clear();
    return count;
  }
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return count;
  std::string_view name = line.substr(0, colon), value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  transfer.response.headers.add(std::string(name), std::string(value));
  if (strncasecmp(name.data(), "content-length", std::max(name.size(), std::size_t{14})) == 0) {
    std::int64_t announced = std::strtoll(std::string(value).c_str(), nullptr, 10);
    if (announced > 0 && announced <= transfer.options.response_bytes_max) {
      transfer.response.body.reserve(static_cast<std::size_t>(announced));
    }
  }
  return count;
}

int on_progress(void* context, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (transfer.stop.stop_requested() || transfer.env.stop().stop_requested()) {
    transfer.stopped = Stopped::cancelled;
    return 1;
  }
  auto now = transfer.env.steady();
  if (down + up != transfer.moved) {
    transfer.moved = down + up;
    transfer.moved_at = now;
  } else if (now - transfer.moved_at > transfer.options.timeout) {
    transfer.stopped = Stopped::silent;
    return 1;
  }
  return 0;
}

curl_socket_t on_socket(void* context, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(context);
  transfer.forbidden = transfer.policy.refusal(&address->addr);
  if (!transfer.forbidden.empty()) {
    transfer.stopped = Stopped::forbidden;
    return CURL_SOCKET_BAD;
  }
  transfer.stopped = Stopped::no;  // a name may have several addresses
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Error failure(CURLcode code, const char* detail, const Transfer& transfer, const std::string& url) {
  std::string where = safe_url(url);
  std::string said = *detail ? detail : curl_easy_strerror(code);
  switch (transfer.stopped) {
    case Stopped::cancelled:
      return Error(ErrorCode::cancelled, "A request was given up", where);
    case Stopped::silent:
      return Error(ErrorCode::http_timeout,
                   fmt::format("Nothing was heard for {} ms", transfer.options.timeout.count()), where)
          .retry();
    case Stopped::too_large:
      return Error(ErrorCode::http_too_large,
                   fmt::format("The answer is larger than {} bytes", transfer.options.response_bytes_max),
                   where);
    case Stopped::forbidden:
      return Error(ErrorCode::config_invalid,
                   fmt::format("The address is {}, which this project's network policy denies",
                               transfer.forbidden),
                   where)
          .fix("Correct the URL, or let it pass by `network: {allow: […]}` in leat.yml.");
    case Stopped::no:
      break;
  }
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
      // The library says the same of an answer that is no HTTP.
      if (url.starts_with("http://") || url.starts_with("https://"))
        return Error(ErrorCode::http_interrupted, "The answer is no HTTP", where).retry();
      [[fallthrough]];
    case CURLE_URL_MALFORMAT:
      return Error(ErrorCode::config_invalid, "This is no http or https URL", where);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return Error(ErrorCode::http_unreachable, said, where).retry();
    case CURLE_OPERATION_TIMEDOUT:
      return Error(ErrorCode::http_timeout, said, where).retry();
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return Error(ErrorCode::http_tls, said, where);
    default:
      return Error(ErrorCode::http_interrupted, said, where).retry();
  }
}

bool is_loopback(const std::string& name) {
  return name == "localhost" || name == "::1" || name.rfind("127.", 0) == 0;
}

HeaderList header_list(const Request& request) {
  curl_slist* list = nullptr;
  for (const auto& [name, value] : request.headers.entries()) {
    list = curl_slist_append(list, (value.empty() ? name + ";" : name + ": " + value).c_str());
  }
  // A body's type is its sender's to tell; the library would call every one a form.
  if (!request.headers.find("Content-Type")) list = curl_slist_append(list, "Content-Type:");
  // Waiting for "100 Continue" costs a second where a server does not know it.
  list = curl_slist_append(list, "Expect:");
  return HeaderList(list, curl_slist_free_all);
}

void prepare(CURL* easy, const Request& request, const curl_slist* headers, Transfer& transfer) {
  const ClientOptions& options = transfer.options;
  curl_easy_reset(easy);  // keeps connections, TLS sessions and the DNS cache
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &transfer);
  if (!transfer.policy.is_empty()) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
  }
  if (is_loopback(host(request.url))) {
    // Within the machine compression only costs, and a proxy can't reach it.
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
  } else {
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  }
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET" || !request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

bool is_redirect(const Response& response) {
  int status = response.status;
  return (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) &&
         response.headers.find("Location");
}

// The request that a redirect asks for.
Request redirected(const Request& request, const Response& response) {
  Request next = request;
  next.url = join(request.url, response.headers.get("Location"));
  bool becomes_get = (response.status == 303 && request.method != "HEAD") ||
                     ((response.status == 301 || response.status == 302) && request.method == "POST");
  if (becomes_get) {
    next.method = "GET";
    next.body.clear();
    next.headers.erase("Content-Type");
  }
  if (origin(next.url) != origin(request.url)) {
    next.headers.erase("Authorization");
    next.headers.erase("Cookie");
    for (const std::string& name : request.secret_headers) next.headers.erase(name);
  }
  return next;
}

}  // namespace

struct Client::Pool {
  explicit Pool(NetworkPolicy network) : policy(std::move(network)) {}
  const NetworkPolicy policy;
  std::mutex mutex;  // guards all below
  std::vector<CurlHandle> idle;
  std::vector<Body> buffers;
  std::size_t buffer_bytes = 0;

  CurlHandle take() {
    std::lock_guard lock(mutex);
    if (idle.empty()) return {};
    CurlHandle handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }
  void give_back(CurlHandle&& handle) {
    std::lock_guard lock(mutex);
    idle.push_back(std::move(handle));
  }
  Body take_buffer() {
    std::lock_guard lock(mutex);
    if (buffers.empty()) return {};
    Body body = std::move(buffers.back());
    buffers.pop_back();
    buffer_bytes -= body.capacity();
    return body;
  }
};

Client::Client(Env& env, ClientOptions options)
    : env_(env),
      options_(std::move(options)),
      pool_(std::make_unique<Pool>(NetworkPolicy::of(env))),
      cassette_(open_cassette(env)) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  LEAT_ASSERT(ready == CURLE_OK);
}

Client::~Client() = default;

void Client::recycle(Body&& body) {
  body.clear();
  if (body.capacity() == 0) return;
  std::lock_guard lock(pool_->mutex);
  if (pool_->buffer_bytes + body.capacity() > options_.idle_buffer_bytes_max) return;
  pool_->buffer_bytes += body.capacity();
  pool_->buffers.push_back(std::move(body));
}

Response Client::send(const Request& request, std::stop_token stop) {
  env_.check_cancelled();
  auto started = env_.steady();
  Response response = cassette_ && cassette_->plays() ? cassette_->play(request) : transfer(request, stop);
  if (cassette_) cassette_->record(request, response);
  env_.emit({"request_answered",
             EventLevel::progress,
             {{"method", request.method},
              {"url", safe_url(request.url)},
              {"status", std::int64_t{response.status}},
              {"bytes", static_cast<std::int64_t>(response.body.size())},
              {"took_ms", env_.elapsed_ms(started)}}});
  return response;
}

Response Client::transfer(const Request& first, std::stop_token stop) {
  Request request = first;
  for (int redirects = 0;; ++redirects) {
    env_.check_cancelled();
    Transfer transfer{env_, options_, pool_->policy, stop, {}, Stopped::no, {}, -1, env_.steady()};
    transfer.response.body = pool_->take_buffer();
    CurlHandle handle = pool_->take();
    CURL* easy = handle.easy.get();
    HeaderList headers = header_list(request);
    char detail[CURL_ERROR_SIZE] = "";
    prepare(easy, request, headers.get(), transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
    CURLcode code = curl_easy_perform(easy);
    if (code != CURLE_OK) throw failure(code, detail, transfer, request.url);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
    pool_->give_back(std::move(handle));
    transfer.response.status = static_cast<int>(status);
    transfer.response.url = request.url;
    if (!is_redirect(transfer.response)) return std::move(transfer.response);
    if (redirects == options_.redirects_max) {
      throw Error(ErrorCode::http_failed, fmt::format("More than {} redirects", options_.redirects_max),
                  safe_url(first.url));
    }
    request = redirected(request, transfer.response);
    recycle(std::move(transfer.response.body));
  }
}

}  // namespace leat::http
