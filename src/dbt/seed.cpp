// Seeds: CSV files of the project that become tables.
#include <fmt/core.h>

#include "base/error.h"
#include "base/units.h"
#include "dbt/build.h"
#include "dbt/csv.h"
#include "dbt/renderer.h"
#include "jinja/operations.h"

namespace leat::dbt {
namespace {

constexpr std::size_t kRowsPerStatement = 1000;

// The columns of the seed's table with their types: column_types first, then what the values look like.
std::string column_list(const Node& node, const CsvTable& table, const sql::Dialect& dialect) {
  const jinja::Value* types = node.config.as_dict().find("column_types");
  std::string out;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    const jinja::Value* given = types && types->is_dict() ? types->as_dict().find(table.header[i]) : nullptr;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", dialect.quote(table.header[i]),
                       given ? jinja::to_text(*given) : dialect.type_name(guess_type(table, i)));
  }
  return out;
}

std::string values_of(const CsvTable& table, std::size_t from, std::size_t to, const sql::Dialect& dialect) {
  std::string out;
  for (std::size_t row = from; row < to; ++row) {
    out += row == from ? "(" : ",\n(";
    for (std::size_t i = 0; i < table.header.size(); ++i) {
      if (i) out += ", ";
      out += table.rows[row][i] ? dialect.literal(*table.rows[row][i]) : "null";
    }
    out += ")";
  }
  return out;
}

}  // namespace

NodeResult NodeBuilder::build_seed(const Node& node, sql::Adapter& adapter) const {
  const sql::Dialect& dialect = adapter.dialect();
  std::string delimiter = node.config_text("delimiter");
  CsvTable table = read_csv(node.raw_code, node.path, delimiter.empty() ? ',' : delimiter[0]);
  if (table.header.empty())
    throw Error(ErrorCode::dbt_project, "The seed is empty; its first line has to name the columns",
                node.path);
  adapter.create_schema(node.relation.schema);
  sql::Relation beside = node.relation;
  beside.identifier += "__dbt_tmp";
  adapter.execute("begin");
  adapter.drop(beside);
  adapter.execute(
      fmt::format("create table {} ({})", dialect.render(beside), column_list(node, table, dialect)));
  for (std::size_t from = 0; from < table.rows.size(); from += kRowsPerStatement) {
    std::size_t to = std::min(table.rows.size(), from + kRowsPerStatement);
    adapter.execute(
        fmt::format("insert into {} values {}", dialect.render(beside), values_of(table, from, to, dialect)));
  }
  env_.failpoint("dbt_before_swap");
  for (const sql::Relation& each : adapter.list_relations(node.relation.schema)) {
    if (each.identifier == node.relation.identifier) adapter.drop(each);
  }
  adapter.rename(beside, node.relation.identifier);
  adapter.execute("commit");
  NodeResult result;
  result.rows = static_cast<std::int64_t>(table.rows.size());
  result.message = format_count(result.rows) + " rows";
  return result;
}

}  // namespace leat::dbt
