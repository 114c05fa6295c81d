#include "generate_city.h"

#include <fmt/core.h>

#include <array>
#include <chrono>

#include "generate.h"
#include "known.h"
#include "load.h"

namespace soda {
namespace {

constexpr std::array<std::string_view, 12> kHoods{
    "Mission",        "Tenderloin",       "South of Market",
    "Bernal Heights", "Potrero Hill",     "Bayview Hunters Point",
    "Nob Hill",       "Sunset/Parkside",  "Marina",
    "Chinatown",      "Presidio Heights", "Castro/Upper Market"};
constexpr std::array<std::string_view, 10> kPolice{"CENTRAL",  "SOUTHERN",  "BAYVIEW",  "MISSION",
                                                   "NORTHERN", "PARK",      "RICHMOND", "INGLESIDE",
                                                   "TARAVAL",  "TENDERLOIN"};
struct CallType {
  std::string_view code, text, priority;
};
constexpr std::array<CallType, 10> kCallTypes{{{"909", "CITIZEN REQ INTERVIEW", "C"},
                                               {"913", "COMPLAINT UNKN", "B"},
                                               {"801", "SUICIDE ATTEMPT", "A"},
                                               {"211", "ROBBERY", "A"},
                                               {"459", "BURGLARY", "B"},
                                               {"488", "PETTY THEFT", "C"},
                                               {"415", "NOISE NUISANCE", "C"},
                                               {"586", "TRAFFIC CONGESTION", "C"},
                                               {"240", "ASSAULT / BATTERY", "A"},
                                               {"917", "SUSPICIOUS PERSON", "B"}}};
constexpr std::array<std::string_view, 6> kDispositions{"HAN", "GOA", "UTL", "REP", "NOM", "ADV"};
constexpr std::array<std::string_view, 6> kSituations{"111 - Building fire",
                                                      "412 - Gas leak (natural gas or LPG)",
                                                      "700 - False alarm or false call, other",
                                                      "321 - EMS call",
                                                      "552 - Police matter",
                                                      "113 - Cooking fire, confined to container"};

// Days since 1970 of a day's number, as a date.
std::string date_of(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}
std::string instant(std::int64_t seconds) {
  const std::int64_t day = seconds / 86400, rest = seconds % 86400;
  return fmt::format("{}T{:02}:{:02}:{:02}.000", date_of(day), rest / 3600, rest / 60 % 60, rest % 60);
}

std::shared_ptr<Table> table_of(const std::string& rows, const std::string& id, const char* name) {
  const KnownTable* known = find_known(id);
  std::vector<std::pair<std::string, Type>> types;
  if (known) {
    for (const KnownColumn& column : known->columns) types.emplace_back(column.name, column.type);
  }
  return build_table(parse_json_rows("[" + rows + "]", id), id, known ? std::string(known->name) : name,
                     types);
}

// A square around a point, as GeoJSON.
std::string square(double longitude, double latitude, double half) {
  return fmt::format(
      R"({{"type":"MultiPolygon","coordinates":[[[[{0:.4f},{1:.4f}],[{2:.4f},{1:.4f}],[{2:.4f},{3:.4f}],[{0:.4f},{3:.4f}],[{0:.4f},{1:.4f}]]]]}})",
      longitude - half, latitude - half, longitude + half, latitude + half);
}

constexpr std::int64_t kFirstCall = 1704067200;  // 2024-01-01
constexpr std::int64_t kYear = 366 * 86400;

}  // namespace

std::shared_ptr<Table> generate_calls(const std::string& id, std::size_t rows, std::uint64_t seed) {
  Dice dice(seed);
  std::string out;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto at = kFirstCall + static_cast<std::int64_t>(i * static_cast<std::size_t>(kYear) / (rows + 1));
    const CallType& type = kCallTypes[dice.below(kCallTypes.size())];
    const std::int64_t entry = at + 30 + static_cast<std::int64_t>(dice.below(180));
    const std::int64_t queue = type.priority == "A" ? 200 : type.priority == "B" ? 900 : 2400;
    const std::int64_t dispatch =
        entry + 20 + static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(queue)));
    const std::int64_t scene = dispatch + 60 + static_cast<std::int64_t>(dice.below(600));
    const std::int64_t close = scene + 300 + static_cast<std::int64_t>(dice.below(5000));
    const std::size_t hood = dice.below(kHoods.size());
    out += fmt::format(
        R"({}{{"cad_number":"24{:07}","received_datetime":"{}","entry_datetime":"{}","dispatch_datetime":"{}",)"
        R"("enroute_datetime":"{}",)",
        i ? "," : "", i, instant(at), instant(entry), instant(dispatch), instant(dispatch + 15));
    if (!dice.percent(7)) out += fmt::format(R"("onscene_datetime":"{}",)", instant(scene));
    if (dice.percent(3)) out += fmt::format(R"("dup_cad_number":"24{:07}",)", dice.below(i + 1));
    out += fmt::format(
        R"("close_datetime":"{}","call_type_original":"{}","call_type_original_desc":"{}","call_type_final":"{}",)"
        R"("call_type_final_desc":"{}","priority_original":"{}","priority_final":"{}","agency":"Police",)"
        R"("disposition":"{}","onview_flag":"{}","sensitive_call":{},)",
        instant(close), type.code, type.text, type.code, type.text, type.priority, type.priority,
        kDispositions[dice.below(kDispositions.size())], dice.percent(20) ? "Y" : "N",
        dice.percent(5) ? "true" : "false");
    if (!dice.percent(10)) {
      out += fmt::format(
          R"("intersection_name":"STREET {} \\ AVENUE {}","intersection_id":"{}","intersection_point":{{"type":"Point","coordinates":[{:.6f},{:.6f}]}},)"
          R"("supervisor_district":"{}","analysis_neighborhood":"{}","police_district":"{}",)",
          dice.below(90), dice.below(40), 20000000 + dice.below(90000), -122.45 + 0.05 * dice.around(),
          37.76 + 0.04 * dice.around(), 1 + hood % 11, kHoods[hood], kPolice[hood % kPolice.size()]);
    }
    out += fmt::format(
        R"("data_as_of":"{}","data_updated_at":"{}","data_loaded_at":"{}","source_filename":"closecall"}})",
        instant(close + 86400), instant(close + 90000), instant(close + 93600));
  }
  return table_of(out, id, "Calls");
}

std::shared_ptr<Table> generate_call_types(const std::string& id) {
  std::string out;
  for (std::size_t i = 0; i < kCallTypes.size(); ++i) {
    out += fmt::format(
        R"({}{{"key":"{}","call_type":"{}","description":"{}","priority":"{}","data_as_of":"2024-01-01T00:00:00.000","data_loaded_at":"2024-01-02T00:00:00.000"}})",
        i ? "," : "", i + 1, kCallTypes[i].code, kCallTypes[i].text, kCallTypes[i].priority);
  }
  return table_of(out, id, "Call types");
}

std::shared_ptr<Table> generate_neighborhoods(const std::string& id) {
  std::string out;
  for (std::size_t i = 0; i < kHoods.size(); ++i) {
    const double column = static_cast<double>(i % 4), row = static_cast<double>(i / 4);
    out += fmt::format(R"({}{{"nhood":"{}","the_geom":{}}})", i ? "," : "", kHoods[i],
                       square(-122.49 + 0.03 * column, 37.72 + 0.03 * row, 0.014));
  }
  return table_of(out, id, "Analysis neighborhoods");
}

std::shared_ptr<Table> generate_supervisor_districts(const std::string& id) {
  std::string out;
  for (int i = 1; i <= 11; ++i) {
    out += fmt::format(
        R"({}{{"sup_dist":"{}","sup_name":"Supervisor {}","sup_dist_num":"{}","sup_dist_pad":"{:02}","sup_dist_name":"DISTRICT {}","data_as_of":"2024-01-08T00:00:00.000","data_loaded_at":"2024-01-09T00:00:00.000","multipolygon":{}}})",
        i > 1 ? "," : "", i, i, i, i, i, square(-122.5 + 0.012 * i, 37.76, 0.006));
  }
  return table_of(out, id, "Supervisor districts");
}

std::shared_ptr<Table> generate_fires(const std::string& id, std::size_t rows, std::uint64_t seed) {
  Dice dice(seed);
  std::string out;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto at = kFirstCall - 4 * kYear +
                    static_cast<std::int64_t>(i * 5 * static_cast<std::size_t>(kYear) / (rows + 1));
    const std::size_t hood = dice.below(kHoods.size());
    const bool is_exposure = i % 500 == 499;
    out += fmt::format(
        R"({}{{"incident_number":"{}","exposure_number":"{}","id":"{:08}{}","address":"{} {} St.","incident_date":"{}T00:00:00.000",)"
        R"("call_number":"{}","alarm_dttm":"{}","arrival_dttm":"{}","close_dttm":"{}","city":"San Francisco","zipcode":"94{:03}",)"
        R"("battalion":"B{:02}","station_area":"{:02}","suppression_units":"{}","suppression_personnel":"{}","ems_units":"{}",)"
        R"("fire_fatalities":"0","fire_injuries":"{}","civilian_fatalities":"0","civilian_injuries":"{}","number_of_alarms":"1",)"
        R"("primary_situation":"{}","mutual_aid":"N None","property_use":"962 Residential street","supervisor_district":"{}",)"
        R"("neighborhood_district":"{}","data_as_of":"{}","data_loaded_at":"{}")",
        i ? "," : "", 24000000 + i - (is_exposure ? 1 : 0), is_exposure ? 1 : 0,
        24000000 + i - (is_exposure ? 1 : 0), is_exposure ? 1 : 0, 1 + dice.below(900), kHoods[hood],
        date_of(at / 86400), 240000000 + i, instant(at), instant(at + 240), instant(at + 2400), 102 + hood,
        1 + hood % 10, 1 + dice.below(49), 1 + dice.below(10), 4 + dice.below(30), dice.below(3),
        dice.percent(1) ? 1 : 0, dice.percent(2) ? 1 : 0, kSituations[dice.below(kSituations.size())],
        1 + hood % 11, kHoods[hood], instant(at + 86400), instant(at + 90000));
    if (i % 9 != 8) {
      out += fmt::format(R"(,"point":{{"type":"Point","coordinates":[{:.6f},{:.6f}]}})",
                         -122.45 + 0.05 * dice.around(), 37.76 + 0.04 * dice.around());
    }
    out += "}";
  }
  return table_of(out, id, "Fire incidents");
}

}  // namespace soda
