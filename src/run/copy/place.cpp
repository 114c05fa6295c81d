#include "run/copy/place.h"

#include <fmt/core.h>

#include <filesystem>

#include "base/error.h"
#include "base/secret.h"
#include "files/location.h"
#include "http/url.h"

namespace leat::run {
namespace {

using document::Value;

// The parts of scheme://user:password@host/path, decoded.
struct Parts {
  std::string user, password, host, path;
  http::Query query;
};

Parts parts_of(std::string_view uri) {
  Parts parts;
  parts.query = http::query_of(uri);
  std::string_view rest = uri.substr(uri.find("://") + 3);
  rest = rest.substr(0, rest.find('?'));
  std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  parts.path = files::percent_decode(rest.substr(std::min(slash + 1, rest.size())));
  if (std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    std::string_view who = authority.substr(0, at);
    std::size_t colon = std::min(who.find(':'), who.size());
    parts.user = files::percent_decode(who.substr(0, colon));
    std::string_view password = who.substr(std::min(colon + 1, who.size()));
    register_secret(password);
    parts.password = files::percent_decode(password);
    register_secret(parts.password);
    authority.remove_prefix(at + 1);
  }
  parts.host = authority;
  return parts;
}

// Takes ?table= (may repeat) and ?schema= out of the query.
void take_tables(Place& place, http::Query& query) {
  http::Query others;
  for (auto& [name, value] : query) {
    if (name == "table") {
      place.tables.push_back(value);
    } else if (name == "schema") {
      place.schema = value;
    } else {
      others.emplace_back(std::move(name), std::move(value));
    }
  }
  query = std::move(others);
}

Place postgres_place(std::string_view uri) {
  Place place{.kind = "postgres"};
  Parts parts = parts_of(uri);
  take_tables(place, parts.query);
  std::string url = http::with_query(std::string(uri.substr(0, uri.find('?'))), parts.query);
  place.shown = http::safe_url(url);
  place.settings = Value::mapping({{"type", Value::of("postgres")}, {"url", Value::of(url)}});
  return place;
}

Place snowflake_place(std::string_view uri) {
  Place place{.kind = "snowflake"};
  Parts parts = parts_of(uri);
  take_tables(place, parts.query);
  std::size_t slash = std::min(parts.path.find('/'), parts.path.size());
  if (slash < parts.path.size() && place.schema.empty()) place.schema = parts.path.substr(slash + 1);
  place.shown = fmt::format("snowflake://{}/{}", parts.host, parts.path);
  place.settings = Value::mapping({{"type", Value::of("snowflake")},
                                   {"account", Value::of(parts.host)},
                                   {"user", Value::of(parts.user)},
                                   {"database", Value::of(parts.path.substr(0, slash))}});
  if (!parts.password.empty()) place.settings.set("password", Value::of(parts.password));
  for (auto& [name, value] : parts.query) place.settings.set(name, Value::of(value));
  return place;
}

Place duckdb_place(std::string_view text) {
  Place place{.kind = "duckdb"};
  std::string path(text);
  if (text.starts_with("duckdb://")) {
    http::Query query = http::query_of(text);
    take_tables(place, query);
    if (!query.empty())
      throw Error(ErrorCode::cli_usage, fmt::format("A DuckDB URI takes no `{}`", query[0].first),
                  std::string(text))
          .fix("There are `table` and `schema`.");
    path = files::percent_decode(text.substr(9, text.find('?') - 9));
  }
  if (path.empty()) throw Error(ErrorCode::cli_usage, "A DuckDB URI names a file", std::string(text));
  place.shown = path;
  place.settings = Value::mapping(
      {{"type", Value::of("duckdb")}, {"path", Value::of(std::filesystem::absolute(path).string())}});
  return place;
}

}  // namespace

Place read_place(std::string_view text) {
  if (text.starts_with("postgres://") || text.starts_with("postgresql://")) return postgres_place(text);
  if (text.starts_with("snowflake://")) return snowflake_place(text);
  if (text.starts_with("duckdb://")) return duckdb_place(text);
  std::size_t scheme = text.find("://");
  bool is_path = scheme == std::string_view::npos;
  if (is_path && (text.ends_with(".duckdb") || text.ends_with(".db") || text.ends_with(".ddb")))
    return duckdb_place(text);
  static constexpr std::string_view kFileSchemes[] = {"file", "s3", "http", "https"};
  bool is_known = is_path;
  for (std::string_view each : kFileSchemes) is_known = is_known || text.substr(0, scheme) == each;
  if (!is_known || text.empty())
    throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no place that is known", http::safe_url(text)),
                "leat copy")
        .fix("Known are postgres://, duckdb://, snowflake://, s3://, https://, file:// and paths.");
  Place place{.kind = "files", .shown = std::string(text)};
  if (is_path && text != "-")
    place.shown = std::filesystem::absolute(std::filesystem::path(text)).lexically_normal().string();
  if (text.starts_with("http")) place.shown = http::safe_url(text);
  place.settings = Value::mapping(
      {{"type", Value::of("files")}, {"url", Value::of(is_path ? place.shown : std::string(text))}});
  return place;
}

}  // namespace leat::run
