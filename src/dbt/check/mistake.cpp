#include "dbt/check/mistake.h"

#include <algorithm>

#include "base/spec.h"

namespace leat::dbt {
namespace {

struct Row {
  std::string_view sign;
  MistakeKind kind;
};

// SQLSTATEs that do not depend on data.
constexpr Row kPostgres[] = {{"42601", MistakeKind::syntax},
                             {"42703", MistakeKind::unknown_column},
                             {"42P01", MistakeKind::unknown_relation},
                             {"3F000", MistakeKind::unknown_relation},
                             {"42883", MistakeKind::unknown_function},
                             {"42702", MistakeKind::ambiguous_name},
                             {"42725", MistakeKind::ambiguous_name},
                             {"42712", MistakeKind::ambiguous_name},
                             {"42701", MistakeKind::ambiguous_name},
                             {"42804", MistakeKind::type_clash},
                             {"42846", MistakeKind::type_clash},
                             {"42P18", MistakeKind::type_clash},
                             {"22008", MistakeKind::type_clash},
                             {"22003", MistakeKind::type_clash},
                             {"22P02", MistakeKind::type_clash},
                             {"22007", MistakeKind::type_clash},
                             {"42803", MistakeKind::grouping},
                             {"42P10", MistakeKind::other},
                             {"42P20", MistakeKind::other},
                             {"42704", MistakeKind::other}};

// What DuckDB's words begin with or hold, in the order in which they are looked for.
constexpr Row kDuckDb[] = {{"Referenced column", MistakeKind::unknown_column},
                           {"does not have a column", MistakeKind::unknown_column},
                           {"Referenced table", MistakeKind::unknown_relation},
                           {"Table with name", MistakeKind::unknown_relation},
                           {"Catalog \"", MistakeKind::unknown_relation},
                           {"Schema with name", MistakeKind::unknown_relation},
                           {"Function with name", MistakeKind::unknown_function},
                           {"Ambiguous reference", MistakeKind::ambiguous_name},
                           {"Duplicate alias", MistakeKind::ambiguous_name},
                           {"No function matches", MistakeKind::type_clash},
                           {"Could not choose a best candidate", MistakeKind::type_clash},
                           {"Cannot compare", MistakeKind::type_clash},
                           {"Cannot mix", MistakeKind::type_clash},
                           {"GROUP BY", MistakeKind::grouping},
                           {"aggregate", MistakeKind::grouping}};

// The text between the first quotes after `sign`.
std::string quoted_after(const std::string& text, std::string_view sign) {
  std::size_t at = text.find(sign);
  std::size_t open = at == std::string::npos ? at : text.find('"', at);
  std::size_t close = open == std::string::npos ? open : text.find('"', open + 1);
  return close == std::string::npos ? "" : text.substr(open + 1, close - open - 1);
}

std::optional<MistakeKind> kind_of_duckdb(const sql::Objection& objection) {
  std::string_view code = objection.code;
  if (code.starts_with("Parser") || code.starts_with("Syntax")) return MistakeKind::syntax;
  if (!code.starts_with("Binder") && !code.starts_with("Catalog")) return std::nullopt;
  // An extension that is not loaded, a file that can't be read: not the SQL's fault.
  if (objection.text.find("extension") != std::string::npos) return std::nullopt;
  for (const Row& row : kDuckDb) {
    if (objection.text.find(row.sign) != std::string::npos) return row.kind;
  }
  return code.starts_with("Binder") ? std::optional(MistakeKind::other) : std::nullopt;
}

}  // namespace

std::string_view name(MistakeKind kind) {
  constexpr std::string_view kNames[] = {"syntax",           "unknown column", "unknown relation",
                                         "unknown function", "ambiguous name", "type clash",
                                         "grouping",         "other"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<MistakeKind> kind_of(std::string_view engine, const sql::Objection& objection) {
  if (engine == "duckdb") return kind_of_duckdb(objection);
  if (engine != "postgres") return std::nullopt;
  for (const Row& row : kPostgres) {
    if (row.sign != objection.code) continue;
    // A function that is there with other arguments is a clash of types.
    bool there = row.kind == MistakeKind::unknown_function && objection.text.find("operator") == 0;
    return there ? MistakeKind::type_clash : row.kind;
  }
  return std::nullopt;
}

std::string words_of(const sql::Objection& objection) {
  std::string text = objection.text.substr(0, objection.text.find('\n'));
  constexpr std::string_view kAdvice = ". You might need";
  if (std::size_t at = text.find(kAdvice); at != std::string::npos) text.resize(at);
  while (!text.empty() && (text.back() == '!' || text.back() == '.' || text.back() == ' ')) text.pop_back();
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string near_of(const sql::Objection& objection) {
  if (!objection.name.empty() && !objection.candidates.empty()) {
    std::string close = nearest(objection.name, objection.candidates);
    if (!close.empty()) return close;
  }
  if (objection.text.starts_with("Referenced table")) {
    std::string only = quoted_after(objection.text, "Candidate tables");
    return only;
  }
  if (objection.text.starts_with("Ambiguous reference")) return quoted_after(objection.text, "(use:");
  if (!objection.candidates.empty() && objection.text.find("Function with name") == std::string::npos)
    return objection.candidates.front();
  return quoted_after(objection.hint, "Perhaps you meant to reference");
}

}  // namespace leat::dbt
