#include "http/cassette.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>

#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/units.h"
#include "document/value.h"
#include "http/url.h"

namespace leat::http {
namespace {

using document::Value;

constexpr std::string_view kHidden = "***";
constexpr std::size_t kSecretNameMax = 64;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

// Names that tell of a page or a kind, not of a credential.
bool is_secret_name(std::string_view name) {
  std::string up = upper(name);
  for (std::string_view harmless :
       {"NEXT_PAGE_TOKEN", "PAGE_TOKEN", "PAGETOKEN", "NEXTPAGETOKEN", "TOKEN_TYPE", "SYNC_TOKEN",
        "NEXT_TOKEN", "NEXTTOKEN", "CONTINUATION_TOKEN"}) {
    if (up == harmless) return false;
  }
  return sounds_secret(up) || up == "KEY" || up == "AUTHORIZATION" || up.ends_with("_KEY") ||
         up.ends_with("APIKEY");
}

// Headers that answer and request need to be told apart by; all others stay out.
bool is_kept(std::string_view header) {
  std::string up = upper(header);
  for (std::string_view kept : {"CONTENT-TYPE", "LINK", "RETRY-AFTER", "LAST-MODIFIED", "ETAG", "LOCATION"}) {
    if (up == kept) return true;
  }
  return up.starts_with("X-") && !is_secret_name(up) && up.find("COOKIE") == std::string::npos;
}

std::string hidden_url(std::string_view url) {
  std::size_t mark = url.find('?');
  if (mark == std::string_view::npos) return redact(url);
  Query query = query_of(url);
  for (auto& [name, value] : query) {
    if (is_secret_name(name)) value = kHidden;
    value = redact(value);
  }
  return redact(url.substr(0, mark)) + "?" + encode_query(query);
}

// Where the text of a JSON member's name ends, for a name that begins behind `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at, text.size());
}

// "name": "value" pairs of JSON whose names are secrets lose their values.
std::string without_json_secrets(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t open = text.find('"', at);
    if (open == std::string_view::npos) break;
    std::size_t close = end_of_string(text, open + 1);
    std::size_t colon = text.find_first_not_of(" \t\r\n", std::min(close + 1, text.size()));
    std::size_t value = colon != std::string_view::npos && text[colon] == ':'
                            ? text.find_first_not_of(" \t\r\n", colon + 1)
                            : std::string_view::npos;
    std::string_view name = text.substr(open + 1, close - open - 1);
    bool hides = value != std::string_view::npos && text[value] == '"' && name.size() <= kSecretNameMax &&
                 is_secret_name(name);
    if (!hides) {
      std::size_t next = std::min(close + 1, text.size());
      out.append(text, at, next - at);
      at = next;
      continue;
    }
    std::size_t end = end_of_string(text, value + 1);
    // The secret may stand in later requests.
    if (end > value + 1) register_secret(text.substr(value + 1, end - value - 1));
    out.append(text, at, value + 1 - at);
    out += kHidden;
    at = end;
  }
  return out.append(text.substr(std::min(at, text.size())));
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i]);
    std::size_t more = c < 0x80 ? 0 : c >> 5 == 6 ? 1 : c >> 4 == 14 ? 2 : c >> 3 == 30 ? 3 : 9;
    if (more == 9 || i + more >= text.size() + (more == 0)) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += more + 1;
  }
  return true;
}

std::string exact_key(std::string_view method, std::string_view url, std::string_view body) {
  return fmt::format("{} {}\n{}", method, url, body);
}

// Method, path and the names of the parameters: what stays when only the time of day is another.
std::string loose_key(std::string_view method, std::string_view url) {
  std::vector<std::string> names;
  for (const auto& [name, value] : query_of(url)) names.push_back(name);
  std::sort(names.begin(), names.end());
  std::string out = fmt::format("{} {}", method, url.substr(0, url.find('?')));
  for (const std::string& name : names) out += "\n" + name;
  return out;
}

class Recorder final : public Cassette {
 public:
  Recorder(const std::string& path, Env& env)
      : file_(std::fopen(path.c_str(), "wb"), std::fclose), path_(path), bytes_max_(bytes_max(env)) {
    std::lock_guard lock(mutex_);
    write(fmt::format(R"({{"leat_cassette":1,"recorded_at":"{}"}})", format_iso_timestamp(env.now())));
  }
  bool plays() const override { return false; }
  bool is_over() const override { return is_full_; }
  Response play(const Request&) override { return {}; }
  void record(const Request& request, const Response& response) override {
    auto quoted = [](std::string_view text) { return document::json_quote(text); };
    std::string headers;
    for (const auto& [name, value] : response.headers.entries()) {
      if (!is_kept(name)) continue;
      headers += fmt::format("{}[{},{}]", headers.empty() ? "" : ",", quoted(name), quoted(redact(value)));
    }
    bool is_text = is_utf8(response.body.view());
    // Names first: what they show to be a secret is then taken out of everything.
    std::string body = is_text ? without_secret_members(response.body.view()) : "";
    std::string asked = without_secret_members(request.body);
    std::string line =
        fmt::format(R"({{"method":{},"url":{})", quoted(request.method), quoted(hidden_url(request.url)));
    if (!asked.empty()) line += ",\"body\":" + quoted(asked);
    line += fmt::format(R"(,"status":{},"headers":[{}],)", response.status, headers);
    line +=
        is_text ? "\"answer\":" + quoted(body) : "\"answer_base64\":\"" + base64(response.body.view()) + "\"";
    keep(line + "}");
  }

 private:
  static std::int64_t bytes_max(Env& env) {
    std::string given = env.variable(kRecordBytesVariable).value_or("");
    if (given.empty()) return kRecordBytesMax;
    if (std::optional<std::int64_t> bytes = parse_bytes(given); bytes && *bytes > 0) return *bytes;
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` is no size of a cassette", given),
                kRecordBytesVariable)
        .fix("Write a number of bytes, or one such as 200MB.");
  }
  void keep(const std::string& line) {
    std::lock_guard lock(mutex_);
    bool fits = written_ + static_cast<std::int64_t>(line.size()) < bytes_max_;
    if (fits && !is_full_) return write(line);
    if (!is_full_) write(fmt::format(R"({{"leat_cassette_end":{{"bytes_max":{}}}}})", bytes_max_));
    is_full_ = true;
    throw Error(ErrorCode::http_too_large,
                fmt::format("The cassette has reached its bound of {}", format_bytes(bytes_max_)), path_)
        .fix("Record fewer streams or less time, or raise --cassette-bytes (LEAT_HTTP_RECORD_BYTES).");
  }
  void write(const std::string& line) {
    bool wrote = file_ && std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size() &&
                 std::fputc('\n', file_.get()) == '\n' && std::fflush(file_.get()) == 0;
    if (!wrote) throw Error(ErrorCode::file_io, "The cassette can't be written", path_);
    written_ += static_cast<std::int64_t>(line.size()) + 1;
  }
  std::mutex mutex_;  // guards file_, written_
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::string path_;
  std::int64_t bytes_max_, written_ = 0;
  std::atomic<bool> is_full_ = false;
};

class Player final : public Cassette {
 public:
  explicit Player(const std::string& path) : path_(path) {
    std::string text = document::read_file(path);
    for (std::size_t at = 0; at < text.size();) {
      std::size_t stop = std::min(text.find('\n', at), text.size());
      if (stop > at) add(document::parse_json(std::string_view(text).substr(at, stop - at), path));
      at = stop + 1;
    }
  }
  bool plays() const override { return true; }
  bool is_over() const override { return is_over_; }
  void record(const Request&, const Response&) override {}
  Response play(const Request& request) override {
    std::string url = hidden_url(request.url);
    std::string key = exact_key(request.method, url, without_secret_members(request.body));
    std::lock_guard lock(mutex_);
    std::size_t found = unused(exact_[key]);
    if (found == kNone) found = unused(loose_[loose_key(request.method, url)]);
    // What was asked once may be asked again: the answer stays the same.
    if (found == kNone && !exact_[key].empty()) found = exact_[key].back();
    if (found == kNone && ended_at_ > 0) {
      is_over_ = true;
      throw Error(ErrorCode::http_not_recorded,
                  fmt::format("The recording ends here: it reached its bound of {}", format_bytes(ended_at_)),
                  path_)
          .fix("What came before stands; record it anew with a larger --cassette-bytes.");
    }
    if (found == kNone)
      throw Error(ErrorCode::http_not_recorded, "The cassette has no such request", url + " in " + path_);
    used_[found] = true;
    return answer(exchanges_[found], request);
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  void add(Value exchange) {
    if (exchange.find("leat_cassette")) return;
    if (const Value* end = exchange.find("leat_cassette_end")) {
      ended_at_ = (*end)["bytes_max"].integer();
      return;
    }
    std::string method = exchange["method"].raw(), url = exchange["url"].raw();
    exact_[exact_key(method, url, exchange["body"].raw())].push_back(exchanges_.size());
    loose_[loose_key(method, url)].push_back(exchanges_.size());
    exchanges_.push_back(std::move(exchange));
    used_.push_back(false);
  }
  std::size_t unused(const std::vector<std::size_t>& among) const {
    for (std::size_t index : among) {
      if (!used_[index]) return index;
    }
    return kNone;
  }
  static Response answer(const Value& exchange, const Request& request) {
    Response response;
    response.status = static_cast<int>(exchange["status"].integer());
    response.url = request.url;
    for (const Value& header : exchange["headers"].items()) {
      if (header.items().size() == 2) response.headers.add(header.items()[0].raw(), header.items()[1].raw());
    }
    response.body.append(exchange.find("answer")
                             ? exchange["answer"].raw()
                             : decode_base64(exchange["answer_base64"].raw()).value_or(""));
    return response;
  }

  std::mutex mutex_;  // guards all below
  std::string path_;
  std::vector<Value> exchanges_;
  std::vector<bool> used_;
  std::atomic<bool> is_over_ = false;
  std::int64_t ended_at_ = 0;  // the bound that ended the recording; 0: none did
  std::map<std::string, std::vector<std::size_t>> exact_, loose_;
};

}  // namespace

std::string without_secret_members(std::string_view text) {
  std::size_t first = text.find_first_not_of(" \t\r\n");
  bool is_json = first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  bool is_form = !is_json && text.size() < 64u << 10 && text.find('=') != std::string_view::npos &&
                 text.find_first_of(" \n<") == std::string_view::npos;
  if (is_json) return redact(without_json_secrets(text));
  if (!is_form) return redact(text);
  Query fields = query_of("?" + std::string(text));
  for (auto& [name, value] : fields) {
    if (is_secret_name(name)) value = kHidden;
  }
  return redact(encode_query(fields));
}

std::shared_ptr<Cassette> open_cassette(Env& env) {
  static std::mutex mutex;  // guards open
  static std::map<std::string, std::shared_ptr<Cassette>> open;
  std::string played = env.variable(kReplayVariable).value_or(""),
              recorded = env.variable(kRecordVariable).value_or("");
  if (played.empty() && recorded.empty()) return nullptr;
  std::lock_guard lock(mutex);
  std::shared_ptr<Cassette>& cassette = open[played.empty() ? "record " + recorded : "play " + played];
  if (cassette) return cassette;
  if (played.empty()) {
    cassette = std::make_shared<Recorder>(recorded, env);
  } else {
    cassette = std::make_shared<Player>(played);
  }
  return cassette;
}

bool cassette_is_over(Env& env) {
  std::shared_ptr<Cassette> cassette = open_cassette(env);
  return cassette && cassette->is_over();
}

std::string cassette_time(const std::string& path) {
  std::string text = document::read_file(path);
  return document::parse_json(std::string_view(text).substr(0, text.find('\n')), path)["recorded_at"].raw();
}

}  // namespace leat::http
