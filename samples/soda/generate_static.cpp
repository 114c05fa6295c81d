#include <fmt/core.h>

#include "generate.h"
#include "known.h"
#include "load.h"
#include "problem.h"

namespace soda {
namespace {

std::string location_json(double latitude, double longitude) {
  return fmt::format(
      "{{\"latitude\":\"{:.8f}\",\"longitude\":\"{:.8f}\",\"human_address\":\"{{\\\"address\\\": \\\"\\\", "
      "\\\"city\\\": \\\"\\\", \\\"state\\\": \\\"\\\", \\\"zip\\\": \\\"\\\"}}\"}}",
      latitude, longitude);
}

/// Collects rows by column name.
class RowWriter {
 public:
  void start() {
    ++raw_.row_count;
    for (RawColumn& column : raw_.columns) column.cells.resize(raw_.row_count);
  }
  void text(const char* name, std::string value) { put(name, RawCell::Kind::text, std::move(value)); }
  void object(const char* name, std::string json) { put(name, RawCell::Kind::object, std::move(json)); }
  RawTable take() { return std::move(raw_); }

 private:
  void put(const char* name, RawCell::Kind kind, std::string value) {
    raw_.column(name).cells.back() = {kind, std::move(value)};
  }
  RawTable raw_;
};

void put_place(RowWriter& row, double latitude, double longitude) {
  row.text("x_coordinate", fmt::format("{:.3f}", 1175584.0 + (longitude + 87.6298) * 272040.0));
  row.text("y_coordinate", fmt::format("{:.3f}", 1901330.0 + (latitude - 41.885) * 364600.0));
  row.text("latitude", fmt::format("{:.8f}", latitude));
  row.text("longitude", fmt::format("{:.8f}", longitude));
  row.object("location", location_json(latitude, longitude));
}

RawTable in_known_order(RawTable raw, const char* id) {
  RawTable ordered;
  ordered.row_count = raw.row_count;
  for (const KnownColumn& column : find_known(id)->columns)
    ordered.columns.push_back(std::move(raw.column(std::string(column.name))));
  return ordered;
}

}  // namespace

std::shared_ptr<Table> generate_stations(const std::string& id) {
  RowWriter row;
  const auto put_common = [&](std::string district, std::string name, std::string address) {
    row.start();
    row.text("district", std::move(district));
    row.text("district_name", std::move(name));
    row.text("address", std::move(address));
    row.text("city", "Chicago");
    row.text("state", "IL");
  };
  put_common("Headquarters", "Headquarters", "100 S Example Plaza");
  row.text("zip", "60600");
  row.object("website", R"({"url":"http://police.example.org"})");
  put_place(row, 41.83070169, -87.62339535);
  for (const District& district : districts()) {
    put_common(
        fmt::format("{}", district.number), std::string(district.name),
        fmt::format("{} {} Example Ave", 100 * district.number + 1, district.latitude < 41.882 ? "S" : "N"));
    row.text("zip", fmt::format("606{:02}", district.number));
    row.object("website",
               fmt::format("{{\"url\":\"http://police.example.org/districts/{}\"}}", district.number));
    row.text("phone", fmt::format("312-555-{:04}", 100 + district.number));
    row.text("fax", fmt::format("312-555-{:04}", 200 + district.number));
    row.text("tty", fmt::format("312-555-{:04}", 300 + district.number));
    put_place(row, district.latitude, district.longitude);
  }
  auto table = build_table(in_known_order(row.take(), "z8bn-74gv"), id, "Police Stations (generated)", {});
  return table;
}

std::shared_ptr<Table> generate_wards(const std::string& id, std::uint64_t seed) {
  constexpr std::string_view kFirst[] = {"Avery",   "Blake", "Casey",  "Dana",  "Ellis",
                                         "Frankie", "Gray",  "Harper", "Jules", "Kai"};
  constexpr std::string_view kLast[] = {"Ashford", "Brook", "Cedar", "Dale", "Elm", "Fielding", "Grove"};
  Dice dice(mix(seed ^ 50));
  RowWriter row;
  for (unsigned ward = 1; ward <= 50; ++ward) {
    const District* home = &districts()[ward % districts().size()];
    for (const District& district : districts())
      for (unsigned candidate : district.wards)
        if (candidate == ward) home = &district;
    row.start();
    row.text("ward", fmt::format("{}", ward));
    row.text("alderman",
             fmt::format("{}, {}", kLast[ward % std::size(kLast)], kFirst[ward % std::size(kFirst)]));
    row.text("address", fmt::format("{} {} Sample Street", 1000 + dice.below(8000),
                                    home->latitude < 41.882 ? "South" : "North"));
    row.text("city", "Chicago");
    row.text("state", "IL");
    row.text("zipcode", fmt::format("606{:02}", ward));
    row.text("ward_phone", fmt::format("(773) 555-{:04}", 100 + ward));
    if (ward % 5 != 0) row.text("ward_fax", fmt::format("(773) 555-{:04}", 200 + ward));
    row.text("email", fmt::format("ward{:02}@example.org", ward));
    if (ward % 4 == 0)
      row.object("website", fmt::format("{{\"url\":\"http://ward{:02}.example.org\"}}", ward));
    row.object("location", location_json(home->latitude + dice.around() * 0.012,
                                         home->longitude + dice.around() * 0.014));
    row.text("city_hall_address", "1 Example Square, Room " + fmt::format("{}", 200 + ward));
    row.text("city_hall_city", "Chicago");
    row.text("city_hall_state", "IL");
    row.text("city_hall_zipcode", "60602");
    row.text("city_hall_phone", fmt::format("(312) 555-{:04}", 400 + ward));
    row.text("photo_link", fmt::format("https://example.org/ward{:02}.jpg", ward));
  }
  return build_table(in_known_order(row.take(), "htai-wnw4"), id, "Ward Offices (generated)", {});
}

}  // namespace soda
