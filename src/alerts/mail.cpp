// E-mail: the alerts as plain text.
#include "http/mail.h"

#include "alerts/channel.h"
#include "base/error.h"

namespace leat::alerts {
namespace {

class MailChannel : public Channel {
 public:
  MailChannel(const Route& route, Env& env)
      : name_(route.name),
        env_(env),
        server_(http::read_mail_server(route.settings)),
        addressed_(http::addressed_mail(route.settings)) {}

  void send(const Message& message) override {
    http::Mail mail = addressed_;
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
  const http::MailServer server_;
  const http::Mail addressed_;
};

}  // namespace

std::unique_ptr<Channel> open_mail(const Route& route, Env& env) {
  return std::make_unique<MailChannel>(route, env);
}

}  // namespace leat::alerts
