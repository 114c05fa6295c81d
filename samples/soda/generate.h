// Generated data sets, the same for the same seed: crimes in the exact shape of x2n5-8w5q, police
// stations and ward offices.
//
// Guarantees: crimes lie within one year from 2022-11-13, are sorted by date, and name one of the 22
//   districts and 50 wards. 22 columns: 4 system fields, 17 of the publisher, 1 computed region. Persons,
//   addresses and telephone numbers are invented; names of districts and the crime codes are public
//   facts.
// Threads: any.
// Errors: none.
// Source: Illinois Uniform Crime Reporting codes; the police districts of Chicago.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "table.h"

namespace soda {

struct District {
  unsigned number;
  std::string_view name;
  double latitude, longitude;
  unsigned weight;  ///< share of the crimes
  std::array<unsigned, 3> wards;
};
std::span<const District> districts();

struct Iucr {
  std::string_view code, primary, secondary, fbi;
  unsigned weight;    ///< share of the crimes
  unsigned arrests;   ///< per cent
  unsigned domestic;  ///< per cent
};
std::span<const Iucr> iucr_codes();

struct Place {
  std::string_view name;
  unsigned weight;
};
std::span<const Place> crime_places();

std::shared_ptr<Table> generate_crimes(const std::string& id, std::size_t rows, std::uint64_t seed);
/// Appends `rows` further crimes that happened at `when` (microseconds), as a daily batch would.
void append_crimes(Table& table, std::size_t rows, std::uint64_t seed, std::int64_t when, std::int64_t now);
std::shared_ptr<Table> generate_stations(const std::string& id);
std::shared_ptr<Table> generate_wards(const std::string& id, std::uint64_t seed);

/// A stream of numbers that look random.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// 0 … bound - 1.
  std::uint64_t below(std::uint64_t bound) { return (next() >> 32) * bound >> 32; }
  bool percent(unsigned chance) { return below(100) < chance; }
  /// Between -1 and 1, near 0 most often.
  double around();

 private:
  std::uint64_t state_;
};

}  // namespace soda
