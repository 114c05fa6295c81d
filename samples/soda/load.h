// Loading: makes a Table of a file of rows: JSON (an array of objects, as the API answers)
// or CSV with a header, either also gzipped.
//
// Guarantees: types come from the meta file, then from the known tables, then from the
//   cells: digits with a leading zero stay text, ISO instants become timestamps,
//   {latitude, longitude} a location. Missing system fields are made up, the same in every
//   run.
// Threads: any.
// Errors: LoadError with file and reason.
#pragma once
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "table.h"

namespace soda {

class LoadError : public std::exception {
 public:
  explicit LoadError(std::string text) : text_(std::move(text)) {}
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

/// A cell as the file has it.
struct RawCell {
  enum class Kind : std::uint8_t { null, text, number, boolean, object };
  Kind kind = Kind::null;
  std::string text;  ///< an object as compact JSON
};
struct RawColumn {
  std::string name;
  std::vector<RawCell> cells;
};
struct RawTable {
  std::vector<RawColumn> columns;
  std::size_t row_count = 0;
  RawColumn& column(const std::string& name);
};

/// Reads a file. `id`: the four-by-four, or empty to take it from NAME.meta.json, the file's name or its
/// columns.
std::shared_ptr<Table> load_file(const std::string& path, const std::string& id);
/// Loads NAME.json, NAME.json.gz, NAME.csv, NAME.csv.gz of a folder, in the order of their names.
std::vector<std::shared_ptr<Table>> load_folder(const std::string& folder);

/// Decides types and builds columns. `types`: from a meta file, by column name.
std::shared_ptr<Table> build_table(RawTable raw, const std::string& id, const std::string& name,
                                   const std::vector<std::pair<std::string, Type>>& types);
/// The type that the cells of a column show.
Type infer_type(const RawColumn& column);
RawTable parse_csv(std::string_view text);
RawTable parse_json_rows(const std::string& text, const std::string& path);

/// A code that looks random and is the same in every run.
std::uint64_t mix(std::uint64_t number);

}  // namespace soda
