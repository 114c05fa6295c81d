#include "dbt/check/literals.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "document/value.h"
#include "sql/tokenizer.h"

namespace leat::dbt {
namespace {

using document::Value;

constexpr std::string_view kTypes[] = {"DATE",    "TIME",     "TIMESTAMP", "TIMESTAMP WITH TIME ZONE",
                                       "TINYINT", "SMALLINT", "INTEGER",   "BIGINT",
                                       "HUGEINT", "FLOAT",    "DOUBLE"};

bool compares(const sql::Token& token) {
  return token.kind == sql::TokenKind::symbol &&
         (token.text == "=" || token.text == "<" || token.text == ">");
}

// Printing a plan costs more than binding: only where a text stands beside a comparison.
bool may_hold_one(const std::string& sql) {
  std::vector<sql::Token> tokens = sql::tokenize(sql);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != sql::TokenKind::text) continue;
    if ((i > 0 && compares(tokens[i - 1])) || (i + 1 < tokens.size() && compares(tokens[i + 1]))) return true;
  }
  return false;
}

struct Cast {
  std::string text, type;
  std::size_t offset;
};

// Casts of constant texts on a side of a comparison.
void collect(const Value& value, bool compared, std::vector<Cast>& into) {
  if (value.is_list()) {
    for (const Value& each : value.items()) collect(each, false, into);
    return;
  }
  if (!value.is_mapping()) return;
  const Value& child = value["child"];
  bool constant = compared && value["expression_class"].raw() == "BOUND_CAST" &&
                  !value["try_cast"].boolean() && child["expression_class"].raw() == "BOUND_CONSTANT" &&
                  child["value"]["value"].is_text() &&
                  child["value"]["type"]["id"].raw().starts_with("VARCHAR");
  const std::string& type = value["return_type"]["id"].raw();
  if (constant && std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes))
    into.push_back(
        {child["value"]["value"].raw(), type, static_cast<std::size_t>(child["query_location"].integer())});
  bool sides = value["expression_class"].raw() == "BOUND_COMPARISON";
  for (const auto& [key, member] : value.members()) {
    if (member.is_list() || member.is_mapping())
      collect(member, sides && (key == "left" || key == "right"), into);
  }
}

}  // namespace

std::optional<sql::Objection> impossible_literal(Bench& bench, const std::string& sql) {
  if (!may_hold_one(sql)) return std::nullopt;
  std::optional<std::string> plan = bench.plan(sql);
  if (!plan) return std::nullopt;
  std::vector<Cast> casts;
  collect(document::parse_json(*plan, "DuckDB's plan")["plans"], false, casts);
  for (const Cast& each : casts) {
    sql::QueryResult answer =
        bench.session().query(fmt::format("select try_cast({} as {}) is null as none",
                                          bench.session().dialect().literal(each.text), each.type),
                              1);
    if (answer.batches.at(0).column(0).print(0) != "true") continue;
    sql::Objection objection;
    objection.code = "Binder/LITERAL";
    objection.text = fmt::format("Cannot compare: '{}' is no {}", each.text, each.type);
    if (each.offset < sql.size()) objection.offset = each.offset;
    return objection;
  }
  return std::nullopt;
}

}  // namespace leat::dbt
