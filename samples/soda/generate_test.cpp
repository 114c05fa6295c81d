#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "faults.h"
#include "generate.h"
#include "load.h"
#include "mutate.h"
#include "query.h"
#include "render.h"

namespace soda {
namespace {

std::string ask(const std::shared_ptr<const Table>& table, const Parameters& parameters) {
  RowCache cache;
  QueryLimits limits;
  const Answer answer = run(table, read_query(parameters, limits), limits, cache, std::nullopt);
  Renderer renderer(answer, Format::json);
  std::string out = renderer.head();
  renderer.rows(0, answer.rows.count, out);
  return out + renderer.tail();
}

}  // namespace

TEST_CASE("generated crimes are the same for the same seed, lie within a year and are sorted by date") {
  const auto crimes = generate_crimes("x2n5-8w5q", 5000, 7);
  CHECK(crimes->row_count() == 5000);
  CHECK(crimes->columns.size() == 22);
  CHECK(ask(crimes, {{"$select", ":*,*"}, {"$limit", "5000"}}) ==
        ask(generate_crimes("x2n5-8w5q", 5000, 7), {{"$select", ":*,*"}, {"$limit", "5000"}}));
  CHECK(ask(crimes, {{"$limit", "10"}}) != ask(generate_crimes("x2n5-8w5q", 5000, 8), {{"$limit", "10"}}));
  const Column& date = crimes->columns[*crimes->find("date_of_occurrence")];
  CHECK(std::is_sorted(date.words.begin(), date.words.end()));
  CHECK(date.words.front() >= *parse_instant("2022-11-13"));
  CHECK(date.words.back() < *parse_instant("2023-11-13"));
  const Column& id = crimes->columns[*crimes->find(":id")];
  CHECK(std::set(id.words.begin(), id.words.end()).size() == 5000);
  std::set<std::string> numbers;
  for (const District& district : districts()) numbers.insert(std::to_string(district.number));
  const std::size_t beat = *crimes->find("beat");
  for (std::size_t row = 0; row < 5000; ++row) {
    const std::string text(crimes->value(beat, row).text);
    CHECK(numbers.contains(text.substr(0, text.size() - 2)));
  }
}

TEST_CASE("a plain range on a date, walked page by page, gives each row once") {
  const std::shared_ptr<const Table> crimes = generate_crimes("x2n5-8w5q", 3000, 1);
  const std::string where = "date_of_occurrence between '2023-01-01' and '2023-06-30T23:59:59.999'";
  std::string whole =
      ask(crimes, {{"$select", ":id"}, {"$where", where}, {"$order", ":id"}, {"$limit", "3000"}});
  std::string pages;
  RowCache cache;
  QueryLimits limits;
  for (std::size_t offset = 0;; offset += 100) {
    const Parameters parameters{{"$select", ":id"},
                                {"$where", where},
                                {"$order", ":id"},
                                {"$limit", "100"},
                                {"$offset", std::to_string(offset)}};
    const Answer answer = run(crimes, read_query(parameters, limits), limits, cache, std::nullopt);
    if (answer.rows.count == 0) break;
    Renderer(answer, Format::json).rows(0, answer.rows.count, pages);
    pages += "\n,";
  }
  CHECK("[" + pages.substr(0, pages.size() - 2) + "]\n" == whole);
}

TEST_CASE("keyset pages over ties of :updated_at lose and repeat nothing") {
  const std::shared_ptr<const Table> crimes = generate_crimes("x2n5-8w5q", 2000, 3);
  std::string where = ":updated_at > '2000-01-01'";
  std::set<std::string> seen;
  for (int page = 0; page < 100; ++page) {
    const std::string body = ask(
        crimes,
        {{"$select", ":id,:updated_at"}, {"$where", where}, {"$order", ":updated_at,:id"}, {"$limit", "97"}});
    if (body == "[]\n") break;
    std::size_t at = 0;
    std::string id, stamp;
    while ((at = body.find("\":id\":\"", at)) != std::string::npos) {
      id = body.substr(at + 7, 18);
      stamp = body.substr(body.find("\":updated_at\":\"", at) + 15, 24);
      CHECK(seen.insert(id).second);
      at += 7;
    }
    where = ":updated_at > '" + stamp + "' or (:updated_at = '" + stamp + "' and :id > '" + id + "')";
  }
  CHECK(seen.size() == 2000);
}

TEST_CASE("changes, additions and deletions show at once in every index and only there") {
  const auto crimes = generate_crimes("x2n5-8w5q", 1000, 1);
  const std::shared_ptr<const Table> view = crimes;
  const std::string since = ":updated_at >= '2024-06-01'";
  CHECK(ask(view, {{"$select", "count(*)"}, {"$where", since}}) == "[{\"count\":\"0\"}]\n");
  const std::string before = ask(view, {{"$select", ":*,*"}, {"$order", ":id"}});
  CHECK(mutate(*crimes, "change", Orders(Parameters{{"rows", "50"}, {"now", "2024-06-01T00:00:00Z"}}))
            .find("\"rows\":50,\"row_count\":1000") != std::string::npos);
  CHECK(ask(view, {{"$select", "count(*)"}, {"$where", since}}) == "[{\"count\":\"50\"}]\n");
  CHECK(ask(view, {{"$select", ":*,*"}, {"$order", ":id"}}) != before);
  mutate(*crimes, "add", Orders(Parameters{{"rows", "20"}, {"now", "2024-06-02T00:00:00Z"}}));
  CHECK(ask(view, {{"$select", "count(*)"}, {"$where", since}}) == "[{\"count\":\"70\"}]\n");
  CHECK(ask(view, {{"$select", "count(*)"}}) == "[{\"count\":\"1020\"}]\n");
  mutate(*crimes, "delete", Orders(Parameters{{"rows", "30"}}));
  CHECK(ask(view, {{"$select", "count(*)"}}) == "[{\"count\":\"990\"}]\n");
  CHECK(ask(view, {{"$select", "count(:id)"}, {"$where", ":id > 'row-2222-2222-2222'"}}) ==
        "[{\"count_id\":\"990\"}]\n");
}

TEST_CASE("a lagging replica shows nothing newer than the state before the last change") {
  const auto crimes = generate_crimes("x2n5-8w5q", 1000, 1);
  mutate(*crimes, "change", Orders(Parameters{{"rows", "50"}, {"now", "2024-06-01T00:00:00Z"}}));
  RowCache cache;
  QueryLimits limits;
  const Answer answer =
      run(crimes, read_query({{"$select", "count(*)"}}, limits), limits, cache, crimes->stale_before);
  CHECK(answer.table->value(answer.outputs[0].column, 0).number == 950);
}

TEST_CASE("a set value that does not fit its type is served as it is") {
  const auto crimes = generate_crimes("x2n5-8w5q", 10, 1);
  mutate(*crimes, "set", Orders(Parameters{{"row", "0"}, {"column", "ward"}, {"value", "unknown"}}));
  CHECK(ask(crimes, {{"$select", "ward"}, {"$limit", "1"}}) == "[{\"ward\":\"unknown\"}]\n");
  mutate(*crimes, "drop_column", Orders(Parameters{{"column", "ward"}}));
  CHECK(ask(crimes, {{"$limit", "1"}}).find("ward") == std::string::npos);
}

TEST_CASE("faults wait, match, count down and are gone") {
  Faults faults;
  faults.add("fail",
             Orders(Parameters{{"next", "2"}, {"skip", "1"}, {"status", "503"}, {"match", "offset=5"}}));
  CHECK(!faults.next("/a?$offset=5").status);
  CHECK(!faults.next("/a").status);
  CHECK(faults.next("/a?$offset=5").status == 503);
  CHECK(faults.next("/a?$offset=5").status == 503);
  CHECK(!faults.next("/a?$offset=5").status);
}

TEST_CASE("stations and offices cover every district and ward") {
  const std::shared_ptr<const Table> stations = generate_stations("z8bn-74gv"),
                                     wards = generate_wards("htai-wnw4", 1);
  CHECK(stations->row_count() == 23);
  CHECK(wards->row_count() == 50);
  CHECK(stations->columns[*stations->find("district")].type == Type::text);
  CHECK(stations->columns[*stations->find("website")].type == Type::url);
  CHECK(wards->columns[*wards->find("ward")].type == Type::number);
}

TEST_CASE("CSV files give typed tables, with fields that span lines") {
  const auto table =
      build_table(parse_csv("WARD,ALDERMAN,LOCATION\r\n20,\"Doe, J.\nB.\",\"(41.79, -87.63)\"\n21,,\n"),
                  "htai-wnw4", "", {});
  CHECK(table->row_count() == 2);
  CHECK(table->name() == "Ward Offices");
  CHECK(ask(table, {{"$select", "ward,alderman"}}) ==
        "[{\"ward\":\"20\",\"alderman\":\"Doe, J.\\nB.\"}\n,{\"ward\":\"21\"}]\n");
  CHECK(ask(table, {{"$select", "location"}, {"$limit", "1"}})
            .starts_with("[{\"location\":{\"latitude\":\"41.79\","));
}

}  // namespace soda
