// rooms: http
//
// Fuzzes what arrives in headers and settings: URLs, queries, dates, Retry-After. The input is an address, a
// reference and a header's value, a line each. What is encoded is decoded to the same; what is printed has
// no password.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/cassette.h"
#include "http/message.h"
#include "http/network_policy.h"
#include "http/retry.h"
#include "http/url.h"
#include "input.h"

namespace {

using namespace leat;

void look_at(std::string_view url) {
  http::query_of(url);
  http::requote(url);
  http::host(url);
  http::origin(url);
  http::safe_url(url);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::string_view base = fuzz::take_line(rest), reference = fuzz::take_line(rest), value = rest;
  LEAT_ASSERT(http::decode(http::encode(value)) == value);
  http::decode(value);
  http::Query query = {{std::string(reference), std::string(value)}, {"b", std::string(base)}};
  LEAT_ASSERT(http::query_of("http://x/?" + http::encode_query(query)) == query);
  for (std::string_view url : {base, reference}) {
    try {
      look_at(url);
      look_at(http::join(base, url));
      look_at(http::with_query(std::string(url), query));
    } catch (const Error& error) {
      LEAT_ASSERT(error.code() == ErrorCode::config_invalid);
    }
  }
  try {
    std::string shown = http::safe_url("https://user:pass-word-of-it@host/" + std::string(reference));
    LEAT_ASSERT(shown.find("pass-word-of-it") == std::string::npos ||
                reference.find("pass-word-of-it") != std::string_view::npos);
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() == ErrorCode::config_invalid);
  }
  http::without_secret_members(value);
  try {
    http::NetworkPolicy policy(reference, value);
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() == ErrorCode::config_invalid);
  }
  constexpr Timestamp kNow(std::chrono::seconds(1'700'000'000));
  http::parse_http_date(value);
  if (auto wait = http::parse_retry_after(value, kNow)) LEAT_ASSERT(wait->count() >= 0);
  return 0;
}
