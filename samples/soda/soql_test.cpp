#include <doctest/doctest.h>
#include <fmt/core.h>

#include "load.h"
#include "problem.h"
#include "query.h"
#include "render.h"

namespace soda {
namespace {

std::shared_ptr<Table> sample() {
  static const std::string kRows = R"([
    {":id":"row-2222.2222.2222",":updated_at":"2023-11-14T11:00:00.000Z","name":"Ann \"A\"","beat":"0511","ward":"5",
     "seen":"2023-11-06T10:00:00.000","good":true,"at":{"type":"Point","coordinates":[-87.5,41.5]}},
    {":id":"row-2222.2222.2223",":updated_at":"2023-11-14T11:00:00.000Z","name":"Bob","beat":"0512","ward":"20",
     "seen":"2023-11-07T23:59:59.000","good":false},
    {":id":"row-2222.2222.2224",":updated_at":"2023-11-15T11:00:00.000Z","name":"Cid","beat":"1911",
     "seen":"2023-11-08T00:00:00.000","good":true}])";
  return build_table(parse_json_rows(kRows, "sample"), "abcd-2345", "Sample", {});
}

std::string ask(const Parameters& parameters, Format format = Format::json) {
  static RowCache cache;
  QueryLimits limits;
  std::shared_ptr<const Table> table = sample();
  const Answer answer = run(table, read_query(parameters, limits), limits, cache, std::nullopt);
  Renderer renderer(answer, format);
  std::string out = renderer.head();
  renderer.rows(0, answer.rows.count, out);
  return out + renderer.tail();
}

std::string names(const std::string& where) {
  const std::string body = ask({{"$select", "name"}, {"$where", where}});
  std::string found;
  for (const char* name : {"Ann", "Bob", "Cid"})
    if (body.find(name) != std::string::npos) found += name[0];
  return found;
}

std::string code_of(const Parameters& parameters) {
  try {
    ask(parameters);
  } catch (const Problem& problem) {
    return fmt::format("{} {}", problem.status(), problem.code());
  }
  return "200";
}

}  // namespace

TEST_CASE("types are inferred from cells, and digits with a leading zero stay text") {
  const auto table = sample();
  const auto type = [&](const char* name) { return table->columns[*table->find(name)].type; };
  CHECK(type("beat") == Type::text);
  CHECK(type("ward") == Type::number);
  CHECK(type("seen") == Type::floating_timestamp);
  CHECK(type("good") == Type::checkbox);
  CHECK(type("at") == Type::point);
  CHECK(type(":id") == Type::row_identifier);
  CHECK(type(":updated_at") == Type::fixed_timestamp);
}

TEST_CASE("conditions follow SQL's three-valued logic") {
  CHECK(names("ward = 5") == "A");
  CHECK(names("ward != 5") == "B");  // unknown for Cid, who has no ward
  CHECK(names("not ward = 5") == "B");
  CHECK(names("ward is null") == "C");
  CHECK(names("ward is not null") == "AB");
  CHECK(names("ward = 5 or beat = '1911'") == "AC");
  CHECK(names("ward > 5 and good") == "");
  CHECK(names("(ward > 5 or ward is null) and not good = false") == "C");
  CHECK(names("good") == "AC");
}

TEST_CASE("comparisons read a text beside a timestamp, number or row identifier as one") {
  CHECK(names("seen between '2023-11-06' and '2023-11-07T23:59:59'") == "AB");
  CHECK(names("seen not between '2023-11-06' and '2023-11-07T23:59:59'") == "C");
  CHECK(names("seen >= '2023-11-07T23:59:59.000' and seen < '2023-11-08T00:00:00.001'") == "BC");
  CHECK(names("ward = '20'") == "B");
  CHECK(names(":id > 'row-2222.2222.2222'") == "BC");
  CHECK(names(":updated_at > '2023-11-14T11:00:00.000Z'") == "C");
  CHECK(names(":updated_at > '2023-11-14T11:00:00.000' OR (:updated_at = '2023-11-14T11:00:00.000' AND "
              ":id > 'row-2222.2222.2222')") == "BC");
}

TEST_CASE("lists, patterns and functions select rows") {
  CHECK(names("beat in ('0511', '1911')") == "AC");
  CHECK(names("beat not in ('0511', '1911')") == "B");
  CHECK(names("beat like '05%'") == "AB");
  CHECK(names("beat like '_9_1'") == "C");
  CHECK(names("starts_with(beat, '05')") == "AB");
  CHECK(names("upper(name) = 'BOB'") == "B");
  CHECK(names("date_extract_hh(seen) = 10") == "A");
  CHECK(names("date_trunc_ymd(seen) = '2023-11-08'") == "C");
  CHECK(names("ward * 2 + 10 = 20") == "A");
  CHECK(names("name = 'Ann \"A\"'") == "A");
}

TEST_CASE("an answer has one row a line, leaves nulls out and system fields only when selected") {
  CHECK(ask({{"$order", ":id desc"}, {"$limit", "2"}, {"$select", "name, ward"}}) ==
        "[{\"name\":\"Cid\"}\n,{\"name\":\"Bob\",\"ward\":\"20\"}]\n");
  CHECK(ask({{"$where", "ward = 99"}}) == "[]\n");
  CHECK(
      ask({{"$limit", "1"}, {"$select", ":id, name as who, at"}}) ==
      "[{\":id\":\"row-2222.2222.2222\",\"who\":\"Ann \\\"A\\\"\",\"at\":{\"type\":\"Point\",\"coordinates\":"
      "[-87.5,41.5]}}]\n");
  CHECK(ask({}).find(":id") == std::string::npos);
  CHECK(ask({{"$select", ":*,*"}}).find(":version") != std::string::npos);
  CHECK(ask({{"$$exclude_system_fields", "false"}}).find(":created_at") != std::string::npos);
}

TEST_CASE("orders, offsets, filters and full text combine") {
  CHECK(ask({{"$select", "name"}, {"$order", "good desc, name desc"}, {"$offset", "1"}}) ==
        "[{\"name\":\"Ann \\\"A\\\"\"}\n,{\"name\":\"Bob\"}]\n");
  CHECK(ask({{"$select", "name"}, {"beat", "0512"}, {"ward", "20"}}) == "[{\"name\":\"Bob\"}]\n");
  CHECK(ask({{"$select", "name"}, {"$q", "cID"}}) == "[{\"name\":\"Cid\"}]\n");
  CHECK(ask({{"$query", "select name where ward = 20 order by name limit 5"}}) == "[{\"name\":\"Bob\"}]\n");
}

TEST_CASE("aggregates fold all rows or groups and name themselves as the city does") {
  CHECK(ask({{"$select", "count(*), min(seen), max(:updated_at), avg(ward)"}}) ==
        "[{\"count\":\"3\",\"min_seen\":\"2023-11-06T10:00:00.000\",\"max_updated_at\":"
        "\"2023-11-15T11:00:00.000Z\",\"avg_ward\":\"12.5\"}]\n");
  CHECK(ask({{"$select", "count(*)"}, {"$where", "ward = 99"}}) == "[{\"count\":\"0\"}]\n");
  CHECK(ask({{"$select", "good, count(*) as n"}, {"$group", "good"}, {"$order", "n desc"}}) ==
        "[{\"good\":true,\"n\":\"2\"}\n,{\"good\":false,\"n\":\"1\"}]\n");
  CHECK(ask({{"$select", "good, count(ward)"}, {"$group", "good"}, {"$having", "count(*) > 1"}}) ==
        "[{\"good\":true,\"count_ward\":\"1\"}]\n");
}

TEST_CASE("what the city refuses is refused with its code") {
  CHECK(code_of({{"$where", "nope = 1"}}) == "400 query.soql.no-such-column");
  CHECK(code_of({{"nope", "1"}}) == "400 query.soql.no-such-column");
  CHECK(code_of({{"$where", "beat = 511"}}) == "400 query.soql.type-mismatch");
  CHECK(code_of({{"$where", "seen > 'yesterday'"}}) == "400 query.soql.type-mismatch");
  CHECK(code_of({{"$where", "beat = 'x"}}) == "400 query.soql.unterminated-string");
  CHECK(code_of({{"$where", "beat ="}}) == "400 query.soql.unexpected-eof");
  CHECK(code_of({{"$where", "beat ; 1"}}) == "400 query.soql.unexpected-character");
  CHECK(code_of({{"$where", "nothing(beat)"}}) == "400 query.soql.no-such-function");
  CHECK(code_of({{"$where", "count(*) > 1"}}) == "400 query.soql.aggregate-in-ungrouped-context");
  CHECK(code_of({{"$select", "beat, count(*)"}}) == "400 query.soql.column-not-in-group-bys");
  CHECK(code_of({{"$limit", "50001"}}) == "400 req.row-limit-exceeded");
  CHECK(code_of({{"$limit", "ten"}}) == "400 query.compiler.malformed");
  CHECK(code_of({{"$where", std::string(5000, '(')}}) == "400 query.soql.bad-parse");
}

TEST_CASE("both shapes of an error carry its code") {
  const Problem problem(404, "soda.dataset.not-found", "Cannot find it", "{\"dataset\":\"x\"}");
  CHECK(problem.body(Problem::Shape::documented) ==
        "{\"code\":\"soda.dataset.not-found\",\"error\":true,\"message\":\"Cannot find "
        "it\",\"data\":{\"dataset\":"
        "\"x\"}}\n");
  CHECK(problem.body(Problem::Shape::server) ==
        "{\"message\":\"Cannot find "
        "it\",\"errorCode\":\"soda.dataset.not-found\",\"data\":{\"dataset\":\"x\"}}\n");
}

TEST_CASE("CSV and GeoJSON carry the same rows") {
  CHECK(ask({{"$select", "name,seen,at"}, {"$limit", "1"}}, Format::csv) ==
        "\"name\",\"seen\",\"at\"\n\"Ann \"\"A\"\"\",\"2023-11-06T10:00:00.000\",\"POINT (-87.5 41.5)\"\n");
  CHECK(ask({{"$select", "ward,at"}, {"$limit", "1"}}, Format::geojson)
            .starts_with(
                "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":{\"type\":"
                "\"Point\",\"coordinates\":[-87.5,41.5]},\"properties\":{\"ward\":\"5\""));
}

TEST_CASE("instants and row codes survive printing and reading") {
  for (const char* text : {"1970-01-01T00:00:00.000", "1969-12-31T23:59:59.999", "2000-02-29T12:34:56.789"}) {
    CHECK(print_value(Value::of_instant(*parse_instant(text)), Type::floating_timestamp) == text);
  }
  CHECK(*parse_instant("2023-11-06T10:00:00+01:00") == *parse_instant("2023-11-06T09:00:00Z"));
  CHECK(!parse_instant("2023-13-01"));
  CHECK(!parse_instant("2023-11-06T10:00:00 "));
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const std::string text = print_value(Value::of_code(mix(seed)), Type::row_version).substr(3);
    CHECK(parse_row_code(text) == mix(seed));
    const std::string other = print_value(Value::of_code(mix(seed + 1)), Type::row_version).substr(3);
    CHECK((text < other) == (mix(seed) < mix(seed + 1)));
  }
}

}  // namespace soda
