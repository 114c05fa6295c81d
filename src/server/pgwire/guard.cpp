#include "server/pgwire/guard.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "server/pgwire/errors.h"

namespace leat::server::pgwire {
namespace {

constexpr std::size_t kPassedMax = 2000;
constexpr std::size_t kPassedBytesMax = 20000;  // longer statements are not remembered

// DuckDB's table functions that read nothing but the catalogue and their arguments.
constexpr std::string_view kFunctions[] = {
    "duckdb_columns", "duckdb_constraints", "duckdb_indexes",    "duckdb_keywords",
    "duckdb_schemas", "duckdb_sequences",   "duckdb_tables",     "duckdb_types",
    "duckdb_views",   "generate_series",    "histogram_values",  "json_each",
    "json_tree",      "pg_timezone_names",  "pragma_table_info", "range",
    "repeat",         "repeat_row",         "summary",           "unnest"};
// Views of DuckDB's own that tell of files and settings.
constexpr std::string_view kViews[] = {"duckdb_columns", "duckdb_constraints", "duckdb_indexes",
                                       "duckdb_schemas", "duckdb_tables",      "duckdb_types",
                                       "duckdb_views"};
constexpr std::string_view kScalars[] = {
    "current_setting", "getenv", "write_log", "which_secret", "json_execute_serialized_sql",
    "setseed",         "nextval"};

template <std::size_t N>
bool contains(const std::string_view (&list)[N], std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

std::string lower_name(const document::Value& value) {
  std::string out = value.raw();
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

[[noreturn]] void refuse(const char* what, const std::string& name) {
  throw refusal(State::not_permitted, fmt::format("permission denied for {} {}", what, name));
}

void check_table(const document::Value& table) {
  std::string name = lower_name(table["table_name"]), catalog = lower_name(table["catalog_name"]);
  // DuckDB takes a name that is no table for a file's, if it looks so.
  if (name.find_first_of("./\\:*?[") != std::string::npos) refuse("relation", table["table_name"].raw());
  if (catalog == "system" || catalog == "temp") refuse("relation", table["table_name"].raw());
  if ((name.starts_with("duckdb_") || name.starts_with("pragma_")) && !contains(kViews, name))
    refuse("relation", name);
}

}  // namespace

bool Guard::admits_function(std::string_view name) {
  return contains(kFunctions, name);
}

void Guard::walk(const document::Value& value) {
  for (const document::Value& item : value.items()) walk(item);
  if (!value.is_mapping()) return;
  const std::string& type = value["type"].raw();
  if (type == "BASE_TABLE") {
    check_table(value);
  } else if (type == "TABLE_FUNCTION") {
    std::string name = lower_name(value["function"]["function_name"]);
    if (!admits_function(name) && !others_.count(name)) refuse("function", name);
  } else if (type == "FUNCTION" && contains(kScalars, lower_name(value["function_name"]))) {
    refuse("function", value["function_name"].raw());
  }
  for (const document::Value::Member& member : value.members()) walk(member.second);
}

void Guard::check(const std::string& sql, std::string_view tree) {
  document::Value root = document::parse_json(tree, "the statement");
  if (root["error"].boolean()) {
    if (root["error_type"].raw() == "not implemented")
      throw refusal(State::read_only, "cannot execute anything but queries in a read-only transaction");
    throw refusal(State::syntax, root["error_message"].raw());
  }
  if (root["statements"].items().size() != 1)
    throw refusal(State::syntax, "cannot run several statements at once here");
  walk(root["statements"]);
  if (passed_.size() >= kPassedMax) passed_.clear();
  if (sql.size() <= kPassedBytesMax) passed_.insert(sql);
}

}  // namespace leat::server::pgwire
