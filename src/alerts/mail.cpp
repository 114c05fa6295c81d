// E-mail: the alerts as plain text.
#include "http/mail.h"

#include "alerts/channel.h"
#include "base/error.h"

namespace leat::alerts {
namespace {

class MailChannel : public Channel {
 public:
  MailChannel(const Route& route, Env& env) : name_(route.name), env_(env) {
    server_.url = route.settings.text("server");
    server_.needs_tls = route.settings.text("tls") == "required";
    if (route.settings.has("user")) server_.user = route.settings.text("user");
    if (route.settings.has("password")) server_.password = route.settings.text("password");
    from_ = route.settings.text("from");
    const document::Value& to = route.settings.value("to");
    for (const document::Value& each : to.items()) to_.push_back(each.as_text("to"));
  }

  void send(const Message& message) override {
    http::Mail mail;
    mail.from = from_;
    mail.to = to_;
    mail.subject = headline(message);
    for (const Alert& each : message.alerts) mail.text += plain_text(each) + "\n";
    if (!message.console.empty()) mail.text += message.console + "\n";
    try {
      http::send_mail(server_, mail, env_);
    } catch (const Error& error) {
      Error undelivered(ErrorCode::alert_undelivered, error.what_failed(), "alerts.routes." + name_);
      if (error.retryable()) throw std::move(undelivered).retry();
      throw undelivered;
    }
  }

 private:
  const std::string name_;
  Env& env_;
  http::MailServer server_;
  std::string from_;
  std::vector<std::string> to_;
};

}  // namespace

std::unique_ptr<Channel> open_mail(const Route& route, Env& env) {
  return std::make_unique<MailChannel>(route, env);
}

}  // namespace leat::alerts
