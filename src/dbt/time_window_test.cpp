#include "dbt/time_window.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "jinja/value.h"

namespace leat::dbt {
namespace {

using jinja::Value;

Timestamp at(const char* text) {
  return *parse_iso_timestamp(text);
}

Node model(const char* size, int lookback = 1) {
  Node node;
  node.name = "events";
  node.config = Value::dict({{"materialized", Value("incremental")},
                             {"incremental_strategy", Value("microbatch")},
                             {"event_time", Value("at")},
                             {"batch_size", Value(size)},
                             {"begin", Value("2024-01-30")},
                             {"lookback", Value(std::int64_t{lookback})}});
  return node;
}

TEST_CASE("units begin and end where the calendar says") {
  CHECK(truncated(at("2024-09-17T16:06:00Z"), BatchSize::hour) == at("2024-09-17T16:00:00Z"));
  CHECK(truncated(at("2024-09-17T16:06:00Z"), BatchSize::month) == at("2024-09-01T00:00:00Z"));
  CHECK(offset(at("2024-09-17T16:06:00Z"), BatchSize::day, 1) == at("2024-09-18T00:00:00Z"));
  CHECK(offset(at("2024-01-31T16:06:00Z"), BatchSize::month, 1) == at("2024-02-01T00:00:00Z"));
  CHECK(offset(at("2024-01-31T16:06:00Z"), BatchSize::month, -2) == at("2023-11-01T00:00:00Z"));
  CHECK(offset(at("2024-02-29T00:00:00Z"), BatchSize::year, -1) == at("2023-01-01T00:00:00Z"));
  CHECK(batch_id(at("2024-09-17T16:06:00Z"), BatchSize::hour) == "20240917T16");
  CHECK(batch_id(at("2024-09-17T16:06:00Z"), BatchSize::day) == "20240917");
  CHECK(batch_id(at("2024-09-17T16:06:00Z"), BatchSize::month) == "202409");
  CHECK(batch_id(at("2024-09-17T16:06:00Z"), BatchSize::year) == "2024");
}

TEST_CASE("the first run has every batch since the beginning") {
  std::vector<TimeWindow> all = batches_of(model("day"), false, {}, at("2024-02-01T05:00:00Z"));
  REQUIRE(all.size() == 3);
  CHECK(all[0] == TimeWindow{at("2024-01-30"), at("2024-01-31")});
  CHECK(all[2] == TimeWindow{at("2024-02-01"), at("2024-02-02")});
  CHECK(batches_of(model("month"), false, {}, at("2024-02-01T05:00:00Z")).size() == 2);
}

TEST_CASE("later runs have the current batch and those that are looked back at") {
  std::vector<TimeWindow> all = batches_of(model("day", 2), true, {}, at("2024-03-10T05:00:00Z"));
  REQUIRE(all.size() == 3);
  CHECK(all.front().begin == at("2024-03-08"));
  CHECK(all.back().end == at("2024-03-11"));
  // On the stroke of a batch there is no current one yet.
  all = batches_of(model("day", 0), true, {}, at("2024-03-10T00:00:00Z"));
  REQUIRE(all.size() == 1);
  CHECK(all.front() == TimeWindow{at("2024-03-09"), at("2024-03-10")});
}

TEST_CASE("a run for some times has the batches that they touch") {
  TimeWindow asked{at("2024-03-08T12:00:00Z"), at("2024-03-09T12:00:00Z")};
  std::vector<TimeWindow> all = batches_of(model("day"), true, asked, at("2024-05-01"));
  REQUIRE(all.size() == 2);
  CHECK(all.front().begin == at("2024-03-08"));
  CHECK(all.back().end == at("2024-03-10"));
}

TEST_CASE("settings that are missing are told") {
  CHECK_THROWS_WITH_AS(batches_of(model("week"), false, {}, at("2024-05-01")),
                       doctest::Contains("The microbatch model `events` has no `batch_size`"), Error);
  Node node = model("day");
  node.config.as_dict().set("begin", Value::none());
  CHECK_THROWS_WITH_AS(batches_of(node, false, {}, at("2024-05-01")), doctest::Contains("has no `begin`"),
                       Error);
}

TEST_CASE("samples are windows until now, or between two times") {
  Timestamp now = at("2024-03-10T05:30:00Z");
  CHECK(parse_sample("3 days", now) == TimeWindow{at("2024-03-07"), now});
  CHECK(parse_sample("1 hour", now) == TimeWindow{at("2024-03-10T04:00:00Z"), now});
  CHECK(parse_sample("{start: 2024-07-01, end: '2024-07-08 18:00:00'}", now) ==
        TimeWindow{at("2024-07-01"), at("2024-07-08T18:00:00Z")});
  for (const char* text : {"3", "days", "x days", "3 weeks", "-1 days", "{start: 2024-07-01}"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_sample(text, now), Error);
  }
  CHECK(common({at("2024-01-01"), at("2024-01-03")}, {at("2024-01-02"), at("2024-01-09")}) ==
        TimeWindow{at("2024-01-02"), at("2024-01-03")});
  CHECK(event_time_text(at("2024-01-02")) == "2024-01-02 00:00:00+00:00");
}

}  // namespace
}  // namespace leat::dbt
