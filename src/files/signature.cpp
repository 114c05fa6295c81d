#include "files/signature.h"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "files/location.h"

namespace leat::files {
namespace {

std::string hex(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char each : bytes) {
    auto c = static_cast<unsigned char>(each);
    out += kHex[c >> 4];
    out += kHex[c & 15];
  }
  return out;
}

std::string_view as_text(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// The parts of a URL that are signed, as they are sent.
struct SentUrl {
  std::string host, path, query;
};

SentUrl split(std::string_view url) {
  SentUrl out;
  std::size_t start = url.find("://");
  std::string_view rest = url.substr(start == std::string_view::npos ? 0 : start + 3);
  std::string_view scheme = url.substr(0, start == std::string_view::npos ? 0 : start);
  std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  out.host = rest.substr(0, slash);
  // A client leaves the scheme's own port out of Host.
  std::string_view port = scheme == "https" ? ":443" : ":80";
  if (out.host.ends_with(port)) out.host = out.host.substr(0, out.host.size() - port.size());
  rest.remove_prefix(slash);
  std::size_t mark = std::min(rest.find('?'), rest.size());
  out.path = rest.substr(0, mark);
  if (out.path.empty()) out.path = "/";
  if (mark < rest.size()) out.query = rest.substr(mark + 1);
  return out;
}

std::string sorted_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> all;
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    std::size_t equals = std::min(pair.find('='), pair.size());
    all.emplace_back(pair.substr(0, equals), equals < pair.size() ? pair.substr(equals + 1) : "");
  }
  std::sort(all.begin(), all.end());
  std::string out;
  for (const auto& [name, value] : all) out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Outer blanks gone, inner runs of blanks as one.
std::string trimmed(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string amz_date(Timestamp now) {
  std::string iso = format_iso_timestamp(std::chrono::floor<std::chrono::seconds>(now));
  std::string out;
  for (char c : iso) {
    if (c != '-' && c != ':') out += c;
  }
  return out;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return hex(as_text(digest, sizeof digest));
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest, &size);
  return std::string(as_text(digest, size));
}

std::string canonical_request(const http::Request& request, const SigningScope& scope,
                              std::string_view payload_hash, std::string* signed_headers) {
  SentUrl url = split(request.url);
  std::map<std::string, std::string> headers;
  headers["host"] = url.host;
  for (const auto& [name, value] : request.headers.entries()) {
    std::string key = lower(name);
    if (key == "authorization" || key == "user-agent") continue;
    std::string& held = headers[key];
    held = held.empty() || key == "host" ? trimmed(value) : held + "," + trimmed(value);
  }
  std::string lines;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + value + "\n";
    *signed_headers += (signed_headers->empty() ? "" : ";") + name;
  }
  // S3 signs the path as it is sent; every other service encodes it once more.
  std::string path = scope.service == "s3" ? url.path : percent_encode(url.path, true);
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, path, sorted_query(url.query), lines,
                     *signed_headers, payload_hash);
}

void sign(http::Request& request, const AwsKeys& keys, const SigningScope& scope, Timestamp now) {
  std::string at = amz_date(now), day = at.substr(0, 8);
  std::string payload_hash = sha256_hex(request.body);
  request.headers.erase("Authorization");
  request.headers.set("x-amz-date", at);
  if (scope.service == "s3") request.headers.set("x-amz-content-sha256", payload_hash);
  request.headers.erase("x-amz-security-token");
  if (!keys.session_token.empty()) {
    request.headers.set("x-amz-security-token", keys.session_token);
    request.secret_headers = {"x-amz-security-token"};
  }
  std::string signed_headers;
  std::string canonical = canonical_request(request, scope, payload_hash, &signed_headers);
  std::string credential = fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
  std::string to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", at, credential, sha256_hex(canonical));
  std::string key = "AWS4" + keys.secret_key;
  for (std::string_view step : {std::string_view(day), std::string_view(scope.region),
                                std::string_view(scope.service), std::string_view("aws4_request")}) {
    key = hmac_sha256(key, step);
  }
  request.headers.set(
      "Authorization",
      fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}", keys.access_key,
                  credential, signed_headers, hex(hmac_sha256(key, to_sign))));
}

}  // namespace leat::files
