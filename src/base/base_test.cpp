#include <doctest/doctest.h>

#include "base/env.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/secret_source.h"
#include "base/text.h"
#include "base/time.h"
#include "base/units.h"

using namespace leat;

TEST_CASE("an error prints its code, place, case and advice") {
  Error error(ErrorCode::http_unauthorized, "The token was refused", "https://data.example/resource/x.json");
  CHECK(std::string(error.what()) ==
        "LEAT-HTTP-401 at https://data.example/resource/x.json: The token was refused\n"
        "  what to do: Check the token, key or password in the connection's config.");
  CHECK(find_error("LEAT-HTTP-401")->fault == Fault::user);
}

TEST_CASE("instants are read in ISO 8601 and printed back") {
  CHECK(format_iso_timestamp(*parse_iso_timestamp("2023-11-14T11:02:01.256Z")) == "2023-11-14T11:02:01.256Z");
  CHECK(format_iso_timestamp(*parse_iso_timestamp("2023-11-14 11:02:01+01:30")) == "2023-11-14T09:32:01Z");
  CHECK(format_iso_timestamp(*parse_iso_timestamp("1969-12-31T23:59:59.999999")) ==
        "1969-12-31T23:59:59.999999Z");
  CHECK(format_iso_date(*parse_iso_date("2024-02-29")) == "2024-02-29");
  CHECK_FALSE(parse_iso_date("2023-02-29"));
  CHECK(format_sql_timestamp(Timestamp(std::chrono::microseconds(INT64_MAX))) ==
        "294247-01-10 04:00:54.775807");
  CHECK(format_sql_timestamp(Timestamp(std::chrono::microseconds(INT64_MIN))) ==
        "-290308-12-21 19:59:05.224192");
  CHECK(format_iso_date(INT32_MAX) == "5881580-07-11");
  CHECK(format_iso_date(-735525) == "-0044-03-15");
  CHECK(format_iso_date(INT32_MIN) == "-5877641-06-23");
  CHECK_FALSE(parse_iso_timestamp("2023-01-01T25:00:00"));
  CHECK_FALSE(parse_iso_timestamp("2023-01-01T10:00:00 tomorrow"));
}

TEST_CASE("durations, sizes and counts are read and printed as people write them") {
  CHECK(parse_duration("1h30m") == std::chrono::minutes(90));
  CHECK(parse_duration("250ms") == std::chrono::milliseconds(250));
  CHECK_FALSE(parse_duration("30"));
  CHECK(parse_bytes("8MB") == 8 * 1024 * 1024);
  CHECK(format_count(-9937) == "-9,937");
  CHECK(format_count(100) == "100");
}

TEST_CASE("text is trimmed at both ends, and what is blank is empty") {
  CHECK(trimmed(" \t a b\r\n\v\f") == "a b");
  CHECK(trimmed("a") == "a");
  CHECK(trimmed(" \n ").empty());
  CHECK(trimmed("").empty());
}

TEST_CASE("a fixed clock moves only by waiting") {
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-01")), 7);
  env.wait(std::chrono::hours(1));
  CHECK(format_iso_timestamp(env.now()) == "2026-01-01T01:00:00Z");
  env.request_stop();
  CHECK_THROWS_AS(env.wait(std::chrono::seconds(1)), Error);
}

TEST_CASE("registered secrets are removed from text") {
  register_secret("s3cr3t-token");
  CHECK(redact("?token=s3cr3t-token&x=1") == "?token=***&x=1");
}

TEST_CASE("of a secret that begins as another one does nothing is left") {
  register_secret("sh0rt");
  register_secret("sh0rt-and-longer");
  CHECK(redact("by sh0rt-and-longer and by sh0rt") == "by *** and by ***");
}

TEST_CASE("what a source of secrets gives is one from then on") {
  provide_secrets("vault", [](const std::string& reference) { return reference + "-from-the-vault\n"; });
  CHECK(read_secret("vault", "key") == "key-from-the-vault");
  CHECK(redact("it is key-from-the-vault") == "it is ***");
}
