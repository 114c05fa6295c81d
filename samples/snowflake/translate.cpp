#include "translate.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "refusal.h"

namespace snowflake {
namespace {

bool any_of(const Token& token, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view each) { return token.is(each); });
}

bool follows(const Tokens& tokens, std::size_t at, std::initializer_list<std::string_view> words) {
  for (std::string_view each : words) {
    if (at >= tokens.size() || !tokens[at].is(each)) return false;
    ++at;
  }
  return true;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Behind the bracket that closes the one at `open`.
std::size_t behind_bracket(const Tokens& tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < tokens.size(); ++at) {
    if (tokens[at].is("(")) ++depth;
    if (tokens[at].is(")") && --depth == 0) return at + 1;
  }
  throw Refusal("001003", "SQL compilation error: a bracket is not closed");
}

void replace(Tokens& tokens, std::size_t from, std::size_t to, Tokens with) {
  auto first = tokens.begin() + static_cast<std::ptrdiff_t>(from);
  auto last = tokens.begin() + static_cast<std::ptrdiff_t>(to);
  auto at = tokens.erase(first, last);
  tokens.insert(at, with.begin(), with.end());
}

void refuse_foreign(const Tokens& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    bool is_foreign = follows(tokens, i, {"FILTER", "(", "WHERE"}) ||
                      follows(tokens, i, {"GENERATE_SERIES", "("}) || follows(tokens, i, {"UNNEST", "("}) ||
                      follows(tokens, i, {"DISTINCT", "ON", "("}) || follows(tokens, i, {"ISODOW", "FROM"}) ||
                      follows(tokens, i, {"NOW", "("});
    if (is_foreign) {
      throw Refusal("001003",
                    fmt::format("SQL compilation error:\nsyntax error line 1 at position {} unexpected '{}'.",
                                i, tokens[i].text));
    }
  }
}

// Types of one word, without their arguments.
struct TypeName {
  std::string_view theirs, ours;
  bool keeps_arguments;
};
constexpr std::array kTypes = {TypeName{"NUMBER", "DECIMAL", true},
                               TypeName{"NUMERIC", "DECIMAL", true},
                               TypeName{"DECIMAL", "DECIMAL", true},
                               TypeName{"VARIANT", "JSON", false},
                               TypeName{"OBJECT", "JSON", false},
                               TypeName{"TIMESTAMP_NTZ", "TIMESTAMP", false},
                               TypeName{"DATETIME", "TIMESTAMP", false},
                               TypeName{"TIMESTAMP_TZ", "TIMESTAMPTZ", false},
                               TypeName{"TIMESTAMP_LTZ", "TIMESTAMPTZ", false},
                               TypeName{"STRING", "VARCHAR", false},
                               TypeName{"FLOAT", "DOUBLE", false},
                               TypeName{"BINARY", "BLOB", false}};

void translate_types(Tokens& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::word || (i + 1 < tokens.size() && tokens[i + 1].is(".")) ||
        (i > 0 && tokens[i - 1].is(".")))
      continue;
    for (const TypeName& type : kTypes) {
      if (tokens[i].text != type.theirs) continue;
      tokens[i].text = std::string(type.ours);
      bool has_arguments =
          i + 2 < tokens.size() && tokens[i + 1].is("(") && tokens[i + 2].kind == Token::Kind::number;
      if (has_arguments && !type.keeps_arguments) replace(tokens, i + 1, behind_bracket(tokens, i + 1), {});
      if (!has_arguments && type.keeps_arguments)
        replace(
            tokens, i + 1, i + 1,
            {symbol("("), {Token::Kind::number, "38"}, symbol(","), {Token::Kind::number, "0"}, symbol(")")});
      break;
    }
  }
}

void wrap_arguments(Tokens& tokens, std::size_t at, const std::string& before, const std::string& after) {
  std::size_t end = behind_bracket(tokens, at + 1);
  tokens[end - 1] = verbatim(after);
  replace(tokens, at, at + 2, {verbatim(before)});
}

void translate_calls(Tokens& tokens) {
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::word) continue;
    if (follows(tokens, i, {"UUID_STRING", "(", ")"})) {
      replace(tokens, i, i + 3, {verbatim("CAST(uuid() AS VARCHAR)")});
    } else if (follows(tokens, i, {"PARSE_JSON", "("})) {
      wrap_arguments(tokens, i, "CAST((", ") AS JSON)");
    } else if (follows(tokens, i, {"HASH_AGG", "("})) {
      wrap_arguments(tokens, i, "SUM(CAST(hash(", ") AS HUGEINT))");
    } else if (follows(tokens, i, {"TO_JSON", "("})) {
      wrap_arguments(tokens, i, "CAST((", ") AS VARCHAR)");
    } else if (follows(tokens, i, {"ARRAY_GENERATE_RANGE", "("})) {
      tokens[i].text = "RANGE";
    } else if (follows(tokens, i, {"DAYOFWEEKISO", "FROM"})) {
      tokens[i].text = "ISODOW";
    } else if (follows(tokens, i, {"DATE_PART", "("}) && i + 3 < tokens.size() &&
               lower(tokens[i + 2].text) == "epoch_microsecond") {
      replace(tokens, i, i + 4, {verbatim("EPOCH_US"), symbol("(")});
    } else if (follows(tokens, i, {"IFF", "("})) {
      tokens[i].text = "IF";
    } else if (follows(tokens, i, {"NVL", "("})) {
      tokens[i].text = "COALESCE";
    } else if (any_of(tokens[i], {"CURRENT_TIMESTAMP", "SYSDATE"}) && follows(tokens, i + 1, {"(", ")"})) {
      replace(tokens, i, i + 3, {word("CURRENT_TIMESTAMP")});
    } else if (any_of(tokens[i], {"DATEADD", "DATEDIFF", "DATE_TRUNC"}) && tokens[i + 1].is("(") &&
               i + 3 < tokens.size() && tokens[i + 2].kind == Token::Kind::word && tokens[i + 3].is(",")) {
      tokens[i + 2].kind = Token::Kind::text;
    }
  }
}

// LATERAL FLATTEN(INPUT => x) AS f  ->  LATERAL (SELECT unnest(x) AS VALUE) AS f
void translate_flatten(Tokens& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!follows(tokens, i, {"LATERAL", "FLATTEN", "(", "INPUT", "=>"})) continue;
    std::size_t end = behind_bracket(tokens, i + 2);
    replace(tokens, end - 1, end, {verbatim(") AS VALUE)")});
    replace(tokens, i + 1, i + 5, {verbatim("(SELECT unnest(")});
  }
}

std::string catalog_view(const std::string& database, const std::string& view) {
  std::string where = fmt::format("database_name = {}", print(text(database)));
  if (view == "SCHEMATA")
    return fmt::format("(SELECT schema_name AS SCHEMA_NAME FROM duckdb_schemas() WHERE {} AND NOT internal)",
                       where);
  if (view == "TABLES") {
    return fmt::format(
        "(SELECT database_name AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME, "
        "'BASE TABLE' "
        "AS TABLE_TYPE FROM duckdb_tables() WHERE {0} AND NOT internal UNION ALL SELECT database_name, "
        "schema_name, "
        "view_name, 'VIEW' FROM duckdb_views() WHERE {0} AND NOT internal)",
        where);
  }
  if (view == "COLUMNS") {
    return fmt::format(
        "(SELECT database_name AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME, "
        "column_name AS "
        "COLUMN_NAME, column_index AS ORDINAL_POSITION, CASE WHEN data_type LIKE 'DECIMAL%' OR data_type "
        "LIKE '%INT' OR "
        "data_type LIKE '%INTEGER' THEN 'NUMBER' WHEN data_type = 'VARCHAR' THEN 'TEXT' WHEN data_type IN "
        "('DOUBLE', "
        "'FLOAT') THEN 'FLOAT' WHEN data_type = 'TIMESTAMP' THEN 'TIMESTAMP_NTZ' WHEN data_type = 'TIMESTAMP "
        "WITH TIME "
        "ZONE' THEN 'TIMESTAMP_TZ' WHEN data_type = 'JSON' THEN 'VARIANT' WHEN data_type = 'BLOB' THEN "
        "'BINARY' ELSE "
        "data_type END AS DATA_TYPE, CASE WHEN data_type LIKE 'DECIMAL%' THEN numeric_precision WHEN "
        "data_type LIKE "
        "'%INT' OR data_type LIKE '%INTEGER' THEN 38 END AS NUMERIC_PRECISION, CASE WHEN data_type LIKE "
        "'DECIMAL%' THEN "
        "numeric_scale WHEN data_type LIKE '%INT' OR data_type LIKE '%INTEGER' THEN 0 END AS NUMERIC_SCALE "
        "FROM "
        "duckdb_columns() WHERE {} AND NOT internal)",
        where);
  }
  throw Refusal("002003",
                fmt::format("SQL compilation error:\nObject 'INFORMATION_SCHEMA.{}' does not exist.", view));
}

void translate_names(Tokens& tokens, const Names& names) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!tokens[i].is_identifier() || (i > 0 && tokens[i - 1].is("."))) continue;
    std::size_t end = i;
    Chain chain = read_chain(tokens, end);
    std::size_t parts = chain.parts.size();
    if (parts >= 2 && chain.parts[parts - 2] == "INFORMATION_SCHEMA") {
      std::string database = parts == 3 ? chain.parts[0] : names.database;
      replace(tokens, i, end, {verbatim(catalog_view(database, chain.last()))});
    } else if (auto found = names.temporary.find(chain.key(names));
               found != names.temporary.end() && (parts > 1 || tokens[i].kind == Token::Kind::name)) {
      replace(tokens, i, end, {verbatim("temp.main." + print(Token{Token::Kind::name, found->second}))});
    } else {
      i = end - 1;
    }
  }
}

// CREATE OR REPLACE TABLE t (columns) AS SELECT …: DuckDB takes columns or a query, not both.
std::string split_create(const Tokens& tokens) {
  std::size_t at = 0;
  while (at < tokens.size() && !tokens[at].is("TABLE")) ++at;
  if (at + 1 >= tokens.size() || !follows(tokens, 0, {"CREATE"})) return "";
  std::size_t name = ++at;
  if (follows(tokens, at, {"IF", "NOT", "EXISTS"})) return "";
  read_chain(tokens, at);
  std::size_t name_end = at;
  if (at >= tokens.size() || !tokens[at].is("(")) return "";
  std::size_t end = behind_bracket(tokens, at);
  if (end >= tokens.size() || !tokens[end].is("AS")) return "";
  auto part = [&](std::size_t from, std::size_t to) {
    return print(Tokens(tokens.begin() + static_cast<std::ptrdiff_t>(from),
                        tokens.begin() + static_cast<std::ptrdiff_t>(to)));
  };
  std::string columns = part(at, end), query = part(end + 1, tokens.size()), target = part(name, name_end);
  return fmt::format(
      "CREATE TEMP TABLE \"__built\" AS {}; CREATE OR REPLACE TABLE {} {}; INSERT INTO {} FROM "
      "\"__built\"; DROP TABLE \"__built\"",
      query, target, columns, target);
}

void translate_ddl(Tokens& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (follows(tokens, i, {"COPY", "GRANTS"})) replace(tokens, i, i + 2, {});
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(tokens.size(), 4); ++i) {
    if (tokens[i].is("TRANSIENT")) replace(tokens, i, i + 1, {});
  }
  if (!follows(tokens, 0, {"ALTER"})) return;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!follows(tokens, i, {"RENAME", "TO"})) continue;
    std::size_t end = i + 2;
    Chain chain = read_chain(tokens, end);
    replace(tokens, i + 2, end, {{Token::Kind::name, chain.last()}});
  }
}

}  // namespace

std::string Chain::schema(const Names& names) const {
  return parts.size() > 1 ? parts[parts.size() - 2] : names.schema;
}

Chain read_chain(const Tokens& tokens, std::size_t& at) {
  Chain chain;
  while (at < tokens.size() && tokens[at].is_identifier()) {
    chain.parts.push_back(tokens[at++].text);
    if (at + 1 >= tokens.size() || !tokens[at].is(".") || !tokens[at + 1].is_identifier()) break;
    ++at;
  }
  if (chain.parts.empty()) throw Refusal("001003", "SQL compilation error: a name is missing");
  return chain;
}

Kind kind_of(const Tokens& tokens) {
  if (tokens.empty()) throw Refusal("000900", "Empty SQL statement.");
  const Token& verb = tokens[0];
  if (any_of(verb, {"BEGIN", "START"})) return Kind::begin;
  if (verb.is("COMMIT")) return Kind::commit;
  if (verb.is("ROLLBACK")) return Kind::rollback;
  if (verb.is("PUT")) return Kind::put;
  if (verb.is("COPY")) return Kind::copy;
  if (verb.is("USE")) return Kind::use;
  if (verb.is("CREATE") || verb.is("DROP")) {
    for (std::size_t i = 1; i < std::min<std::size_t>(tokens.size(), 5); ++i) {
      if (tokens[i].is("STAGE")) return verb.is("DROP") ? Kind::drop_stage : Kind::stage;
      if (tokens[i].is("FILE") && i + 1 < tokens.size() && tokens[i + 1].is("FORMAT")) return Kind::nothing;
    }
    return Kind::ddl;
  }
  if (follows(tokens, 0, {"ALTER", "SESSION"}) || any_of(verb, {"GRANT", "REVOKE"})) return Kind::nothing;
  if (any_of(verb, {"ALTER", "TRUNCATE", "COMMENT"})) return Kind::ddl;
  if (any_of(verb, {"INSERT", "UPDATE", "DELETE", "MERGE"})) return Kind::change;
  if (any_of(verb, {"SELECT", "WITH", "VALUES", "SHOW", "DESCRIBE", "("})) return Kind::query;
  throw Refusal(
      "001003",
      fmt::format("SQL compilation error:\nsyntax error line 1 at position 0 unexpected '{}'.", verb.text));
}

std::string translate(Tokens tokens, const Names& names) {
  refuse_foreign(tokens);
  translate_ddl(tokens);
  translate_names(tokens, names);
  translate_types(tokens);
  translate_flatten(tokens);
  translate_calls(tokens);
  std::string split = split_create(tokens);
  return split.empty() ? print(tokens) : split;
}

std::string macros() {
  return "CREATE OR REPLACE TEMP MACRO dateadd(part, n, x) AS CASE lower(part) WHEN 'day' THEN x + "
         "to_days(CAST(n "
         "AS INTEGER)) "
         "WHEN 'month' THEN x + to_months(CAST(n AS INTEGER)) WHEN 'year' THEN x + to_years(CAST(n AS "
         "INTEGER)) WHEN "
         "'hour' THEN x + to_hours(CAST(n AS BIGINT)) WHEN 'minute' THEN x + to_minutes(CAST(n AS BIGINT)) "
         "ELSE x + "
         "to_seconds(CAST(n AS DOUBLE)) END;"
         "CREATE OR REPLACE TEMP MACRO datediff(part, a, b) AS date_diff(part, a, b);";
}

}  // namespace snowflake
