#include <doctest/doctest.h>

#include <random>

#include "sources/declarative/calendar_duration.h"
#include "sources/declarative/datetime_cursor.h"
#include "sources/declarative/datetime_format.h"

using namespace leat;
using namespace leat::sources::declarative;

namespace {
Timestamp at(const char* text) {
  return *parse_iso_timestamp(text);
}
std::string shown(std::optional<Timestamp> time) {
  return time ? format_iso_timestamp(*time) : "none";
}
}  // namespace

TEST_CASE("datetimes are read in the formats that connectors use") {
  auto read = [](const char* text, const char* format) { return shown(parse_datetime(text, format)); };
  CHECK(read("2021-01-02T03:04:05.123456Z", "%Y-%m-%dT%H:%M:%S.%fZ") == "2021-01-02T03:04:05.123456Z");
  CHECK(read("2021-01-02T03:04:05.1Z", "%Y-%m-%dT%H:%M:%S.%fZ") == "2021-01-02T03:04:05.100Z");
  CHECK(read("2021-01-02T03:04:05.678Z", "%Y-%m-%dT%H:%M:%S.%_msZ") == "2021-01-02T03:04:05.678Z");
  CHECK(read("2021-01-02", "%Y-%m-%d") == "2021-01-02T00:00:00Z");
  CHECK(read("2021-1-2", "%Y-%m-%d") == "2021-01-02T00:00:00Z");
  CHECK(read("20210102", "%Y%m%d") == "2021-01-02T00:00:00Z");
  CHECK(read("2021-01-02T03:04:05+0130", "%Y-%m-%dT%H:%M:%S%z") == "2021-01-02T01:34:05Z");
  CHECK(read("2021-01-02T03:04:05-02:00", "%Y-%m-%dT%H:%M:%S%z") == "2021-01-02T05:04:05Z");
  CHECK(read("2021-01-02T03:04:05Z", "%Y-%m-%dT%H:%M:%S%z") == "2021-01-02T03:04:05Z");
  CHECK(read("1609556645", "%s") == "2021-01-02T03:04:05Z");
  CHECK(read("1609556645.5", "%s_as_float") == "2021-01-02T03:04:05.500Z");
  CHECK(read("1609556645123", "%ms") == "2021-01-02T03:04:05.123Z");
  CHECK(read("1609556645123456", "%epoch_microseconds") == "2021-01-02T03:04:05.123456Z");
  CHECK(read("Sat, 2 Jan 2021", "%a, %d %b %Y") == "2021-01-02T00:00:00Z");
  CHECK(read("January 2, 2021 11:30 PM", "%B %d, %Y %I:%M %p") == "2021-01-02T23:30:00Z");
  CHECK(read("created_on:gt:2021-01-02", "created_on:gt:%Y-%m-%d") == "2021-01-02T00:00:00Z");
  for (auto [written, format] :
       {std::pair("2021-02-30", "%Y-%m-%d"), std::pair("2021-01-02x", "%Y-%m-%d"),
        std::pair("21-01-02", "%Y-%m-%d"), std::pair("", "%Y-%m-%d"), std::pair("1.5", "%s"),
        std::pair("99999999999999999999", "%s"), std::pair("2021", "%Q")}) {
    const char* text = written;  // a lambda of CAPTURE can't hold a structured binding
    CAPTURE(text);
    CHECK(read(text, format) == "none");
  }
}

TEST_CASE("datetimes are printed in the cursor's own format") {
  Timestamp time = at("2021-01-02T03:04:05.123456");
  CHECK(format_datetime(time, "%Y-%m-%dT%H:%M:%S.%fZ") == "2021-01-02T03:04:05.123456Z");
  CHECK(format_datetime(time, "%Y-%m-%dT%H:%M:%S.%_msZ") == "2021-01-02T03:04:05.123Z");
  CHECK(format_datetime(time, "%Y-%m-%dT%H:%M:%S%z") == "2021-01-02T03:04:05+0000");
  CHECK(format_datetime(time, "%s") == "1609556645");
  CHECK(format_datetime(time, "%ms") == "1609556645123");
  CHECK(format_datetime(time, "%epoch_microseconds") == "1609556645123456");
  CHECK(format_datetime(time, "%s_as_float") == "1609556645.123456");
  CHECK(format_datetime(at("2021-01-02"), "%s_as_float") == "1609545600.0");
  CHECK(format_datetime(time, "%a %A %b %B %e %j %I%p %y %%") == "Sat Saturday Jan January  2 002 03AM 21 %");
  CHECK(format_datetime(at("1969-12-31T23:59:59.5"), "%s") == "-1");
}

TEST_CASE("what a format prints it reads back") {
  std::mt19937_64 random(7);
  for (const char* format : {"%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S.%f%z", "%epoch_microseconds",
                             "%d/%b/%Y %I:%M:%S.%f %p", "%Y-%j %H:%M:%S.%f"}) {
    for (int i = 0; i < 500; ++i) {
      Timestamp time(std::chrono::microseconds(static_cast<std::int64_t>(random() % 4'000'000'000'000'000)));
      CAPTURE(format);
      CHECK(shown(parse_datetime(format_datetime(time, format), format)) == shown(time));
    }
  }
}

TEST_CASE("ISO durations know calendar months and fractions of seconds") {
  auto added = [](const char* from, const char* duration) {
    return shown(plus(at(from), *parse_iso_duration(duration)));
  };
  CHECK(added("2024-01-31", "P1M") == "2024-02-29T00:00:00Z");
  CHECK(added("2023-01-31T10:00:00", "P1M") == "2023-02-28T10:00:00Z");
  CHECK(added("2024-02-29", "P1Y") == "2025-02-28T00:00:00Z");
  CHECK(added("2024-01-01", "P1W") == "2024-01-08T00:00:00Z");
  CHECK(added("2024-01-01", "P1DT2H3M4.5S") == "2024-01-02T02:03:04.500Z");
  CHECK(added("2024-01-01", "PT0.001S") == "2024-01-01T00:00:00.001Z");
  CHECK(added("2024-01-01", "-P1D") == "2023-12-31T00:00:00Z");
  CHECK(shown(minus(at("2024-03-31"), *parse_iso_duration("P1M"))) == "2024-02-29T00:00:00Z");
  for (const char* text :
       {"", "P", "PT", "1D", "P1", "PD", "P1H", "PT1D", "P1.5M", "P1DT", "-", "Pxx", "P1D1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_iso_duration(text));
  }
}

TEST_CASE("windows follow each other without a gap beyond the granularity, and without an overlap") {
  std::mt19937_64 random(11);
  const char* steps[] = {"P7D", "P1M", "PT1H", "P1D", "P1Y", "PT37M"};
  const char* granularities[] = {"PT0.001S", "PT1S", "P1D", "PT0.000001S"};
  for (int i = 0; i < 2000; ++i) {
    Timestamp from(std::chrono::seconds(1'500'000'000 + static_cast<std::int64_t>(random() % 100'000'000)));
    Timestamp to = from + std::chrono::minutes(static_cast<std::int64_t>(random() % 100'000) + 1);
    auto step = parse_iso_duration(steps[random() % std::size(steps)]);
    auto granularity = parse_iso_duration(granularities[random() % std::size(granularities)]);
    if (plus(from, *step) <= plus(from, *granularity)) continue;
    std::vector<TimeSpan> spans = slice({from, to}, step, granularity);
    REQUIRE(!spans.empty());
    REQUIRE(spans.front().from == from);
    REQUIRE(spans.back().to == to);
    for (std::size_t k = 0; k < spans.size(); ++k) {
      REQUIRE(spans[k].from <= spans[k].to);
      if (k > 0) REQUIRE(spans[k].from == plus(spans[k - 1].to, *granularity));
    }
    std::vector<TimeSpan> shared = slice({from, to}, step, std::nullopt);
    for (std::size_t k = 1; k < shared.size(); ++k) REQUIRE(shared[k].from == shared[k - 1].to);
  }
  CHECK(slice({at("2024-01-01"), at("2024-06-01")}, std::nullopt, std::nullopt).size() == 1);
}
