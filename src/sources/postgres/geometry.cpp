#include "sources/postgres/geometry.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdint>
#include <cstring>

namespace leat::sources::postgres {
namespace {

constexpr std::uint32_t kZ = 0x80000000, kM = 0x40000000, kSrid = 0x20000000;
constexpr int kDepthMax = 32;

// What a type is made of.
enum class Made {
  point,
  points,  // of a line
  rings,   // lists of points, each in brackets
  parts,   // geometries, of which the usual one goes without its name
};
struct Kind {
  const char* name;
  Made made;
  std::uint32_t usual;  // the number of the parts that go without a name, 0 for none
};
constexpr Kind kKinds[] = {
    {"", Made::point, 0},
    {"POINT", Made::point, 0},
    {"LINESTRING", Made::points, 0},
    {"POLYGON", Made::rings, 0},
    {"MULTIPOINT", Made::parts, 1},
    {"MULTILINESTRING", Made::parts, 2},
    {"MULTIPOLYGON", Made::parts, 3},
    {"GEOMETRYCOLLECTION", Made::parts, 0},
    {"CIRCULARSTRING", Made::points, 0},
    {"COMPOUNDCURVE", Made::parts, 2},
    {"CURVEPOLYGON", Made::parts, 2},
    {"MULTICURVE", Made::parts, 2},
    {"MULTISURFACE", Made::parts, 3},
    {"", Made::point, 0},
    {"", Made::point, 0},
    {"POLYHEDRALSURFACE", Made::parts, 3},
    {"TIN", Made::parts, 17},
    {"TRIANGLE", Made::rings, 0},
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool read_whole() { return geometry(0, 0) && bytes_.empty(); }
  std::string take() { return std::move(text_); }

 private:
  template <class Number>
  bool number(Number& value) {
    if (bytes_.size() < sizeof value) return false;
    char raw[sizeof value];
    for (std::size_t i = 0; i < sizeof value; ++i) raw[i] = bytes_[is_big_ ? sizeof value - 1 - i : i];
    std::memcpy(&value, raw, sizeof value);
    bytes_.remove_prefix(sizeof value);
    return true;
  }
  // A count of things of at least `size` bytes each.
  bool count(std::uint32_t& value, std::size_t size) {
    return number(value) && value <= bytes_.size() / size;
  }
  // Without a coordinate that is a number a point is empty.
  bool coordinates(bool& is_empty) {
    is_empty = true;
    for (int i = 0; i < dimensions_; ++i) {
      double value = 0;
      if (!number(value)) return false;
      is_empty = is_empty && std::isnan(value);
      text_ += fmt::format("{}{}", i > 0 ? " " : "", value);
    }
    return true;
  }
  bool points() {
    std::uint32_t all = 0;
    if (!count(all, static_cast<std::size_t>(dimensions_) * sizeof(double))) return false;
    return list(all, [&] {
      bool is_empty = false;
      return coordinates(is_empty);
    });
  }
  template <class Each>
  bool list(std::uint32_t all, Each each) {
    if (all == 0) {
      text_ += "EMPTY";
      return true;
    }
    text_ += '(';
    for (std::uint32_t i = 0; i < all; ++i) {
      if (i > 0) text_ += ',';
      if (!each()) return false;
    }
    text_ += ')';
    return true;
  }
  bool point() {
    std::size_t before = text_.size();
    text_ += '(';
    bool is_empty = false;
    if (!coordinates(is_empty)) return false;
    text_ += ')';
    if (is_empty) text_.replace(before, std::string::npos, "EMPTY");
    return true;
  }
  bool geometry(int depth, std::uint32_t usual);
  bool content(const Kind& kind, int depth);

  std::string_view bytes_;
  std::string text_;
  bool is_big_ = false;
  int dimensions_ = 2;
};

bool Reader::geometry(int depth, std::uint32_t usual) {
  std::uint8_t order = 0;
  std::uint32_t type = 0, srid = 0;
  if (depth > kDepthMax || !number(order) || order > 1) return false;
  is_big_ = order == 0;
  if (!number(type) || ((type & kSrid) && !number(srid))) return false;
  // EWKB has flags, WKB thousands.
  std::uint32_t plain = type & ~(kZ | kM | kSrid), thousands = plain / 1000, number = plain % 1000;
  bool has_z = (type & kZ) || thousands == 1 || thousands == 3, has_m = (type & kM) || thousands >= 2;
  if (number >= std::size(kKinds) || !*kKinds[number].name || thousands > 3) return false;
  dimensions_ = 2 + has_z + has_m;
  if (usual == 0 || number != usual) {
    text_ += kKinds[number].name;
    if (has_z || has_m) text_ += fmt::format(" {}{}", has_z ? "Z" : "", has_m ? "M" : "");
    text_ += ' ';
  }
  return content(kKinds[number], depth);
}

bool Reader::content(const Kind& kind, int depth) {
  constexpr std::size_t kPartMin = 5;  // order and type
  std::uint32_t all = 0;
  switch (kind.made) {
    case Made::point:
      return point();
    case Made::points:
      return points();
    case Made::rings:
      return count(all, sizeof all) && list(all, [&] { return points(); });
    case Made::parts:
      return count(all, kPartMin) && list(all, [&] { return geometry(depth + 1, kind.usual); });
  }
  return false;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::optional<std::string> wkb_to_text(std::string_view bytes) {
  Reader reader(bytes);
  if (!reader.read_whole()) return std::nullopt;
  return reader.take();
}

std::optional<std::string> hex_wkb_to_text(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    int high = digit(digits[i]), low = digit(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high << 4 | low));
  }
  return wkb_to_text(bytes);
}

}  // namespace leat::sources::postgres
