#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "generate.h"
#include "load.h"

namespace soda {
namespace {

constexpr std::int64_t kSecond = 1000000;
constexpr std::int64_t kDay = 86400 * kSecond;
constexpr std::int64_t kFirstDay = 19309;  // 2022-11-13
constexpr std::size_t kDayCount = 365;

// Shares by hour and by weekday (1970-01-01 was a Thursday); December to February are quieter than July.
constexpr unsigned kHours[24] = {56, 33, 28, 24, 21, 20, 24, 30, 40, 45, 48, 50,
                                 62, 50, 54, 58, 58, 60, 60, 58, 56, 53, 50, 44};
constexpr unsigned kWeekdays[7] = {98, 108, 103, 100, 99, 98, 97};
constexpr unsigned kMonths[12] = {90, 84, 92, 96, 104, 108, 112, 110, 106, 105, 96, 94};

/// Picks an entry with a chance in proportion to its weight.
class Wheel {
 public:
  template <typename Entries, typename Weight>
  Wheel(const Entries& entries, Weight weight) {
    std::uint32_t place = 0;
    for (const auto& entry : entries) {
      for (unsigned i = 0; i < weight(entry); ++i) slots_.push_back(place);
      ++place;
    }
  }
  std::size_t pick(Dice& dice) const { return slots_[dice.below(slots_.size())]; }

 private:
  std::vector<std::uint32_t> slots_;
};

const Wheel& district_wheel() {
  static const Wheel kWheel(districts(), [](const District& district) { return district.weight; });
  return kWheel;
}
const Wheel& code_wheel() {
  static const Wheel kWheel(iucr_codes(), [](const Iucr& code) { return code.weight; });
  return kWheel;
}
const Wheel& place_wheel() {
  static const Wheel kWheel(crime_places(), [](const Place& place) { return place.weight; });
  return kWheel;
}
const Wheel& hour_wheel() {
  static const Wheel kWheel(kHours, [](unsigned weight) { return weight; });
  return kWheel;
}

constexpr std::string_view kStreets[] = {
    "STATE ST",   "MICHIGAN AVE",  "HALSTED ST",    "ASHLAND AVE",    "WESTERN AVE",  "KEDZIE AVE",
    "PULASKI RD", "CICERO AVE",    "CLARK ST",      "BROADWAY",       "MADISON ST",   "ROOSEVELT RD",
    "CERMAK RD",  "PERSHING RD",   "GARFIELD BLVD", "MARQUETTE RD",   "CHICAGO AVE",  "DIVISION ST",
    "NORTH AVE",  "FULLERTON AVE", "BELMONT AVE",   "IRVING PARK RD", "LAWRENCE AVE", "FOSTER AVE",
    "DEVON AVE",  "DREXEL AVE",    "WABASH AVE",    "INDIANA AVE",    "CALUMET AVE",  "MORGAN ST",
    "RACINE AVE", "DAMEN AVE"};

enum Field : std::size_t {
  kId,
  kCreated,
  kUpdated,
  kVersion,
  kCase,
  kDate,
  kBlock,
  kIucr,
  kPrimary,
  kSecondary,
  kWhere,
  kArrest,
  kDomestic,
  kBeat,
  kWard,
  kFbi,
  kX,
  kY,
  kLatitude,
  kLongitude,
  kLocation,
  kRegion,
  kColumnCount
};

void add_columns(Table& table) {
  table.columns.reserve(kColumnCount);
  table.add_column(":id", Type::row_identifier);
  table.add_column(":created_at", Type::fixed_timestamp);
  table.add_column(":updated_at", Type::fixed_timestamp);
  table.add_column(":version", Type::row_version);
  table.add_column("case_", Type::text);
  table.add_column("date_of_occurrence", Type::floating_timestamp);
  for (const char* name : {"block", "_iucr", "_primary_decsription", "_secondary_description",
                           "_location_description", "arrest", "domestic", "beat"})
    table.add_column(name, Type::text);
  table.add_column("ward", Type::number);
  table.add_column("fbi_cd", Type::text);
  for (const char* name : {"x_coordinate", "y_coordinate", "latitude", "longitude"})
    table.add_column(name, Type::number);
  Column& location = table.add_column("location", Type::location);
  location.storage = Column::Storage::pair;
  location.latitude = kLatitude;
  location.longitude = kLongitude;
  table.add_column(":@computed_region_awaf_s7ux", Type::number);
}

std::string nine_decimals(double value) {
  std::string text = fmt::format("{:.9f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

void append_place(Table& table, Dice& dice, const District& district) {
  auto& columns = table.columns;
  const bool known = dice.below(2000) != 0;
  const double latitude = district.latitude + dice.around() * 0.016;
  const double longitude = district.longitude + dice.around() * 0.018;
  if (known) {
    // Illinois State Plane East, in feet, flattened around the city.
    columns[kX].append_text(fmt::format("{:.0f}", 1175584.0 + (longitude + 87.6298) * 272040.0));
    columns[kY].append_text(fmt::format("{:.0f}", 1901330.0 + (latitude - 41.885) * 364600.0));
    columns[kLatitude].append_text(nine_decimals(latitude));
    columns[kLongitude].append_text(nine_decimals(longitude));
  } else {
    for (std::size_t column : {kX, kY, kLatitude, kLongitude}) columns[column].append_null();
  }
  const auto blocks_north = static_cast<int>((latitude - 41.8820) * 69.0 * 8),
             blocks_west = static_cast<int>((-87.6278 - longitude) * 51.6 * 8);
  const std::string_view street = kStreets[dice.below(std::size(kStreets))];
  const bool along = dice.percent(50);
  const int block = std::abs(along ? blocks_north : blocks_west);
  const char* side = along ? (blocks_north < 0 ? "S" : "N") : (blocks_west < 0 ? "E" : "W");
  columns[kBlock].append_text(fmt::format("{:03}XX {} {}", block, side, street));
}

void append_crime(Table& table, Dice& dice, std::size_t row, std::int64_t when, std::int64_t created,
                  std::int64_t updated) {
  auto& columns = table.columns;
  const District& district = districts()[district_wheel().pick(dice)];
  const Iucr& code = iucr_codes()[code_wheel().pick(dice)];
  // :id grows with the order of arrival but for a little disorder, so that it is another order than the
  // date's.
  const std::uint64_t place = (row & ~std::uint64_t{1023}) | ((row * 517) & 1023);
  columns[kId].append_word(static_cast<std::int64_t>((place + 1) << 28 | (mix(row) & 0xfffffff)));
  columns[kCreated].append_word(created);
  columns[kUpdated].append_word(updated);
  columns[kVersion].append_word(static_cast<std::int64_t>(dice.next() >> 1));
  columns[kCase].append_text(
      fmt::format("J{}{}", static_cast<char>('F' + row / 900000), 100000 + row % 900000));
  columns[kDate].append_word(when);
  append_place(table, dice, district);
  columns[kIucr].append_text(code.code);
  columns[kPrimary].append_text(code.primary);
  columns[kSecondary].append_text(code.secondary);
  if (dice.below(350) == 0)
    columns[kWhere].append_null();
  else
    columns[kWhere].append_text(crime_places()[place_wheel().pick(dice)].name);
  // The west side's districts arrest more often.
  const unsigned bonus = district.number == 11 ? 9 : district.number == 10 || district.number == 15 ? 4 : 0;
  columns[kArrest].append_text(dice.percent(code.arrests + bonus) ? "Y" : "N");
  columns[kDomestic].append_text(dice.percent(code.domestic) ? "Y" : "N");
  columns[kBeat].append_text(fmt::format("{}{}{}", district.number, 1 + dice.below(3), 1 + dice.below(4)));
  columns[kWard].append_text(fmt::format("{}", district.wards[dice.below(3)]));
  columns[kFbi].append_text(code.fbi);
  columns[kRegion].append_text(fmt::format("{}", 1 + dice.below(50)));
}

std::int64_t minute_of_day(Dice& dice) {
  const auto hour = static_cast<std::int64_t>(hour_wheel().pick(dice));
  // Reports favour full and half hours.
  const std::uint64_t round = dice.below(100);
  const std::int64_t minute = round < 25 ? 0 : round < 35 ? 30 : static_cast<std::int64_t>(dice.below(60));
  return hour * 60 + minute;
}

std::int64_t batch_of(std::int64_t day, std::uint64_t salt) {
  // The city's batch runs at about 11:02 UTC and stamps all its rows alike.
  return day * kDay + (11 * 3600 + 120) * kSecond +
         static_cast<std::int64_t>(mix(salt ^ static_cast<std::uint64_t>(day)) % 15000) * 1000;
}

}  // namespace

std::uint64_t Dice::next() {
  const std::uint64_t number = mix(state_);
  state_ += 0x9e3779b97f4a7c15U;
  return number;
}

double Dice::around() {
  // Three uniform numbers are close enough to a bell.
  double sum = 0;
  for (int i = 0; i < 3; ++i) sum += static_cast<double>(below(2000001)) / 1000000.0 - 1.0;
  return sum / 3.0 * 1.5;
}

std::shared_ptr<Table> generate_crimes(const std::string& id, std::size_t rows, std::uint64_t seed) {
  auto table = std::make_shared<Table>(id, "Crimes - One year prior to present (generated)");
  add_columns(*table);
  for (Column& column : table->columns) column.reserve(rows);
  std::vector<double> shares(kDayCount + 1, 0.0);
  for (std::size_t day = 0; day < kDayCount; ++day) {
    const std::size_t month = (10 + day / 30) % 12,
                      weekday = (static_cast<std::size_t>(kFirstDay) + day + 4) % 7;
    const double noise = 0.92 + static_cast<double>(mix(seed ^ day) % 1600) / 10000.0;
    shares[day + 1] = shares[day] + kWeekdays[(weekday + 3) % 7] * kMonths[month] * noise;
  }
  Dice dice(mix(seed));
  std::size_t row = 0;
  std::vector<std::int64_t> minutes;
  for (std::size_t day = 0; day < kDayCount; ++day) {
    const auto end =
        static_cast<std::size_t>(static_cast<double>(rows) * shares[day + 1] / shares[kDayCount] + 0.5);
    minutes.clear();
    for (std::size_t i = row; i < end; ++i) minutes.push_back(minute_of_day(dice));
    std::sort(minutes.begin(), minutes.end());
    for (std::int64_t minute : minutes) {
      const std::int64_t today = kFirstDay + static_cast<std::int64_t>(day);
      // Rows appear a week behind; one in five is touched again within two months.
      const std::int64_t born = today + 8;
      const std::int64_t touched =
          dice.percent(20) ? born + 1 + static_cast<std::int64_t>(dice.below(60)) : born;
      append_crime(*table, dice, row, today * kDay + minute * 60 * kSecond, batch_of(born, 1),
                   batch_of(touched, 2));
      table->rows_updated_at = std::max(table->rows_updated_at, batch_of(touched, 2));
      ++row;
    }
  }
  table->set_row_count(row);
  return table;
}

void append_crimes(Table& table, std::size_t rows, std::uint64_t seed, std::int64_t when, std::int64_t now) {
  Dice dice(mix(seed) ^ table.row_count());
  const std::size_t first = table.row_count();
  for (std::size_t row = first; row < first + rows; ++row)
    append_crime(table, dice, row, when + minute_of_day(dice) * 60 * kSecond, now, now);
  table.set_row_count(first + rows);
}

}  // namespace soda
