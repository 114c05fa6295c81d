#include "run/schedules/cron.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "base/time.h"
#include "run/schedules/ticks.h"

namespace leat::run {
namespace {

using std::chrono::sys_seconds;

sys_seconds instant(const std::string& text) {
  return std::chrono::floor<std::chrono::seconds>(*parse_iso_timestamp(text));
}

std::vector<std::string> split(const std::string& line, const std::string& by) {
  std::vector<std::string> parts;
  std::size_t at = 0, end;
  while ((end = line.find(by, at)) != std::string::npos) {
    parts.push_back(line.substr(at, end - at));
    at = end + by.size();
  }
  parts.push_back(line.substr(at));
  return parts;
}

std::vector<std::string> golden(const std::string& name) {
  std::ifstream file(std::string(std::getenv("LEAT_SOURCE_DIR")) + "/src/run/testdata/" + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string minutes_text(sys_seconds tick) {
  return format_iso_timestamp(tick).substr(0, 16) + "Z";
}

std::string next_in_utc(const std::string& expression, const std::string& after) {
  std::optional<sys_seconds> next =
      next_tick(CronExpression::parse(expression), TimeZone("UTC"), instant(after));
  return next ? format_iso_timestamp(*next) : "never";
}

std::string problem(const std::string& expression) {
  try {
    CronExpression::parse(expression, "leat.yml:3:4");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::schedule_invalid);
    CHECK(error.where() == "leat.yml:3:4");
    return error.what_failed();
  }
  return "";
}

}  // namespace

TEST_CASE("expressions that manuals print are due when an independent search finds them to be") {
  std::vector<std::string> lines = golden("cron_corpus.txt");
  REQUIRE(lines.size() > 80);
  for (const std::string& line : lines) {
    std::vector<std::string> parts = split(line, " | ");
    std::string found;
    for (sys_seconds tick :
         next_ticks(CronExpression::parse(parts[0]), TimeZone("UTC"), instant("2024-01-31T12:34:56Z"), 5))
      found += (found.empty() ? "" : " ") + minutes_text(tick);
    CHECK_MESSAGE(found == parts[1], parts[0]);
  }
}

TEST_CASE("two years of ticks in zones with daylight saving are those that trying every minute finds") {
  std::vector<std::string> lines = golden("cron_zones.txt");
  REQUIRE(lines.size() > 60);
  for (const std::string& line : lines) {
    std::vector<std::string> parts = split(line, " | ");
    CronExpression cron = CronExpression::parse(parts[1]);
    TimeZone zone(parts[0]);
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    std::int64_t count = 0;
    std::string all;
    sys_seconds at = instant("2023-12-31T23:59:59Z"), end = instant("2026-01-01T00:00:00Z");
    for (auto next = next_tick(cron, zone, at); next && *next < end; next = next_tick(cron, zone, *next)) {
      for (char c : (count > 0 ? " " : "") + std::to_string(next->time_since_epoch().count()))
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
      ++count;
      all += minutes_text(*next) + " ";
    }
    CHECK_MESSAGE(std::to_string(count) == parts[2], line);
    CHECK_MESSAGE(hash == std::stoull(parts[3], nullptr, 16), line);
    for (const std::string& tick : split(parts[4], " "))
      CHECK_MESSAGE(all.find(tick) != std::string::npos, parts[0], " ", parts[1], " ", tick);
  }
}

TEST_CASE("a time of day that the clock leaves out is made up for at once, and only once") {
  TimeZone berlin("Europe/Berlin");
  std::vector<sys_seconds> ticks =
      next_ticks(CronExpression::parse("10,40 2 * * *"), berlin, instant("2025-03-29T12:00:00Z"), 3);
  CHECK(minutes_text(ticks[0]) == "2025-03-30T01:00Z");  // 03:00 local, when 02:00 to 03:00 was left out
  CHECK(minutes_text(ticks[1]) == "2025-03-31T00:10Z");
  CHECK(minutes_text(ticks[2]) == "2025-03-31T00:40Z");
}

TEST_CASE("a time of day that comes twice is due the first time, a rhythm is due both times") {
  TimeZone berlin("Europe/Berlin");
  sys_seconds before = instant("2025-10-25T23:00:00Z");
  std::vector<sys_seconds> fixed = next_ticks(CronExpression::parse("30 2 * * *"), berlin, before, 2);
  CHECK(minutes_text(fixed[0]) == "2025-10-26T00:30Z");
  CHECK(minutes_text(fixed[1]) == "2025-10-27T01:30Z");
  std::vector<sys_seconds> rhythm = next_ticks(CronExpression::parse("30 * * * *"), berlin, before, 3);
  CHECK(minutes_text(rhythm[0]) == "2025-10-25T23:30Z");
  CHECK(minutes_text(rhythm[1]) == "2025-10-26T00:30Z");
  CHECK(minutes_text(rhythm[2]) == "2025-10-26T01:30Z");
  // Asked in between, it is not due a second time either.
  CHECK(minutes_text(*next_tick(CronExpression::parse("30 2 * * *"), berlin,
                                instant("2025-10-26T01:05:00Z"))) == "2025-10-27T01:30Z");
}

TEST_CASE("seconds come first where there are six fields") {
  CHECK(next_in_utc("15/35 20-35/15 1/2 * * *", "2012-07-09T23:35:51Z") == "2012-07-10T01:20:15Z");
  CHECK(next_in_utc("0 0 0 * Feb Mon/2", "2012-07-09T23:35:00Z") == "2013-02-01T00:00:00Z");
  CHECK(next_in_utc("*/20 * * * * *", "2012-12-31T23:59:45Z") == "2013-01-01T00:00:00Z");
  CHECK(next_in_utc("0 0 0 29 Feb ?", "2012-07-09T23:35:00Z") == "2016-02-29T00:00:00Z");
}

TEST_CASE("the 29th of February comes every fourth year, and not in 2100") {
  CHECK(next_in_utc("0 0 29 2 *", "2024-02-29T00:00:00Z") == "2028-02-29T00:00:00Z");
  CHECK(next_in_utc("0 0 29 2 *", "2096-03-01T00:00:00Z") == "2104-02-29T00:00:00Z");
}

TEST_CASE("what is no expression is refused with the field that is wrong") {
  for (const char* wrong : {"",
                            "* * * *",
                            "* * * * * * *",
                            "60 0 * * *",
                            "0 24 * * *",
                            "0 0 0 * *",
                            "0 0 32 * *",
                            "0 0 * 13 *",
                            "0 0 * * 8",
                            "0 0 * * XYZ",
                            "0 0 * FOO *",
                            "15/0 * * * *",
                            "5-1 * * * *",
                            "*/61 * * * *",
                            "1,,2 * * * *",
                            "1- * * * *",
                            "-1 * * * *",
                            "1-2-3 * * * *",
                            "*5 * * * *",
                            "0 0 L-31 * *",
                            "0 0 W * *",
                            "0 0 * * 1#6",
                            "0 0 * * 1#0",
                            "@reboot",
                            "@every 5m",
                            "xyz",
                            "0 0 30 2 *",
                            "0 0 31 4,6,9,11 *",
                            "? * * * *"})
    CHECK_MESSAGE(!problem(wrong).empty(), wrong);
  CHECK(problem("0 25 * * *").find("the hour `25` is not from 0 to 23") != std::string::npos);
  CHECK(problem("0 0 30 2 *").find("no such day ever comes") != std::string::npos);
}

TEST_CASE("a zone that is not there is refused, and a near one is named") {
  try {
    TimeZone zone("Europe/Berln", "leat.yml:3:4");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::schedule_invalid);
    CHECK(error.what_failed().find("Europe/Berlin") != std::string::npos);
  }
}

}  // namespace leat::run
