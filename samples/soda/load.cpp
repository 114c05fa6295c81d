#include "load.h"

#include <fmt/core.h>
#include <simdjson.h>
#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "known.h"
#include "problem.h"

namespace soda {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kMadeUpInstant = 1705316400000000;  // 2024-01-15T11:00:00Z

std::string read_whole(const std::string& path) {
  // gzread passes plain files through.
  const gzFile file = gzopen(path.c_str(), "rb");
  if (!file) throw LoadError(fmt::format("{}: cannot be opened", path));
  std::string text;
  std::vector<char> piece(1 << 20);
  int got = 0;
  while ((got = gzread(file, piece.data(), static_cast<unsigned>(piece.size()))) > 0)
    text.append(piece.data(), static_cast<std::size_t>(got));
  gzclose(file);
  if (got < 0) throw LoadError(fmt::format("{}: is damaged", path));
  return text;
}

bool is_four_by_four(std::string_view id) {
  if (id.size() != 9 || id[4] != '-') return false;
  for (std::size_t i = 0; i < 9; ++i)
    if (i != 4 && !std::isalnum(static_cast<unsigned char>(id[i]))) return false;
  return true;
}

RawCell read_cell(const simdjson::dom::element& element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::NULL_VALUE:
      return {};
    case element_type::STRING:
      return {RawCell::Kind::text, std::string(std::string_view(element))};
    case element_type::BOOL:
      return {RawCell::Kind::boolean, bool(element) ? "true" : "false"};
    case element_type::ARRAY:
    case element_type::OBJECT:
      return {RawCell::Kind::object, simdjson::minify(element)};
    default:
      return {RawCell::Kind::number, simdjson::minify(element)};
  }
}

bool is_plain_number(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  if (text.size() > 1 && text[0] == '0' && text[1] != '.') return false;
  return text.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::count(text.begin(), text.end(), '.') <= 1 && text.back() != '.';
}

bool is_iso_instant(std::string_view text) {
  return text.size() >= 19 && text[10] == 'T' && parse_instant(text).has_value();
}

Type type_of_object(const std::string& text) {
  if (text.starts_with("{\"url\"")) return Type::url;
  if (text.find("\"latitude\"") != std::string::npos || text.find("\"human_address\"") != std::string::npos)
    return Type::location;
  constexpr std::pair<std::string_view, Type> kShapes[] = {{"\"type\":\"Point\"", Type::point},
                                                           {"\"type\":\"LineString\"", Type::line},
                                                           {"\"type\":\"Polygon\"", Type::polygon},
                                                           {"\"type\":\"MultiPoint\"", Type::multipoint},
                                                           {"\"type\":\"MultiLineString\"", Type::multiline},
                                                           {"\"type\":\"MultiPolygon\"", Type::multipolygon}};
  for (const auto& [mark, type] : kShapes)
    if (text.find(mark) != std::string::npos) return type;
  return Type::document;
}

Type system_type(std::string_view name) {
  if (name == ":id") return Type::row_identifier;
  if (name == ":version") return Type::row_version;
  return Type::fixed_timestamp;
}

/// A CSV has no objects; the columns that are objects in the API are rebuilt.
std::string as_object(Type type, const std::string& text) {
  if (type == Type::url) return fmt::format("{{\"url\":{}}}", json_string(text));
  const std::size_t open = text.find('('), comma = text.find(','), close = text.find(')');
  if (type != Type::location || open == std::string::npos || comma == std::string::npos ||
      close == std::string::npos)
    return json_string(text);
  const auto part = [&](std::size_t from, std::size_t to) {
    while (from < to && text[from] == ' ') ++from;
    return text.substr(from, to - from);
  };
  return fmt::format(
      "{{\"latitude\":\"{}\",\"longitude\":\"{}\",\"human_address\":\"{{\\\"address\\\": \\\"\\\", "
      "\\\"city\\\": "
      "\\\"\\\", \\\"state\\\": \\\"\\\", \\\"zip\\\": \\\"\\\"}}\"}}",
      part(open + 1, comma), part(comma + 1, close));
}

void fill(Column& column, const RawColumn& raw) {
  // A value that does not fit is kept as text, so that it can be served as it stood in the file.
  const auto word = [&](const std::string& text) -> std::optional<std::int64_t> {
    if (column.type == Type::checkbox) return text == "true" || text == "Y" || text == "1" ? 1 : 0;
    if (is_timestamp(column.type)) return parse_instant(text);
    const std::string_view prefix = row_code_prefix(column.type);
    if (!text.starts_with(prefix)) return std::nullopt;
    const auto code = parse_row_code(std::string_view(text).substr(prefix.size()));
    return code ? std::optional(static_cast<std::int64_t>(*code)) : std::nullopt;
  };
  if (column.storage == Column::Storage::words &&
      !std::all_of(raw.cells.begin(), raw.cells.end(),
                   [&](const RawCell& cell) { return cell.kind == RawCell::Kind::null || word(cell.text); }))
    column.storage = Column::Storage::heap;
  for (const RawCell& cell : raw.cells) {
    if (cell.kind == RawCell::Kind::null)
      column.append_null();
    else if (column.storage == Column::Storage::words)
      column.append_word(*word(cell.text));
    else if (is_object(column.type) && cell.kind != RawCell::Kind::object)
      column.append_text(as_object(column.type, cell.text));
    else
      column.append_text(cell.text);
  }
}

void add_system_columns(Table& table, const RawTable& raw) {
  for (const char* name : {":id", ":created_at", ":updated_at", ":version"}) {
    Column& column = table.add_column(name, system_type(name));
    const auto given = std::find_if(raw.columns.begin(), raw.columns.end(),
                                    [&](const RawColumn& candidate) { return candidate.name == name; });
    if (given != raw.columns.end()) {
      fill(column, *given);
      continue;
    }
    // :id grows with the row number, as the city's does with the order of arrival.
    for (std::size_t row = 0; row < raw.row_count; ++row) {
      const std::uint64_t noise = mix(row + (column.type == Type::row_version ? 77 : 0));
      if (column.type == Type::row_identifier)
        column.append_word(static_cast<std::int64_t>((std::uint64_t{row} + 1) << 24 | (noise & 0xffffff)));
      else
        column.append_word(column.type == Type::row_version ? static_cast<std::int64_t>(noise >> 1)
                                                            : kMadeUpInstant);
    }
  }
}

struct Meta {
  std::string id, name;
  std::vector<std::pair<std::string, Type>> types;
};

Meta read_meta(const std::string& path) {
  Meta meta;
  if (!fs::exists(path)) return meta;
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (parser.parse(read_whole(path)).get(root)) throw LoadError(fmt::format("{}: is no JSON object", path));
  std::string_view text;
  if (!root["id"].get(text)) meta.id = text;
  if (!root["name"].get(text)) meta.name = text;
  simdjson::dom::object columns;
  if (root["columns"].get(columns)) return meta;
  for (const auto& field : columns) {
    const auto type = field.value.get(text) ? std::nullopt : parse_type(text);
    if (!type) throw LoadError(fmt::format("{}: column {} has an unknown type", path, field.key));
    meta.types.emplace_back(field.key, *type);
  }
  return meta;
}

}  // namespace

std::uint64_t mix(std::uint64_t number) {
  // SplitMix64's finishing steps.
  number += 0x9e3779b97f4a7c15U;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebU;
  return number ^ (number >> 31);
}

RawColumn& RawTable::column(const std::string& name) {
  for (RawColumn& column : columns)
    if (column.name == name) return column;
  return columns.emplace_back(RawColumn{name, std::vector<RawCell>(row_count)});
}

RawTable parse_json_rows(const std::string& text, const std::string& path) {
  simdjson::dom::parser parser;
  simdjson::dom::array rows;
  if (parser.parse(text).get(rows)) throw LoadError(fmt::format("{}: is no JSON array of rows", path));
  RawTable raw;
  for (const simdjson::dom::element& row : rows) {
    simdjson::dom::object object;
    if (row.get(object)) throw LoadError(fmt::format("{}: row {} is no object", path, raw.row_count + 1));
    ++raw.row_count;
    std::size_t place = 0;
    for (const auto& field : object) {
      // Fields mostly come in the order of the columns.
      while (place < raw.columns.size() && raw.columns[place].name != field.key) ++place;
      RawColumn& column =
          place < raw.columns.size() ? raw.columns[place] : raw.column(std::string(field.key));
      if (place == raw.columns.size()) place = 0;
      column.cells.resize(raw.row_count);
      column.cells.back() = read_cell(field.value);
    }
  }
  for (RawColumn& column : raw.columns) column.cells.resize(raw.row_count);
  return raw;
}

RawTable parse_csv(std::string_view text) {
  RawTable raw;
  std::vector<std::string> cells(1);
  bool quoted = false, header = true;
  const auto end_row = [&] {
    if (header) {
      for (std::string& cell : cells) {
        for (char& c : cell)
          c = std::isalnum(static_cast<unsigned char>(c)) || c == ':'
                  ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
                  : '_';
        raw.columns.push_back({cell, {}});
      }
    } else if (cells.size() > 1 || !cells[0].empty()) {
      ++raw.row_count;
      for (std::size_t i = 0; i < raw.columns.size(); ++i) {
        const bool given = i < cells.size() && !cells[i].empty();
        raw.columns[i].cells.push_back(given ? RawCell{RawCell::Kind::text, cells[i]} : RawCell{});
      }
    }
    header = false;
    cells.assign(1, "");
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      const bool doubled = c == '"' && i + 1 < text.size() && text[i + 1] == '"';
      if (c != '"' || doubled) cells.back() += c;
      if (doubled)
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c == '\n') {
      end_row();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  if (cells.size() > 1 || !cells[0].empty()) end_row();
  return raw;
}

Type infer_type(const RawColumn& column) {
  bool seen = false, booleans = true, numbers = true, instants = true, zoned = true;
  for (const RawCell& cell : column.cells) {
    if (cell.kind == RawCell::Kind::null) continue;
    if (cell.kind == RawCell::Kind::object) return type_of_object(cell.text);
    seen = true;
    booleans = booleans && cell.kind == RawCell::Kind::boolean;
    numbers = numbers && (cell.kind == RawCell::Kind::number || is_plain_number(cell.text));
    instants = instants && is_iso_instant(cell.text);
    zoned = zoned && cell.text.ends_with('Z');
  }
  if (!seen) return Type::text;
  if (booleans) return Type::checkbox;
  if (numbers) return Type::number;
  if (instants) return zoned ? Type::fixed_timestamp : Type::floating_timestamp;
  return Type::text;
}

std::shared_ptr<Table> build_table(RawTable raw, const std::string& id, const std::string& name,
                                   const std::vector<std::pair<std::string, Type>>& types) {
  const KnownTable* known = find_known(id);
  auto table = std::make_shared<Table>(id, !name.empty() || !known ? name : std::string(known->name));
  if (known)  // a column that is null in every row of the file is there all the same
    for (const KnownColumn& column : known->columns) raw.column(std::string(column.name));
  add_system_columns(*table, raw);
  for (const RawColumn& column : raw.columns) {
    if (column.name.starts_with(':') && !column.name.starts_with(":@")) continue;
    Type type = infer_type(column);
    if (known && known->rest_is_text && type == Type::number) type = Type::text;
    if (known)
      for (const KnownColumn& row : known->columns)
        if (row.name == column.name) type = row.type;
    for (const auto& [given, wanted] : types)
      if (given == column.name) type = wanted;
    fill(table->add_column(column.name, type), column);
  }
  table->set_row_count(raw.row_count);
  for (std::int64_t word : table->columns[2].words)
    table->rows_updated_at = std::max(table->rows_updated_at, word);
  return table;
}

std::shared_ptr<Table> load_file(const std::string& path, const std::string& id) {
  std::string stem = path;
  if (stem.ends_with(".gz")) stem.resize(stem.size() - 3);
  const bool csv = stem.ends_with(".csv");
  stem = stem.substr(0, stem.rfind('.'));
  const Meta meta = read_meta(stem + ".meta.json");
  RawTable raw = csv ? parse_csv(read_whole(path)) : parse_json_rows(read_whole(path), path);
  const std::string base = fs::path(stem).filename();
  std::string chosen = !id.empty() ? id : meta.id;
  if (chosen.empty() && is_four_by_four(base)) chosen = base;
  for (const RawColumn& column : raw.columns)
    if (const KnownTable* known = recognise(column.name); known && chosen.empty()) chosen = known->id;
  if (chosen.empty()) {
    // No id is known: one that stays the same for this file name.
    std::uint64_t code = 0;
    for (char c : base) code = mix(code ^ static_cast<unsigned char>(c));
    std::string text(14, ' ');
    write_row_code(text.data(), code);
    chosen = text.substr(0, 4) + "-" + text.substr(5, 4);
  }
  return build_table(std::move(raw), chosen, meta.name.empty() && !find_known(chosen) ? base : meta.name,
                     meta.types);
}

std::vector<std::shared_ptr<Table>> load_folder(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string path = entry.path();
    const bool rows = path.ends_with(".json") || path.ends_with(".json.gz") || path.ends_with(".csv") ||
                      path.ends_with(".csv.gz");
    if (rows && !path.ends_with(".meta.json")) paths.push_back(path);
  }
  if (error) throw LoadError(fmt::format("{}: {}", folder, error.message()));
  std::sort(paths.begin(), paths.end());
  std::vector<std::shared_ptr<Table>> tables;
  for (const std::string& path : paths) tables.push_back(load_file(path, ""));
  return tables;
}

}  // namespace soda
