// `adapter` of dbt's templates.
#include <fmt/core.h>

#include <unordered_map>

#include "base/error.h"
#include "base/secret.h"
#include "dbt/query_comment.h"
#include "dbt/relation_object.h"
#include "dbt/renderer.h"
#include "dbt/table_object.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

void begin_for(Rendering& rendering) {
  if (rendering.in_transaction) return;
  rendering.adapter->execute("begin");
  rendering.in_transaction = true;
}

std::int64_t execute_for(Rendering& rendering, const std::string& sql, bool begin) {
  if (begin) begin_for(rendering);
  rendering.statements.push_back(sql);
  std::string sent = commented(sql, rendering);
  rendering.env->emit({"dbt_statement", EventLevel::debug, {{"sql", redact(sent)}}});
  try {
    return rendering.adapter->execute(sent);
  } catch (const Error& error) {
    // On its way up the template engine adds macros and places.
    if (!rendering.refused) rendering.refused = error;
    throw;
  }
}

bool commit_for(Rendering& rendering, const sql::Record* record) {
  if (!rendering.in_transaction) return false;
  if (record) {
    rendering.adapter->commit(*record);
  } else {
    rendering.adapter->execute("commit");
  }
  rendering.in_transaction = false;
  return record != nullptr;
}

// A statement that failed left its transaction open; the session must be usable for the next node.
void roll_back_for(Rendering& rendering) {
  if (!rendering.in_transaction) return;
  rendering.in_transaction = false;
  try {
    rendering.adapter->execute("rollback");
  } catch (const Error&) {
    // The engine ended the transaction itself.
    return;
  }
}

namespace {

// What dbt calls PostgreSQL's types where it asks a query for them: by its driver's names, which know no
// widths. Contracts are held to these.
std::string driver_name(const std::string& native) {
  static const std::unordered_map<std::string_view, const char*> kNames = {
      {"bigint", "LONGINTEGER"},
      {"integer", "INTEGER"},
      {"smallint", "INTEGER"},
      {"real", "FLOAT"},
      {"double precision", "FLOAT"},
      {"numeric", "DECIMAL"},
      {"text", "STRING"},
      {"character varying", "STRING"},
      {"character", "STRING"},
      {"name", "STRING"},
      {"boolean", "BOOLEAN"},
      {"timestamp without time zone", "DATETIME"},
      {"timestamp with time zone", "DATETIMETZ"},
      {"time without time zone", "TIME"},
      {"time with time zone", "TIME"},
      {"date", "DATE"},
      {"interval", "INTERVAL"},
      {"bytea", "BINARY"},
      {"json", "JSON"},
      {"jsonb", "JSONB"}};
  bool is_list = native.ends_with("[]");
  std::string_view base = std::string_view(native).substr(0, native.size() - (is_list ? 2 : 0));
  auto found = kNames.find(base.substr(0, base.find('(')));
  if (found == kNames.end()) return native;
  if (is_list) return found->second + std::string("ARRAY");
  return found->second == std::string_view("STRING") ? "TEXT" : found->second;
}

class AdapterObject final : public jinja::Object {
 public:
  AdapterObject(Rendering& rendering, const Renderer& renderer)
      : now_(rendering), renderer_(renderer), dialect_(*renderer.project().options().dialect) {}
  std::string_view type_name() const override { return "adapter"; }

  std::optional<Value> method(std::string_view name, CallArguments& arguments) override {
    if (std::optional<Value> answer = without_warehouse(name, arguments)) return answer;
    static const std::unordered_map<std::string_view, Method> kMethods = methods();
    auto found = kMethods.find(name);
    if (found == kMethods.end()) return std::nullopt;
    if (!now_.execute()) return while_parsing(name);
    return (this->*found->second)(arguments);
  }
  std::optional<Value> attribute(std::string_view name) override {
    if (name == "Relation" || name == "Column") return *renderer_.api().as_dict().find(name);
    if (name == "behavior") return Value::dict();
    if (name == "config") return Value::dict({{"credentials", Value::dict()}});
    return std::nullopt;
  }

 private:
  using Method = Value (AdapterObject::*)(CallArguments&);
  static std::unordered_map<std::string_view, Method> methods() {
    return {{"get_relation", &AdapterObject::get_relation},
            {"load_relation", &AdapterObject::load_relation},
            {"get_columns_in_relation", &AdapterObject::get_columns},
            {"get_columns_in_table", &AdapterObject::get_columns},
            {"get_missing_columns", &AdapterObject::get_missing_columns},
            {"get_column_schema_from_query", &AdapterObject::get_columns_of_query},
            {"list_relations_without_caching", &AdapterObject::list_relations},
            {"list_relations", &AdapterObject::list_relations},
            {"list_schemas", &AdapterObject::list_schemas},
            {"check_schema_exists", &AdapterObject::check_schema_exists},
            {"execute", &AdapterObject::execute},
            {"add_query", &AdapterObject::execute},
            {"begin", &AdapterObject::begin},
            {"commit", &AdapterObject::commit},
            {"before_swap", &AdapterObject::before_swap},
            {"drop_relation", &AdapterObject::drop_relation},
            {"rename_relation", &AdapterObject::rename_relation},
            {"truncate_relation", &AdapterObject::truncate_relation},
            {"create_schema", &AdapterObject::create_schema},
            {"drop_schema", &AdapterObject::drop_schema},
            {"expand_target_column_types", &AdapterObject::nothing},
            {"valid_snapshot_target", &AdapterObject::nothing},
            {"assert_valid_snapshot_target_given_strategy", &AdapterObject::nothing}};
  }

  // What needs no session: the same while parsing.
  std::optional<Value> without_warehouse(std::string_view name, CallArguments& arguments) {
    if (name == "dispatch") return dispatch(arguments);
    if (name == "type") return Value(std::string(dialect_.name()));
    if (name == "quote") return Value(dialect_.quote(arguments.text(0, "identifier")));
    if (name == "quote_as_configured") return Value(dialect_.quote(arguments.text(0, "identifier")));
    if (name == "quote_seed_column") return Value(dialect_.quote(arguments.text(0, "column")));
    if (name == "cache_added" || name == "cache_dropped" || name == "cache_renamed") return Value("");
    if (name == "get_incremental_strategy_macro") return strategy_macro(arguments);
    return std::nullopt;
  }

  static Value while_parsing(std::string_view name) {
    if (name.starts_with("get_columns") || name == "get_missing_columns" ||
        name == "get_column_schema_from_query" || name.starts_with("list_"))
      return Value::list();
    if (name == "check_schema_exists") return Value(false);
    if (name == "execute") return Value::tuple({Value(""), make_empty_table()});
    if (name == "add_query") return Value::tuple({Value::none(), Value::none()});
    return Value::none();
  }

  Value dispatch(CallArguments& arguments) {
    std::string name = arguments.text(0, "macro_name");
    std::string space = arguments.text_or(1, "macro_namespace", "");
    const MacroTable& macros = renderer_.project().macros();
    if (const MacroEntry* found = macros.dispatch(name, space, now_.package, dialect_.name()))
      return found->value;
    throw Error(ErrorCode::dbt_unresolved,
                fmt::format("No macro `{}__{}` or `default__{}` is found", dialect_.name(), name, name));
  }

  // get_incremental_<strategy>_sql: a project defines its own strategies by macros of such names.
  Value strategy_macro(CallArguments& arguments) {
    std::string strategy = arguments.text(arguments.positional.size() > 1 ? 1 : 0, "strategy");
    // A macro of that name does not help, as in dbt.
    if (strategy == "insert_overwrite" && dialect_.name() != "snowflake" && now_.execute())
      throw Error(ErrorCode::dbt_project,
                  fmt::format("The incremental strategy '{}' is not valid for this adapter", strategy))
          .fix("It is Snowflake's; here delete+insert, merge and microbatch replace rows.");
    for (char& c : strategy) {
      if (c == '+' || c == '-') c = '_';
    }
    std::string name = fmt::format("get_incremental_{}_sql", strategy);
    if (const MacroEntry* found = renderer_.project().macros().find(name, now_.package)) return found->value;
    if (!now_.execute()) return Value::none();
    throw Error(ErrorCode::dbt_project,
                fmt::format("dbt could not find an incremental strategy macro with the name \"{}\" in {}",
                            name, renderer_.project().name()))
        .fix(fmt::format("There is no strategy `{}`; there are append, delete+insert, merge, microbatch, and "
                         "those of such macros.",
                         strategy));
  }

  const sql::Relation& relation_of(CallArguments& arguments, std::size_t index, std::string_view name) const {
    const Value& value = arguments.require(index, name);
    if (auto* object = value.as<RelationObject>()) return object->relation;
    arguments.fail(fmt::format("needs a Relation as `{}`, this is a {}", name, jinja::type_name(value)));
  }

  Value find_relation(const sql::Relation& wanted) const {
    std::optional<sql::Relation> found = now_.adapter->find_relation(wanted);
    return found ? RelationObject::make(*found, dialect_) : Value::none();
  }

  Value columns_of(const sql::Relation& relation) const {
    std::vector<Value> out;
    if (auto columns = now_.adapter->columns(relation)) {
      for (sql::RelationColumn& column : *columns)
        out.emplace_back(jinja::make_ref<ColumnObject>(std::move(column), dialect_));
    }
    return Value::list(std::move(out));
  }

  Value get_relation(CallArguments& arguments) {
    const Value& database = arguments.require(0, "database");
    sql::Relation wanted{database.is_string() ? database.as_string() : "", arguments.text(1, "schema"),
                         arguments.text(2, "identifier")};
    return find_relation(wanted);
  }
  Value load_relation(CallArguments& arguments) {
    return find_relation(relation_of(arguments, 0, "relation"));
  }
  Value get_columns(CallArguments& arguments) { return columns_of(relation_of(arguments, 0, "relation")); }

  Value get_missing_columns(CallArguments& arguments) {
    std::vector<Value> missing;
    Value there = columns_of(relation_of(arguments, 1, "to_relation"));
    Value here = columns_of(relation_of(arguments, 0, "from_relation"));
    for (const Value& column : here.items()) {
      bool found = false;
      for (const Value& other : there.items())
        found =
            found || dialect_.same_name(column.as<ColumnObject>()->name(), other.as<ColumnObject>()->name());
      if (!found) missing.push_back(column);
    }
    return Value::list(std::move(missing));
  }

  Value get_columns_of_query(CallArguments& arguments) {
    std::string sql =
        fmt::format("select * from (\n{}\n) as dbt_query where false", arguments.text(0, "sql"));
    now_.env->emit({"dbt_statement", EventLevel::debug, {{"sql", redact(sql)}}});
    sql::QueryResult result = now_.adapter->query(sql, 1);
    std::vector<Value> out;
    for (std::size_t i = 0; i < result.native_types.size(); ++i) {
      const batch::Column& column = result.schema->columns()[i];
      const std::string& native = result.native_types[i];
      std::string type = dialect_.name() == "postgres" ? driver_name(native) : native;
      out.emplace_back(jinja::make_ref<ColumnObject>(
          sql::RelationColumn{column.name, std::move(type), column.type}, dialect_));
    }
    return Value::list(std::move(out));
  }

  Value list_relations(CallArguments& arguments) {
    const Value& first = arguments.require(0, "schema_relation");
    auto* object = first.as<RelationObject>();
    std::string schema = object ? object->relation.schema : arguments.text(1, "schema");
    std::vector<Value> out;
    for (const sql::Relation& each : now_.adapter->list_relations(schema))
      out.push_back(RelationObject::make(each, dialect_));
    return Value::list(std::move(out));
  }

  Value list_schemas(CallArguments&) {
    std::vector<std::string> names = now_.adapter->list_schemas();
    return Value::list(std::vector<Value>(names.begin(), names.end()));
  }

  Value check_schema_exists(CallArguments& arguments) {
    std::string schema = arguments.text(1, "schema");
    for (const std::string& each : now_.adapter->list_schemas()) {
      if (dialect_.same_name(each, schema)) return Value(true);
    }
    return Value(false);
  }

  Value begin(CallArguments&) {
    begin_for(now_);
    return Value("");
  }
  Value commit(CallArguments&) {
    commit_for(now_);
    return Value("");
  }
  Value before_swap(CallArguments&) {
    now_.env->failpoint("dbt_before_swap");
    return Value("");
  }
  Value nothing(CallArguments&) { return Value::none(); }

  Value drop_relation(CallArguments& arguments) {
    now_.adapter->drop(relation_of(arguments, 0, "relation"));
    return Value("");
  }
  Value rename_relation(CallArguments& arguments) {
    now_.adapter->rename(relation_of(arguments, 0, "from_relation"),
                         relation_of(arguments, 1, "to_relation").identifier);
    return Value("");
  }
  Value truncate_relation(CallArguments& arguments) {
    execute_for(now_, "truncate table " + jinja::to_text(arguments.require(0, "relation")), false);
    return Value("");
  }
  Value create_schema(CallArguments& arguments) {
    now_.adapter->create_schema(relation_of(arguments, 0, "relation").schema);
    return Value("");
  }
  Value drop_schema(CallArguments& arguments) {
    const sql::Relation& relation = relation_of(arguments, 0, "relation");
    execute_for(now_, fmt::format("drop schema if exists {} cascade", dialect_.quote(relation.schema)),
                false);
    return Value("");
  }

  Value execute(CallArguments& arguments) {
    std::string sql = arguments.text(0, "sql");
    bool begin = arguments.truth_or(1, "auto_begin", false), fetch = arguments.truth_or(2, "fetch", false);
    if (fetch) {
      if (begin) begin_for(now_);
      now_.statements.push_back(sql);
      std::string sent = commented(sql, now_);
      now_.env->emit({"dbt_statement", EventLevel::debug, {{"sql", redact(sent)}}});
      sql::QueryResult result = now_.adapter->query(sent);
      return Value::tuple({response("SELECT", result.rows()), make_table(result)});
    }
    std::int64_t rows = execute_for(now_, sql, begin);
    return Value::tuple({response("OK", rows), make_empty_table()});
  }

  static Value response(const char* code, std::int64_t rows) {
    Value out = Value::dict();
    out.as_dict().set("_message", rows < 0 ? std::string(code) : fmt::format("{} {}", code, rows));
    out.as_dict().set("code", code);
    out.as_dict().set("rows_affected", Value(rows));
    return out;
  }

  Rendering& now_;
  const Renderer& renderer_;
  const sql::Dialect& dialect_;
};

}  // namespace

Value make_adapter_object(Rendering& rendering, const Renderer& renderer) {
  return Value(jinja::make_ref<AdapterObject>(rendering, renderer));
}

}  // namespace leat::dbt
