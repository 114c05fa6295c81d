#include "http/mail.h"

#include <curl/curl.h>
#include <fmt/core.h>

#include <cstring>
#include <memory>

#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"

namespace leat::http {
namespace {

constexpr long kPatienceSeconds = 60;

// One line: a header takes no line ends, whoever wrote what stands in it.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

// RFC 2047: words of at most 75 characters, each whole characters of UTF-8.
std::string header_text(const std::string& text) {
  std::string clean = one_line(text), out;
  bool is_plain = clean.size() < 70;
  for (char c : clean) is_plain = is_plain && static_cast<unsigned char>(c) < 0x7F;
  if (is_plain) return clean;
  constexpr std::size_t kBytesAWord = 42;
  for (std::size_t at = 0; at < clean.size();) {
    std::size_t end = std::min(at + kBytesAWord, clean.size());
    while (end < clean.size() && end > at && (static_cast<unsigned char>(clean[end]) & 0xC0) == 0x80) --end;
    out += (out.empty() ? "=?utf-8?B?" : "\r\n =?utf-8?B?") + base64(clean.substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

// "Name <a@b>" as a@b
std::string address_of(const std::string& text) {
  std::size_t from = text.rfind('<'), to = text.rfind('>');
  bool is_named = from != std::string::npos && to != std::string::npos && to > from;
  return is_named ? text.substr(from + 1, to - from - 1) : text;
}

std::string mail_date(Timestamp time) {
  using namespace std::chrono;
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto day = floor<days>(time);
  year_month_day date{day};
  hh_mm_ss clock{floor<seconds>(time - day)};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::string in_lines(const std::string& encoded) {
  std::string lines;
  for (std::size_t at = 0; at < encoded.size(); at += 76) lines += encoded.substr(at, 76) + "\r\n";
  return lines;
}

std::string text_part(const char* type, const std::string& text) {
  return fmt::format("Content-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                     type, in_lines(base64(text)));
}

std::string file_part(const MailPart& part, const char* disposition) {
  return fmt::format(
      "Content-Type: {}; name=\"{}\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: {}; "
      "filename=\"{}\"\r\nContent-ID: <{}>\r\n\r\n{}",
      part.type, part.name, disposition, part.name, part.name, in_lines(base64(part.bytes)));
}

// Parts between boundaries, as a part.
std::string joined(const std::string& kind, const std::string& boundary,
                   const std::vector<std::string>& parts) {
  std::string out = fmt::format("Content-Type: multipart/{}; boundary=\"{}\"\r\n\r\n", kind, boundary);
  for (const std::string& part : parts) out += fmt::format("--{}\r\n{}\r\n", boundary, part);
  return out + fmt::format("--{}--\r\n", boundary);
}

struct Upload {
  std::string text;
  std::size_t sent = 0;
  static std::size_t read(char* to, std::size_t size, std::size_t count, void* self) {
    auto& upload = *static_cast<Upload*>(self);
    std::size_t bytes = std::min(size * count, upload.text.size() - upload.sent);
    std::memcpy(to, upload.text.data() + upload.sent, bytes);
    upload.sent += bytes;
    return bytes;
  }
};

}  // namespace

std::vector<SpecField> mail_fields() {
  return {{"server", FieldKind::text, "email: `smtp://host:587` or `smtps://host:465`."},
          {"user", FieldKind::text, "email: who logs in."},
          {"password", FieldKind::secret, "email: the password."},
          {"tls",
           FieldKind::text,
           "email: whether the server has to speak TLS.",
           "required",
           false,
           {"required", "none"}},
          {"from", FieldKind::text, "email: the sender."},
          {"to", FieldKind::list, "email: the recipients."}};
}

MailServer read_mail_server(const document::Settings& settings) {
  auto optional = [&](const char* field) { return settings.has(field) ? settings.text(field) : ""; };
  return {settings.text("server"), optional("user"), optional("password"),
          settings.text("tls") == "required"};
}

Mail addressed_mail(const document::Settings& settings) {
  Mail mail;
  mail.from = settings.text("from");
  const document::Value& to = settings.value("to");
  for (const document::Value& each : to.items()) mail.to.push_back(each.as_text("to"));
  return mail;
}

std::string mime_text(const Mail& mail, Timestamp now, const std::string& id) {
  std::string to;
  for (const std::string& each : mail.to) to += (to.empty() ? "" : ", ") + one_line(each);
  std::string body = text_part("plain", mail.text);
  if (!mail.html.empty()) {
    std::vector<std::string> shown = {text_part("html", mail.html)};
    for (const MailPart& part : mail.pictures) shown.push_back(file_part(part, "inline"));
    std::string html = shown.size() > 1 ? joined("related", "related-" + id, shown) : shown[0];
    body = joined("alternative", "alternative-" + id, {body, html});
  }
  if (!mail.attached.empty()) {
    std::vector<std::string> parts = {body};
    for (const MailPart& part : mail.attached) parts.push_back(file_part(part, "attachment"));
    body = joined("mixed", "mixed-" + id, parts);
  }
  std::string host = address_of(one_line(mail.from));
  host = host.substr(std::min(host.find('@') + 1, host.size()));
  return fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\nAuto-Submitted: "
      "auto-generated\r\nMIME-Version: 1.0\r\n{}",
      mail_date(now), one_line(mail.from), to, header_text(mail.subject), id, host, body);
}

void send_mail(const MailServer& server, const Mail& mail, Env& env) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  LEAT_ASSERT(ready == CURLE_OK);
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(nullptr, curl_slist_free_all);
  for (const std::string& each : mail.to)
    recipients.reset(
        curl_slist_append(recipients.release(), ("<" + address_of(one_line(each)) + ">").c_str()));
  Upload upload{mime_text(mail, env.now(), env.uuid())};
  std::string from = "<" + address_of(one_line(mail.from)) + ">";
  char said[CURL_ERROR_SIZE] = {};
  auto set = [&](CURLoption option, auto value) { curl_easy_setopt(curl.get(), option, value); };
  set(CURLOPT_URL, server.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(CURLOPT_USE_SSL, static_cast<long>(server.needs_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  if (!server.user.empty()) {
    set(CURLOPT_USERNAME, server.user.c_str());
    set(CURLOPT_PASSWORD, server.password.c_str());
  }
  set(CURLOPT_MAIL_FROM, from.c_str());
  set(CURLOPT_MAIL_RCPT, recipients.get());
  set(CURLOPT_READFUNCTION, &Upload::read);
  set(CURLOPT_READDATA, &upload);
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_TIMEOUT, kPatienceSeconds);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, said);
  CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) return;
  long answered = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answered);
  std::string what = *said ? said : curl_easy_strerror(code);
  if (answered > 0) what += fmt::format(" (the server's answer: {})", answered);
  Error refused(ErrorCode::http_failed, "The mail was not taken: " + redact(what), redact(server.url));
  // 5xx is for good (RFC 5321, 4.2.1).
  if (answered < 500) throw std::move(refused).retry();
  throw refused;
}

}  // namespace leat::http
