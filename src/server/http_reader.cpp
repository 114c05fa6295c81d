#include "server/http_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace leat::server {
namespace {

constexpr std::size_t kPiece = 16 << 10, kChunkLineMax = 256;

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string_view trimmed(std::string_view text) {
  std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  });
}

// A path as servers of files and of calls may have it: no blanks, no NUL, nothing that needs to be guessed.
bool is_target(std::string_view text) {
  if (!text.starts_with('/')) return false;
  if (lower(text).find("%00") != std::string::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

std::optional<std::size_t> number(std::string_view digits, int base, std::size_t digits_max) {
  std::size_t out = 0;
  if (digits.empty() || digits.size() > digits_max) return std::nullopt;
  auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
  if (failed != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return out;
}

std::optional<HttpRefusal> read_request_line(std::string_view line, const WebLimits& limits, HttpHead& head) {
  std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return HttpRefusal{400, "The request line is wrong."};
  std::string_view method = line.substr(0, first), target = line.substr(first + 1, last - first - 1),
                   version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return HttpRefusal{505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  if (!is_token(method)) return HttpRefusal{400, "The request line is wrong."};
  constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  if (std::find(std::begin(kMethods), std::end(kMethods), method) == std::end(kMethods))
    return HttpRefusal{501, "There is no such method here."};
  if (target.size() > limits.target_bytes) return HttpRefusal{414, "The address is too long."};
  if (!is_target(target)) return HttpRefusal{400, "The address is wrong."};
  head.method = method;
  head.target = target;
  head.is_old = version == "HTTP/1.0";
  return std::nullopt;
}

// What the headers together say of the body and of the host.
struct Framing {
  int hosts = 0, lengths = 0, codings = 0;
};

std::optional<HttpRefusal> take_header(const std::string& name, std::string_view value, HttpHead& head,
                                       Framing& framing) {
  if (name == "host") {
    if (++framing.hosts > 1 || !is_host(value)) return HttpRefusal{400, "The Host is wrong."};
  } else if (name == "content-length") {
    std::optional<std::size_t> length = number(value, 10, 15);
    if (++framing.lengths > 1 || !length) return HttpRefusal{400, "The Content-Length is wrong."};
    head.length = *length;
  } else if (name == "transfer-encoding") {
    if (++framing.codings > 1 || lower(value) != "chunked" || head.is_old)
      return HttpRefusal{400, "The Transfer-Encoding is wrong."};
    head.is_chunked = true;
  } else if (name == "content-encoding" && lower(value) != "identity") {
    return HttpRefusal{415, "Bodies are taken as they are, not compressed."};
  } else if (name == "content-type" && lower(value).starts_with("multipart/")) {
    return HttpRefusal{415, "Bodies of several parts are not taken."};
  } else if (name == "expect") {
    if (lower(value) != "100-continue") return HttpRefusal{417, "Only 100-continue may be expected."};
    head.waits_for_continue = true;
  }
  return std::nullopt;
}

}  // namespace

std::variant<HttpHead, HttpRefusal> read_head(std::string_view text, const WebLimits& limits) {
  HttpHead head;
  Framing framing;
  bool is_first = true;
  for (;;) {
    std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return HttpRefusal{400, "The head has no end."};
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    if (line.empty()) break;
    if (is_first) {
      is_first = false;
      if (auto refusal = read_request_line(line, limits, head)) return *refusal;
      continue;
    }
    std::size_t colon = line.find(':');
    std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || !is_token(name)) return HttpRefusal{400, "A header is wrong."};
    std::string_view value = trimmed(line.substr(colon + 1));
    if (!is_value(value)) return HttpRefusal{400, "A header's value is wrong."};
    if (head.headers.size() == limits.headers) return HttpRefusal{431, "There are too many headers."};
    std::string known = lower(name);
    if (auto refusal = take_header(known, value, head, framing)) return *refusal;
    head.headers.emplace_back(std::move(known), value);
  }
  if (is_first) return HttpRefusal{400, "The request line is wrong."};
  if (framing.hosts == 0 && !head.is_old) return HttpRefusal{400, "The Host is missing."};
  if (head.is_chunked && framing.lengths > 0)
    return HttpRefusal{400, "A Content-Length beside a Transfer-Encoding is wrong."};
  bool has_body = head.is_chunked || head.length > 0;
  if (has_body && (head.method == "GET" || head.method == "HEAD" || head.method == "OPTIONS"))
    return HttpRefusal{400, "A request of this method has no body."};
  if (head.length > limits.body_bytes) return HttpRefusal{413, "The body is too large."};
  return head;
}

std::string request_text(const HttpHead& head, std::string_view body) {
  std::string out = head.method + " " + head.target + (head.is_old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const auto& [name, value] : head.headers) {
    // Framing is ours; parts of files are more work than a file; what begins another protocol is not spoken.
    // The library would take the last three for what it knows of the connection.
    static constexpr std::string_view kOurs[] = {
        "content-length", "transfer-encoding", "te",        "trailer",  "expect",
        "upgrade",        "http2-settings",    "range",     "if-range", "remote_addr",
        "remote_port",    "local_addr",        "local_port"};
    if (std::find(std::begin(kOurs), std::end(kOurs), name) != std::end(kOurs)) continue;
    out += name + ": " + value + "\r\n";
  }
  bool takes_body = head.method != "GET" && head.method != "HEAD" && head.method != "OPTIONS";
  if (takes_body) out += fmt::format("content-length: {}\r\n", body.size());
  out += "\r\n";
  return out.append(body);
}

bool HttpReader::refuse(int status, std::string_view why) {
  refusal_ = {status, why};
  return false;
}

// Reads some more; false at the end of the connection or of the time.
bool HttpReader::more(Deadline deadline) {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - env_.steady());
  if (is_at_end_ || left.count() <= 0) return false;
  char piece[kPiece];
  long got = channel_.read(piece, sizeof piece, left);
  if (got <= 0) {
    is_at_end_ = got == 0;
    return false;
  }
  buffer_.append(piece, static_cast<std::size_t>(got));
  return true;
}

HttpReader::Next HttpReader::next(std::chrono::milliseconds patience) {
  if (buffer_.empty() && !more(env_.steady() + patience)) return Next::end;
  Deadline deadline = env_.steady() + limits_.head;
  // Some clients send an empty line behind a body.
  if (buffer_.starts_with("\r\n")) buffer_.erase(0, 2);
  std::size_t end;
  for (std::size_t looked = 0;;) {
    end = buffer_.find("\r\n\r\n", looked < 3 ? 0 : looked - 3);
    if (end != std::string::npos) break;
    looked = buffer_.size();
    if (looked > limits_.head_bytes) return refuse(431, "The head is too large."), Next::refused;
    if (more(deadline)) continue;
    if (is_at_end_) return Next::end;
    return refuse(408, "The request did not come in time."), Next::refused;
  }
  if (end > limits_.head_bytes) return refuse(431, "The head is too large."), Next::refused;
  std::variant<HttpHead, HttpRefusal> read = read_head(std::string_view(buffer_).substr(0, end + 4), limits_);
  if (const HttpRefusal* refusal = std::get_if<HttpRefusal>(&read)) {
    refusal_ = *refusal;
    return Next::refused;
  }
  const HttpHead& head = std::get<HttpHead>(read);
  buffer_.erase(0, end + 4);
  std::string body;
  if (!read_body(head, body)) return is_at_end_ ? Next::end : Next::refused;
  request_ = request_text(head, body);
  return Next::request;
}

bool HttpReader::read_body(const HttpHead& head, std::string& body) {
  if (!head.is_chunked && head.length == 0) return true;
  if (head.waits_for_continue && buffer_.empty()) channel_.write("HTTP/1.1 100 Continue\r\n\r\n");
  Deadline deadline = env_.steady() + limits_.body;
  if (head.is_chunked) return read_chunks(body, deadline);
  while (buffer_.size() < head.length) {
    if (!more(deadline)) return refuse(408, "The body did not come in time.");
  }
  body = buffer_.substr(0, head.length);
  buffer_.erase(0, head.length);
  return true;
}

bool HttpReader::read_chunks(std::string& body, Deadline deadline) {
  for (;;) {
    std::optional<std::string> size = line(deadline);
    if (!size) return false;
    std::optional<std::size_t> length = number(std::string_view(*size).substr(0, size->find(';')), 16, 8);
    if (!length || !is_value(*size)) return refuse(400, "A chunk's size is wrong.");
    if (*length == 0) break;
    if (body.size() + *length > limits_.body_bytes) return refuse(413, "The body is too large.");
    while (buffer_.size() < *length + 2) {
      if (!more(deadline)) return refuse(408, "The body did not come in time.");
    }
    if (buffer_.compare(*length, 2, "\r\n") != 0) return refuse(400, "A chunk has no end.");
    body.append(buffer_, 0, *length);
    buffer_.erase(0, *length + 2);
  }
  std::optional<std::string> last = line(deadline);
  if (!last) return false;
  return last->empty() || refuse(400, "Trailers are not taken.");
}

// A line without its end; nullopt where it is refused.
std::optional<std::string> HttpReader::line(Deadline deadline) {
  std::size_t end;
  while ((end = buffer_.find("\r\n")) == std::string::npos || end > kChunkLineMax) {
    if (buffer_.size() > kChunkLineMax) {
      refuse(400, "A chunk's size is too long.");
      return std::nullopt;
    }
    if (!more(deadline)) {
      refuse(408, "The body did not come in time.");
      return std::nullopt;
    }
  }
  std::string out = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return out;
}

void HttpReader::drain() {
  constexpr std::chrono::milliseconds kMoment{1000};
  Deadline deadline = env_.steady() + kMoment;
  for (std::size_t passed = 0; passed < 2 * limits_.body_bytes; passed += buffer_.size()) {
    buffer_.clear();
    if (!more(deadline)) return;
  }
}

}  // namespace leat::server
