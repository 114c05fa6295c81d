// Seeds: CSV files of the project that become tables.
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/units.h"
#include "dbt/build.h"
#include "dbt/csv.h"
#include "dbt/renderer.h"
#include "dbt/seed.h"
#include "jinja/operations.h"

namespace leat::dbt {
namespace {

constexpr std::size_t kBytesPerStatement = 1 << 19;  // Snowflake takes a megabyte of SQL

struct SeedColumn {
  std::string name;  ///< quoted
  std::string type;
  std::optional<batch::Type> guessed;  ///< absent where column_types says the type
};

// Names are folded as the engine folds names without quotes, unless quote_columns asks for them as written.
// Where it says that names have no quotes, none are added to names that need them: a header of another
// delimiter fails.
std::string column_name(const Node& node, const std::string& header, const sql::Dialect& dialect) {
  const jinja::Value* quoted = node.setting("quote_columns");
  std::string name = header;
  bool plain = !(quoted && jinja::truth(*quoted));
  for (char c : header) plain = plain && (std::isalnum(static_cast<unsigned char>(c)) || c == '_');
  if (plain && dialect.name() == "postgres") {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return quoted && !jinja::truth(*quoted) && !plain ? name : dialect.quote(name);
}

std::vector<SeedColumn> columns_of(const Node& node, const CsvTable& table, const sql::Dialect& dialect) {
  const jinja::Value* types = node.setting("column_types");
  std::vector<SeedColumn> columns;
  for (std::size_t i = 0; i < table.width(); ++i) {
    SeedColumn column{column_name(node, table.header[i], dialect), "", std::nullopt};
    const jinja::Value* given = types && types->is_dict() ? types->as_dict().find(table.header[i]) : nullptr;
    if (given) {
      column.type = jinja::to_text(*given);
    } else {
      column.guessed = guess_type(table, i);
      column.type = dialect.type_name(*column.guessed);
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

std::string column_list(const std::vector<SeedColumn>& columns) {
  std::string out;
  for (const SeedColumn& column : columns)
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", column.name, column.type);
  return out;
}

void append_value(const CsvTable& table, std::size_t row, std::size_t i, const SeedColumn& column,
                  const sql::Dialect& dialect, std::string& out) {
  std::string_view field = table.at(row, i);
  if (is_null_field(field)) {
    out += "null";
  } else if (!column.guessed) {
    out += dialect.literal(field);
  } else {
    std::string changed;
    std::string_view text = normalized(field, *column.guessed, changed);
    bool number = column.guessed->kind == batch::TypeKind::int32 ||
                  column.guessed->kind == batch::TypeKind::int64 ||
                  column.guessed->kind == batch::TypeKind::float64;
    out += number ? text : dialect.literal(text);
  }
}

batch::SchemaPtr schema_of_texts(std::size_t width) {
  std::vector<batch::Column> columns;
  for (std::size_t i = 0; i < width; ++i)
    columns.push_back({fmt::format("c{}", i), batch::Type{batch::TypeKind::text}});
  return std::make_shared<const batch::Schema>(std::move(columns));
}

// Hands all rows to the engine as texts; false where it does not take them so.
bool insert_as_texts(const CsvTable& table, const std::vector<SeedColumn>& columns,
                     const std::string& relation, sql::Adapter& adapter) {
  constexpr std::size_t kBytesTogether = 16 << 20, kLookedAfter = 1024;
  std::vector<std::string> types;
  for (const SeedColumn& column : columns) types.push_back(column.type);
  batch::RecordBatch rows(schema_of_texts(columns.size()));
  std::string changed;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::string_view field = table.at(row, i);
      if (is_null_field(field)) {
        rows.column(i).append_null();
      } else {
        rows.column(i).append_text(columns[i].guessed ? normalized(field, *columns[i].guessed, changed)
                                                      : field);
      }
    }
    if (row % kLookedAfter != 0 || rows.byte_size() < kBytesTogether) continue;
    if (!adapter.insert_texts(relation, types, rows)) return false;
    rows = batch::RecordBatch(rows.schema());
  }
  return rows.rows() == 0 || adapter.insert_texts(relation, types, rows);
}

// Inserts all rows, about half a megabyte a statement.
void insert_rows(const CsvTable& table, const std::vector<SeedColumn>& columns, const std::string& relation,
                 sql::Adapter& adapter) {
  if (insert_as_texts(table, columns, relation, adapter)) return;
  std::string head = "insert into " + relation + " values ", sql;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    sql += sql.empty() ? head + "(" : ",\n(";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i) sql += ", ";
      append_value(table, row, i, columns[i], adapter.dialect(), sql);
    }
    sql += ")";
    if (sql.size() < kBytesPerStatement) continue;
    adapter.execute(sql);
    sql.clear();
  }
  if (!sql.empty()) adapter.execute(sql);
}

// The name with a suffix, cut so that both fit into what the engine keeps of a name.
std::string name_beside(std::string name, const sql::Dialect& dialect) {
  constexpr std::string_view kSuffix = "__dbt_tmp";
  name.resize(std::min(name.size(), dialect.identifier_bytes_max() - kSuffix.size()));
  return name + std::string(kSuffix);
}

// What stands where the seed goes.
std::optional<sql::Relation> find_held(sql::Adapter& adapter, const Node& node) {
  sql::Relation wanted = node.relation;
  wanted.identifier.resize(std::min(wanted.identifier.size(), adapter.dialect().identifier_bytes_max()));
  return adapter.find_relation(wanted);
}

// True when a table with just these columns stands there.
bool has_columns(sql::Adapter& adapter, const Node& node, const std::vector<SeedColumn>& columns) {
  std::optional<sql::Relation> held = find_held(adapter, node);
  if (!held || held->kind != sql::RelationKind::table) return false;
  std::optional<std::vector<sql::RelationColumn>> there = adapter.columns(*held);
  if (!there || there->size() != columns.size()) return false;
  const sql::Dialect& dialect = adapter.dialect();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (dialect.quote((*there)[i].name) != columns[i].name) return false;
    std::optional<batch::Type> type = dialect.parse_type(columns[i].type);
    if (!type || !(*there)[i].type || *type != *(*there)[i].type) return false;
  }
  return true;
}

}  // namespace

std::vector<sql::RelationColumn> seed_columns(const Node& node, const sql::Dialect& dialect) {
  std::string delimiter = node.config_text("delimiter"), text = document::read_file(node.file);
  CsvTable table = read_csv(text, node.display, delimiter.empty() ? ',' : delimiter[0]);
  std::vector<sql::RelationColumn> out;
  std::vector<SeedColumn> columns = columns_of(node, table, dialect);
  for (SeedColumn& column : columns) {
    std::string name = column.name.substr(1, column.name.size() - 2);
    for (std::size_t at = 0; (at = name.find("\"\"", at)) != std::string::npos; ++at) name.erase(at, 1);
    out.push_back({std::move(name), std::move(column.type), column.guessed});
  }
  return out;
}

void NodeBuilder::build_seed(const Node& node, Rendering& rendering, NodeResult& result) const {
  sql::Adapter& adapter = *rendering.adapter;
  const sql::Dialect& dialect = adapter.dialect();
  std::string delimiter = node.config_text("delimiter"), text = document::read_file(node.file);
  if (delimiter.size() != 1 && node.setting("delimiter"))
    throw Error(ErrorCode::dbt_project,
                fmt::format("The delimiter of a seed has to be one character, it is '{}'", delimiter),
                node.display);
  CsvTable table = read_csv(text, node.display, delimiter.empty() ? ',' : delimiter[0]);
  if (table.header.empty())
    throw Error(ErrorCode::dbt_project, "The seed is empty; its first line has to name the columns",
                node.display);
  const MacroEntry* hooks = project_.macros().find("run_hooks", node.package);
  auto run_hooks_of = [&](const char* key, bool inside) {
    jinja::Value wanted = hooks_of(node, key);
    if (!wanted.items().empty())
      project_.renderer().call(*hooks, {{"hooks", wanted}, {"inside_transaction", jinja::Value(inside)}},
                               rendering);
  };
  run_hooks_of("pre_hook", false);
  std::vector<SeedColumn> columns = columns_of(node, table, dialect);
  const jinja::Value* own = node.setting("full_refresh");
  bool anew = own ? jinja::truth(*own) : project_.options().full_refresh;
  auto fill = [&](const std::string& relation) {
    run_hooks_of("pre_hook", true);
    if (!project_.options().empty) insert_rows(table, columns, relation, adapter);
    env_.failpoint("dbt_before_swap");
  };
  if (!anew && has_columns(adapter, node, columns)) {
    // The table stays, and with it the views that read it.
    execute_for(rendering, "delete from " + dialect.render(node.relation), true);
    fill(dialect.render(node.relation));
  } else {
    sql::Relation beside = node.relation;
    beside.identifier = name_beside(node.relation.identifier, dialect);
    adapter.drop(beside);
    execute_for(rendering, fmt::format("create table {} ({})", dialect.render(beside), column_list(columns)),
                true);
    fill(dialect.render(beside));
    if (std::optional<sql::Relation> held = find_held(adapter, node)) adapter.drop(*held);
    adapter.rename(beside, node.relation.identifier);
  }
  run_hooks_of("post_hook", true);
  run_hooks_of("post_hook", false);
  result.rows = project_.options().empty ? 0 : static_cast<std::int64_t>(table.rows());
  result.message = format_count(result.rows) + (result.rows == 1 ? " row" : " rows");
}

}  // namespace leat::dbt
