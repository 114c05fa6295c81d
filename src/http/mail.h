// Mail: a message as MIME, and its way to a server by SMTP.
//
// Guarantees: send_mail() returns when the server has taken the message. No header takes a line end from a
// value. Threads: any. Errors: Error(http_failed) with what the server said, without secrets; retryable where
// another try may help. Source: RFC 5321, 5322, 2045 to 2047, 2387 (parts that belong together)
#pragma once
#include <string>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/settings.h"

namespace leat::http {

struct MailServer {
  std::string url;  ///< smtp://host:587 or smtps://host:465
  std::string user, password;
  bool needs_tls = true;
};

struct MailPart {
  std::string name, type;  ///< "chart-1.png", "image/png"
  std::string bytes;
};

struct Mail {
  std::string from;  ///< "Reports <reports@example.com>"
  std::vector<std::string> to;
  std::string subject;
  std::string text;  ///< for programs that show no HTML
  std::string html;  ///< shows a picture by src="cid:NAME"; "" for a mail of text alone
  std::vector<MailPart> pictures;
  std::vector<MailPart> attached;
};

/// The message as it is sent; `id` makes its Message-ID and boundaries its own.
std::string mime_text(const Mail& mail, Timestamp now, const std::string& id);
void send_mail(const MailServer& server, const Mail& mail, Env& env);

/// The settings of a server, a sender and recipients, for the Spec of whatever goes by mail.
std::vector<SpecField> mail_fields();
/// The server of such settings.
MailServer read_mail_server(const document::Settings& settings);
/// A mail with their sender and recipients, and nothing else.
Mail addressed_mail(const document::Settings& settings);

}  // namespace leat::http
