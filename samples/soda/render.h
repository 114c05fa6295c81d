// Rendering: rows of an Answer as SODA's JSON, CSV or GeoJSON, straight into a buffer.
//
// Guarantees: JSON has one row a line, "[{…}\n,{…}]\n", and leaves null keys out; cells are copied, never
// boxed. Threads: one at a time per Renderer; the caller holds the table's shared lock while rows() runs.
// Owns: its prepared keys; the Answer must outlive it.
// Errors: none.
// Source: the body of the city's answers; RFC 4180; RFC 7946.
#pragma once
#include <string>
#include <vector>

#include "query.h"

namespace soda {

enum class Format { json, csv, geojson };

class Renderer {
 public:
  Renderer(const Answer& answer, Format format);

  std::string head() const;
  std::string tail() const;
  /// Appends rows [first, first + count) of the answer.
  void rows(std::size_t first, std::size_t count, std::string& out);
  /// As X-SODA2-Fields and X-SODA2-Types have them.
  std::string field_names() const;
  std::string field_types() const;

 private:
  struct Field {
    const Column* column;
    std::string key;  // ,"name":
    std::size_t index;
  };
  char* put_json_row(char* out, std::uint32_t row);
  std::size_t row_bytes_max(std::uint32_t row) const;
  void put_csv_row(std::string& out, std::uint32_t row) const;
  void put_feature(std::string& out, std::uint32_t row);

  const Answer& answer_;
  const Format format_;
  std::vector<Field> fields_;
  std::size_t fixed_bytes_ = 0;  // of keys, marks and cells of fixed size
};

/// The JSON of an object cell (point, location, …). Requires: it is not null.
std::string object_text(const Table& table, std::size_t column, std::size_t row);

}  // namespace soda
