// Unit tests: a model's SQL over given rows, compared with the rows that are expected.
// Source: https://docs.getdbt.com/docs/build/unit-tests
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/units.h"
#include "dbt/build.h"
#include "dbt/csv.h"
#include "dbt/ctes.h"
#include "dbt/renderer.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

using document::Value;

namespace {

constexpr std::int64_t kDifferencesShown = 20;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

using Columns = std::vector<sql::RelationColumn>;

const sql::RelationColumn* find_column(const Columns& columns, const std::string& name) {
  auto found = std::find_if(columns.begin(), columns.end(),
                            [&](const sql::RelationColumn& each) { return lower(each.name) == lower(name); });
  return found == columns.end() ? nullptr : &*found;
}

class UnitRun {
 public:
  UnitRun(const Project& project, const Node& test, sql::Adapter& adapter, Env& env)
      : project_(project),
        test_(test),
        model_(*project.find(test.unit.model)),
        adapter_(adapter),
        env_(env) {}

  void run(NodeResult& result) {
    take_overrides();
    // What stands in for the model itself comes last: its columns may follow from the rest.
    for (bool self : {false, true})
      for (const Value& given : test_.unit.given.items())
        if ((given["input"].as_text("input") == "this") == self) add_input(given);
    Rendering rendering = rendering_of(&model_);
    rendering.unit = &inputs_;
    std::string code = project_.renderer().render(*project_.renderer().parsed(model_), rendering);
    result.compiled = with_ctes(code, ctes_);
    Columns actual = columns_of_query(result.compiled);
    std::vector<std::string> compared;
    std::string expected = rows_sql(test_.unit.expect, actual, "expected output", &compared);
    compare(result, compared, actual, expected);
  }

 private:
  Rendering rendering_of(const Node* node) const {
    Rendering rendering;
    rendering.project = &project_;
    rendering.node = node;
    rendering.adapter = &adapter_;
    rendering.env = &env_;
    rendering.package = test_.package;
    return rendering;
  }

  void take_overrides() {
    Rendering rendering = rendering_of(nullptr);
    auto take = [&](const char* key, jinja::Value& into) {
      const Value& given = test_.unit.overrides[key];
      if (given.is_mapping()) into = project_.renderer().render_document(given, rendering);
    };
    take("macros", inputs_.macros);
    take("vars", inputs_.vars);
    take("env_vars", inputs_.env_vars);
  }

  // One entry of `given:`: ref('x'), source('s', 't') or this, and its rows.
  void add_input(const Value& given) {
    const std::string& input = given["input"].as_text("input");
    const Node* node = &model_;
    std::string name = "__dbt__cte__" + model_.name;
    if (input == "this") {
      inputs_.self = name;
    } else {
      Rendering rendering = rendering_of(nullptr);
      project_.renderer().render_text("{{ " + input + " }}", given["input"].where(), rendering);
      if (!rendering.refs.empty()) node = project_.find_ref(rendering.refs[0], test_.package);
      if (!rendering.sources.empty())
        node = project_.find_source(rendering.sources[0].package, rendering.sources[0].name, test_.package);
      name =
          "__dbt__cte__" + (node->type == ResourceType::source ? node->source_name + "__" : "") + node->name;
      inputs_.relations[node->unique_id] = name;
    }
    Columns columns;
    if (format_of(given) != "sql") columns = columns_of_input(*node, given);
    ctes_.push_back({name, rows_sql(given, columns, "'" + node->name + "'", nullptr)});
  }

  Columns columns_of_input(const Node& node, const Value& given) const {
    if (!node.is_ephemeral())
      if (auto found = adapter_.columns(node.relation)) return *found;
    if (&node == &model_) return columns_of_first_run();
    throw Error(ErrorCode::dbt_project,
                fmt::format("The columns of `{}` are not known: {}", node.name,
                            node.is_ephemeral() ? "an ephemeral model has none until it is read"
                                                : "it is not built yet"),
                given.where())
        .fix(node.is_ephemeral()
                 ? "Give its rows with `format: sql`."
                 : "Build what the model reads first, `leat dbt run --select +" + model_.name + " --empty`.");
  }

  // Of a model that is not built yet: what its first run would make.
  Columns columns_of_first_run() const {
    UnitInputs inputs = inputs_;
    inputs.self.clear();
    inputs.macros = jinja::Value::dict();
    if (inputs_.macros.is_dict())
      inputs_.macros.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
        inputs.macros.as_dict().set(key, value);
      });
    inputs.macros.as_dict().set("is_incremental", jinja::Value(false));
    Rendering rendering = rendering_of(&model_);
    rendering.unit = &inputs;
    return columns_of_query(
        with_ctes(project_.renderer().render(*project_.renderer().parsed(model_), rendering), ctes_));
  }

  Columns columns_of_query(const std::string& sql) const {
    sql::QueryResult none = adapter_.query(fmt::format("select * from (\n{}\n) as actual where 1 = 0", sql));
    Columns columns;
    for (std::size_t i = 0; i < none.schema->size(); ++i)
      columns.push_back({(*none.schema)[i].name, none.native_types[i], (*none.schema)[i].type});
    return columns;
  }

  static std::string format_of(const Value& rows) {
    return rows.find("format") ? rows["format"].as_text("format") : "dict";
  }

  // The SELECT of the rows; `compared` takes the names of the columns that they have.
  std::string rows_sql(const Value& given, const Columns& columns, const std::string& what,
                       std::vector<std::string>* compared) const {
    std::string format = format_of(given);
    if (format == "sql") {
      if (compared)
        for (const sql::RelationColumn& each : columns_of_query(text_of(given, ".sql")))
          compared->push_back(each.name);
      return text_of(given, ".sql");
    }
    Value rows = format == "csv" ? csv_rows(given) : given["rows"];
    if (format != "csv" && format != "dict")
      throw Error(ErrorCode::dbt_project, fmt::format("`{}` is no format of rows", format),
                  given["format"].where())
          .fix("There are dict, csv and sql.");
    for (const Value& row : rows.items()) check_names(row, columns, what);
    if (compared) {
      for (const sql::RelationColumn& each : columns) {
        bool is_named = rows.items().empty();
        for (const Value& row : rows.items())
          for (const auto& [key, value] : row.members())
            is_named = is_named || lower(key) == lower(each.name);
        if (is_named) compared->push_back(each.name);
      }
    }
    std::string sql;
    for (const Value& row : rows.items()) sql += (sql.empty() ? "" : "\nunion all\n") + row_sql(row, columns);
    if (sql.empty()) sql = row_sql(Value::mapping(), columns) + " where 1 = 0";
    return sql;
  }

  void check_names(const Value& row, const Columns& columns, const std::string& what) const {
    for (const auto& [key, value] : row.members()) {
      if (find_column(columns, key)) continue;
      std::string all;
      for (const sql::RelationColumn& each : columns) all += (all.empty() ? "" : ", ") + each.name;
      throw Error(ErrorCode::dbt_project,
                  fmt::format("Invalid column name: '{}' in unit test fixture for {}.", key, what),
                  value.where())
          .fix(fmt::format("There are: {}.", all));
    }
  }

  std::string row_sql(const Value& row, const Columns& columns) const {
    std::string out;
    for (const sql::RelationColumn& column : columns) {
      const Value* value = nullptr;
      for (const auto& [key, each] : row.members())
        if (lower(key) == lower(column.name)) value = &each;
      out += fmt::format("{}cast({} as {}) as {}", out.empty() ? "select " : ", ", literal(value),
                         type_of(column), adapter_.dialect().quote(column.name));
    }
    return out;
  }

  // A text of a row is compared whole, whatever length the column is cut to.
  static std::string type_of(const sql::RelationColumn& column) {
    std::string lowered = lower(column.native_type);
    bool text = lowered.starts_with("character varying(") || lowered.starts_with("varchar(");
    return text ? column.native_type.substr(0, column.native_type.find('(')) : column.native_type;
  }

  std::string literal(const Value* value) const {
    if (!value || value->is_null()) return "null";
    if (value->is_list() || value->is_mapping()) return adapter_.dialect().literal(document::to_json(*value));
    bool is_bare = value->kind() == Value::Kind::integer || value->kind() == Value::Kind::real;
    if (value->kind() == Value::Kind::boolean) return value->boolean() ? "true" : "false";
    return is_bare ? value->raw() : adapter_.dialect().literal(value->raw());
  }

  // The text of `rows:` or of the file that `fixture:` names.
  std::string text_of(const Value& given, const char* ending) const {
    if (!given.find("fixture")) return given["rows"].as_text("rows");
    const Package& package = project_.package(test_.package);
    std::string name = given["fixture"].as_text("fixture");
    for (const std::string& below : package.paths("test-paths"))
      for (const std::string& path : package.files(below, {ending}))
        if (path.find("/fixtures/") != std::string::npos && std::filesystem::path(path).stem() == name)
          return document::read_file(package.folder + "/" + path);
    throw Error(ErrorCode::dbt_unresolved, fmt::format("There is no fixture `{}`", name),
                given["fixture"].where())
        .fix(fmt::format("Put {}{} into tests/fixtures/.", name, ending));
  }

  Value csv_rows(const Value& given) const {
    if (!given.find("fixture") && given["rows"].is_list()) return given["rows"];
    std::string text = text_of(given, ".csv");
    text.erase(0, std::min(text.find_first_not_of(" \r\n"), text.size()));
    CsvTable table = read_csv(text, given.where());
    Value rows = Value::list();
    for (std::size_t i = 0; i < table.rows(); ++i) {
      Value row = Value::mapping();
      for (std::size_t column = 0; column < table.width(); ++column) {
        std::string_view field = table.at(i, column);
        row.set(table.header[column], is_null_field(field) ? Value() : Value::of(std::string(field)));
      }
      rows.items().push_back(std::move(row));
    }
    return rows;
  }

  // Rows of one side that the other has not, with how many: grouping takes nulls as equal, on every engine.
  void compare(NodeResult& result, const std::vector<std::string>& compared, const Columns& actual,
               const std::string& expected) const {
    std::string names;
    std::string values;
    for (const std::string& name : compared) {
      std::string quoted = adapter_.dialect().quote(name);
      const sql::RelationColumn* column = find_column(actual, name);
      // PostgreSQL can't tell whether two of these are the same.
      bool is_opaque = column && (column->native_type == "json" || column->native_type == "json[]");
      names += (names.empty() ? "" : ", ") + quoted;
      values += (values.empty() ? "" : ", ") +
                (is_opaque ? fmt::format("cast({0} as text) as {0}", quoted) : quoted);
    }
    std::string sql = fmt::format(
        "select {0}, sum(side) as difference from (select {3}, 1 as side from (\n{1}\n) as actual union all "
        "select {3}, "
        "-1 as side from (\n{2}\n) as expected) as both_sides group by {0} having sum(side) <> 0",
        names, result.compiled, expected, values);
    sql::QueryResult found = adapter_.query(sql);
    result.rows = found.rows();
    if (result.rows == 0) {
      result.status = NodeStatus::pass;
      return;
    }
    result.status = NodeStatus::fail;
    result.message = fmt::format("{} {}:\n{}", format_count(result.rows),
                                 result.rows == 1 ? "row differs" : "rows differ", differences(found));
  }

  // "+ id: 1, name: x" for what came and was not expected, "- …" for what was expected and did not come.
  static std::string differences(const sql::QueryResult& found) {
    std::string out;
    std::int64_t shown = 0;
    for (const batch::RecordBatch& batch : found.batches) {
      std::size_t last = batch.schema()->size() - 1;
      for (std::size_t row = 0; row < batch.rows() && shown < kDifferencesShown; ++row, ++shown) {
        out += batch.column(last).print(row).starts_with('-') ? "  expected, and not there: "
                                                              : "  there, and not expected: ";
        for (std::size_t i = 0; i < last; ++i)
          out += fmt::format("{}{}: {}", i == 0 ? "" : ", ", (*batch.schema())[i].name,
                             batch.column(i).is_null(row) ? "null" : batch.column(i).print(row));
        out += '\n';
      }
    }
    if (!out.empty()) out.pop_back();
    return out;
  }

  const Project& project_;
  const Node& test_;
  const Node& model_;
  sql::Adapter& adapter_;
  Env& env_;
  UnitInputs inputs_;
  std::vector<Cte> ctes_;
};

}  // namespace

void NodeBuilder::run_unit_test(const Node& node, sql::Adapter& adapter, NodeResult& result) const {
  UnitRun(project_, node, adapter, env_).run(result);
  write_artifact("compiled", node, result.compiled);
}

}  // namespace leat::dbt
