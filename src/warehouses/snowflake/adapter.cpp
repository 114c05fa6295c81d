#include "warehouses/snowflake/adapter.h"

#include <fmt/core.h>

#include <algorithm>

#include "sql/tokenizer.h"
#include "warehouses/snowflake/catalog.h"
#include "warehouses/snowflake/dialect.h"
#include "warehouses/snowflake/result.h"
#include "warehouses/snowflake/statements.h"

namespace leat::warehouses::snowflake {
namespace {

constexpr std::size_t kLookedAt = 4096;
constexpr std::size_t kWordsMax = 5;  // "create or replace temporary table"

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// The first words of a statement, in lower case.
std::vector<std::string> first_words(const std::string& sql) {
  std::vector<std::string> words;
  for (const sql::Token& token : sql::tokenize(std::string_view(sql).substr(0, kLookedAt))) {
    if (token.kind != sql::TokenKind::word || words.size() == kWordsMax) break;
    words.push_back(lower(token.text));
  }
  if (words.empty()) words.emplace_back();
  return words;
}

bool is_temporary(const std::vector<std::string>& words) {
  return words[0] == "create" && std::any_of(words.begin(), words.end(), [](const std::string& word) {
           return word == "temporary" || word == "temp";
         });
}

bool is_ddl(std::string_view verb) {
  for (std::string_view each :
       {"create", "drop", "alter", "truncate", "grant", "revoke", "comment", "undrop", "use"}) {
    if (verb == each) return true;
  }
  return false;
}
bool changes_rows(std::string_view verb) {
  for (std::string_view each : {"insert", "update", "delete", "merge", "copy"}) {
    if (verb == each) return true;
  }
  return false;
}

}  // namespace

const sql::Dialect& SnowAdapter::dialect() const {
  return snow_dialect();
}

document::Value SnowAdapter::run(const std::string& sql) {
  std::vector<std::string> words = first_words(sql);
  const std::string& verb = words[0];
  if (verb == "begin" || verb == "start") {
    wants_transaction_ = true;
    return {};  // sent with the first statement that changes rows
  }
  bool ends = verb == "commit" || verb == "rollback";
  if (ends && !has_transaction_) {
    wants_transaction_ = false;
    return {};
  }
  if (wants_transaction_ && !has_transaction_ && changes_rows(verb)) {
    session_.begin();
    has_transaction_ = true;
  }
  if (is_temporary(words)) has_temporary_ = true;
  session_.hold(has_transaction_ || has_temporary_);
  document::Value data = session_.run(sql);
  if (session_.account().is_emulator && changes_rows(verb) && !has_transaction_) session_.run("commit");
  if (ends) wants_transaction_ = false;
  if (ends || is_ddl(verb)) has_transaction_ = false;
  session_.hold(has_transaction_ || has_temporary_);
  return data;
}

std::int64_t SnowAdapter::execute(const std::string& sql) {
  std::int64_t rows = 0;
  for (const std::string& statement : split_statements(sql)) rows = rows_changed(run(statement));
  return rows;
}

sql::QueryResult SnowAdapter::query(const std::string& sql, std::int64_t rows_max) {
  std::vector<std::string> statements = split_statements(sql);
  for (std::size_t i = 0; i + 1 < statements.size(); ++i) run(statements[i]);
  return read_rows(run(statements.empty() ? sql : statements.back()), session_, rows_max);
}

std::vector<std::string> SnowAdapter::list_schemas() {
  return catalog_schemas(session_);
}

std::vector<sql::Relation> SnowAdapter::list_relations(const std::string& schema) {
  return catalog_relations(session_, schema);
}

std::optional<std::vector<sql::RelationColumn>> SnowAdapter::columns(const sql::Relation& relation) {
  std::vector<sql::RelationColumn> columns;
  for (const CatalogColumn& each : catalog_columns(session_, relation))
    columns.push_back({unfolded(each.name), each.native_type, snow_dialect().parse_type(each.native_type)});
  if (columns.empty()) return std::nullopt;
  return columns;
}

void SnowAdapter::create_schema(const std::string& schema) {
  execute("create schema if not exists " + snow_dialect().quote(schema));
}

void SnowAdapter::drop(const sql::Relation& relation) {
  const char* kind = relation.kind == sql::RelationKind::view                ? "view"
                     : relation.kind == sql::RelationKind::materialized_view ? "materialized view"
                                                                             : "table";
  run(fmt::format("drop {} if exists {}", kind, snow_dialect().render(relation)));
}

void SnowAdapter::rename(const sql::Relation& relation, const std::string& identifier) {
  const char* kind = relation.kind == sql::RelationKind::view ? "view" : "table";
  sql::Relation renamed{relation.database, relation.schema, identifier, relation.kind};
  run(fmt::format("alter {} {} rename to {}", kind, snow_dialect().render(relation),
                  snow_dialect().render(renamed)));
}

}  // namespace leat::warehouses::snowflake
