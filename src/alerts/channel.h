// Channel: brings a message of one or several alerts to where a route leads: a mailbox, a chat, a service.
//
// Guarantees: send() returns when the other side has taken the message, else it throws. PagerDuty gets one
// event an
//   alert, with a key that makes sending it twice the same as once.
// Threads: send() by one thread at a time.
// Owns: its connections.
// Errors: Error(alert_undelivered) with what the other side said, without secrets; retryable where another
// try may
//   help.
// Source: RFC 5321, 5322, 2047 (mail); Slack's incoming webhooks (blocks); Teams' workflows webhooks
// (Adaptive Card
//   1.4); PagerDuty's Events API v2
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "alerts/route.h"
#include "base/env.h"

namespace leat::alerts {

struct Message {
  std::string project;
  std::string console;  ///< the console's address, "" where there is none
  std::vector<Alert> alerts;
  bool is_test = false;
};
/// "shop: failure of nightly", "shop: 3 alerts, 1 over"
std::string headline(const Message& message);
/// One alert in lines of plain text.
std::string plain_text(const Alert& alert);

class Channel {
 public:
  virtual ~Channel() = default;
  virtual void send(const Message& message) = 0;
};

/// `env` has to outlive it.
std::unique_ptr<Channel> open_channel(const Route& route, Env& env);
std::unique_ptr<Channel> open_mail(const Route& route, Env& env);

/// One alert as webhooks, PagerDuty and the API tell of it.
document::Value alert_value(const Alert& alert);
/// The message as JSON, as a webhook gets it.
std::string webhook_json(const Message& message);
std::string slack_json(const Message& message);
std::string teams_json(const Message& message);
/// The event of one alert; `routing_key` is the integration's.
std::string pagerduty_json(const Message& message, const Alert& alert, const std::string& routing_key);

}  // namespace leat::alerts
