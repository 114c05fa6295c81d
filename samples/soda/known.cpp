#include "known.h"

namespace soda {
namespace {

constexpr Type kText = Type::text;
constexpr Type kNumber = Type::number;
constexpr Type kStamp = Type::floating_timestamp;

const std::vector<KnownTable>& tables() {
  static const std::vector<KnownTable> kTables{
      {"x2n5-8w5q",
       "Crimes - One year prior to present",
       "Chicago Police Department",
       "_iucr",
       {{"case_", kText},
        {"date_of_occurrence", kStamp},
        {"block", kText},
        {"_iucr", kText},
        {"_primary_decsription", kText},
        {"_secondary_description", kText},
        {"_location_description", kText},
        {"arrest", kText},
        {"domestic", kText},
        {"beat", kText},
        {"ward", kNumber},
        {"fbi_cd", kText},
        {"x_coordinate", kNumber},
        {"y_coordinate", kNumber},
        {"latitude", kNumber},
        {"longitude", kNumber},
        {"location", Type::location}},
       false},
      {"z8bn-74gv",
       "Police Stations",
       "Chicago Police Department",
       "tty",
       {{"district", kText},
        {"district_name", kText},
        {"address", kText},
        {"city", kText},
        {"state", kText},
        {"zip", kText},
        {"website", Type::url},
        {"phone", kText},
        {"fax", kText},
        {"tty", kText},
        {"x_coordinate", kNumber},
        {"y_coordinate", kNumber},
        {"latitude", kNumber},
        {"longitude", kNumber},
        {"location", Type::location}},
       false},
      {"htai-wnw4",
       "Ward Offices",
       "City of Chicago",
       "alderman",
       {{"ward", kNumber},
        {"alderman", kText},
        {"address", kText},
        {"city", kText},
        {"state", kText},
        {"zipcode", kText},
        {"ward_phone", kText},
        {"ward_fax", kText},
        {"email", kText},
        {"website", Type::url},
        {"location", Type::location},
        {"city_hall_address", kText},
        {"city_hall_city", kText},
        {"city_hall_state", kText},
        {"city_hall_zipcode", kText},
        {"city_hall_phone", kText},
        {"photo_link", kText}},
       true},
      {"2zdj-bwza",
       "Law Enforcement Dispatched Calls for Service: Closed",
       "Department of Emergency Management",
       "dup_cad_number",
       {{"sensitive_call", Type::checkbox}, {"intersection_point", Type::point}},
       true},
      {"gnap-fj3t",
       "Law Enforcement Dispatched Calls for Service: Real-Time",
       "Department of Emergency Management",
       "call_last_updated_at",
       {{"sensitive_call", Type::checkbox}, {"intersection_point", Type::point}},
       true},
      {"wr8u-xric",
       "Fire Incidents",
       "San Francisco Fire Department",
       "battalion",
       {{"exposure_number", kNumber},
        {"suppression_units", kNumber},
        {"suppression_personnel", kNumber},
        {"ems_units", kNumber},
        {"ems_personnel", kNumber},
        {"other_units", kNumber},
        {"other_personnel", kNumber},
        {"fire_fatalities", kNumber},
        {"fire_injuries", kNumber},
        {"civilian_fatalities", kNumber},
        {"civilian_injuries", kNumber},
        {"number_of_alarms", kNumber},
        {"estimated_contents_loss", kNumber},
        {"estimated_property_loss", kNumber},
        {"floor_of_fire_origin", kNumber},
        {"number_of_floors_with_minimum_damage", kNumber},
        {"number_of_floors_with_significant_damage", kNumber},
        {"number_of_floors_with_heavy_damage", kNumber},
        {"number_of_floors_with_extreme_damage", kNumber},
        {"number_of_sprinkler_heads_operating", kNumber},
        {"point", Type::point}},
       true},
  };
  return kTables;
}

}  // namespace

const KnownTable* find_known(std::string_view id) {
  for (const KnownTable& table : tables())
    if (table.id == id) return &table;
  return nullptr;
}

const KnownTable* recognise(std::string_view column) {
  for (const KnownTable& table : tables())
    if (table.mark == column) return &table;
  return nullptr;
}

}  // namespace soda
