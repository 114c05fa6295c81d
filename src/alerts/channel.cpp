// Channels that speak HTTP.
#include "alerts/channel.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/secret.h"
#include "files/signature.h"
#include "http/client.h"

namespace leat::alerts {
namespace {

constexpr std::chrono::seconds kPatience{15};
constexpr std::string_view kPagerDuty = "https://events.pagerduty.com/v2/enqueue";
constexpr std::size_t kSaidMax = 300;

std::string hex(std::string_view bytes) {
  std::string out;
  for (char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

bool may_mend_itself(int status) {
  return status >= 500 || status == 429 || status == 408;
}

class HttpChannel : public Channel {
 public:
  HttpChannel(const Route& route, Env& env) : route_(route), client_(env, options()) {}

 protected:
  static http::ClientOptions options() {
    http::ClientOptions out;
    out.connect_timeout = out.timeout = kPatience;
    out.response_bytes_max = 1 << 20;
    out.redirects_max = 0;  // a message is not sent on to where somebody else points
    return out;
  }

  void post(const std::string& url, std::string body, const std::vector<http::Headers::Entry>& headers = {}) {
    http::Request request;
    request.method = "POST";
    request.url = url;
    request.body = std::move(body);
    request.headers.add("Content-Type", "application/json; charset=utf-8");
    for (const auto& [name, value] : headers) request.headers.set(name, value);
    int status = 0;
    std::string said;
    try {
      http::Response response = client_.send(request);
      status = response.status;
      said = std::string(response.body.view().substr(0, kSaidMax));
    } catch (const Error& error) {
      if (error.code() == ErrorCode::cancelled) throw;
      throw Error(ErrorCode::alert_undelivered, redact(error.what_failed()), "alerts.routes." + route_.name)
          .retry();
    }
    if (status >= 200 && status < 300) return;
    Error refused(ErrorCode::alert_undelivered, redact(fmt::format("The answer was {}: {}", status, said)),
                  "alerts.routes." + route_.name);
    if (may_mend_itself(status)) throw std::move(refused).retry();
    throw refused;
  }

  const Route route_;

 private:
  http::Client client_;
};

class Slack : public HttpChannel {
 public:
  using HttpChannel::HttpChannel;
  void send(const Message& message) override { post(route_.settings.text("url"), slack_json(message)); }
};

class Teams : public HttpChannel {
 public:
  using HttpChannel::HttpChannel;
  void send(const Message& message) override { post(route_.settings.text("url"), teams_json(message)); }
};

class Webhook : public HttpChannel {
 public:
  using HttpChannel::HttpChannel;
  void send(const Message& message) override {
    std::string body = webhook_json(message);
    std::vector<http::Headers::Entry> headers;
    for (const auto& member : route_.settings.value("headers").members())
      headers.emplace_back(member.first, member.second.as_text(member.first));
    if (route_.settings.has("key"))
      headers.emplace_back("X-Leat-Signature",
                           "sha256=" + hex(files::hmac_sha256(route_.settings.text("key"), body)));
    post(route_.settings.text("url"), std::move(body), headers);
  }
};

class PagerDuty : public HttpChannel {
 public:
  using HttpChannel::HttpChannel;
  void send(const Message& message) override {
    std::string url = route_.settings.has("url") ? route_.settings.text("url") : std::string(kPagerDuty);
    for (const Alert& each : message.alerts)
      post(url, pagerduty_json(message, each, route_.settings.text("key")));
  }
};

}  // namespace

std::unique_ptr<Channel> open_channel(const Route& route, Env& env) {
  if (route.type == "email") return open_mail(route, env);
  if (route.type == "slack") return std::make_unique<Slack>(route, env);
  if (route.type == "teams") return std::make_unique<Teams>(route, env);
  if (route.type == "pagerduty") return std::make_unique<PagerDuty>(route, env);
  return std::make_unique<Webhook>(route, env);
}

}  // namespace leat::alerts
