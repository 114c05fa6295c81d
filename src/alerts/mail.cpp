// E-mail by SMTP.
#include <curl/curl.h>
#include <fmt/core.h>

#include <cstring>
#include <memory>

#include "alerts/channel.h"
#include "base/error.h"
#include "base/secret.h"

namespace leat::alerts {
namespace {

constexpr long kPatienceSeconds = 30;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k <= bytes.size() ? kDigits[three >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

// One line: a header takes no line ends, whoever wrote what stands in it.
std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return text;
}

// RFC 2047: words of at most 75 characters, each whole characters of UTF-8.
std::string header_text(const std::string& text) {
  std::string clean = one_line(text);
  bool is_plain = clean.size() < 70;
  for (char c : clean) is_plain = is_plain && static_cast<unsigned char>(c) < 0x7F;
  if (is_plain) return clean;
  constexpr std::size_t kBytesAWord = 42;
  std::string out;
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
  return from == std::string::npos || to == std::string::npos || to < from
             ? text
             : text.substr(from + 1, to - from - 1);
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

class Mail : public Channel {
 public:
  Mail(const Route& route, Env& env) : route_(route), env_(env) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    LEAT_ASSERT(ready == CURLE_OK);
    const document::Value& to = route_.settings.value("to");
    for (const document::Value& each : to.items()) recipients_.push_back(one_line(each.as_text("to")));
  }

  void send(const Message& message) override {
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(nullptr, curl_slist_free_all);
    for (const std::string& each : recipients_)
      recipients.reset(curl_slist_append(recipients.release(), ("<" + address_of(each) + ">").c_str()));
    Upload upload{text_of(message)};
    std::string from = "<" + address_of(one_line(route_.settings.text("from"))) + ">";
    std::string server = route_.settings.text("server");
    char said[CURL_ERROR_SIZE] = {};
    auto set = [&](CURLoption option, auto value) { curl_easy_setopt(curl.get(), option, value); };
    set(CURLOPT_URL, server.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    bool wants_tls = route_.settings.text("tls") == "required";
    set(CURLOPT_USE_SSL, static_cast<long>(wants_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (route_.settings.has("user")) {
      set(CURLOPT_USERNAME, route_.settings.text("user").c_str());
      if (route_.settings.has("password")) set(CURLOPT_PASSWORD, route_.settings.text("password").c_str());
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
    Error refused(ErrorCode::alert_undelivered, redact(what), "alerts.routes." + route_.name);
    // 5xx is for good (RFC 5321, 4.2.1).
    if (answered < 500) throw std::move(refused).retry();
    throw refused;
  }

 private:
  std::string text_of(const Message& message) {
    std::string to;
    for (const std::string& each : recipients_) to += (to.empty() ? "" : ", ") + each;
    std::string body;
    for (const Alert& each : message.alerts) body += plain_text(each) + "\n";
    if (!message.console.empty()) body += message.console + "\n";
    std::string encoded = base64(body), lines;
    for (std::size_t at = 0; at < encoded.size(); at += 76) lines += encoded.substr(at, 76) + "\r\n";
    std::string from = one_line(route_.settings.text("from"));
    std::string host = address_of(from);
    host = host.substr(std::min(host.find('@') + 1, host.size()));
    return fmt::format(
        "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\nAuto-Submitted: "
        "auto-generated\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
        "base64\r\n\r\n{}",
        mail_date(env_.now()), from, to, header_text(headline(message)), env_.uuid(), host, lines);
  }

  const Route route_;
  Env& env_;
  std::vector<std::string> recipients_;
};

}  // namespace

std::unique_ptr<Channel> open_mail(const Route& route, Env& env) {
  return std::make_unique<Mail>(route, env);
}

}  // namespace leat::alerts
