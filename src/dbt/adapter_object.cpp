#include <fmt/core.h>

#include "base/error.h"
#include "dbt/objects.h"
#include "dbt/renderer.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

namespace {

class AdapterObject final : public jinja::Object {
 public:
  explicit AdapterObject(Rendering& rendering)
      : now_(rendering), dialect_(*rendering.project->options().dialect) {}
  std::string_view type_name() const override { return "adapter"; }

  std::optional<Value> method(std::string_view name, CallArguments& arguments) override {
    if (name == "dispatch") return dispatch(arguments);
    if (name == "type") return Value(std::string(dialect_.name()));
    if (name == "quote") return Value(dialect_.quote(arguments.text(0, "identifier")));
    if (!now_.execute()) return while_parsing(name);
    if (std::optional<Value> done = read(name, arguments)) return done;
    return write(name, arguments);
  }

 private:
  static Value while_parsing(std::string_view name) {
    if (name == "get_columns_in_relation" || name == "get_missing_columns") return Value::list();
    if (name == "check_schema_exists") return Value(false);
    if (name == "execute") return Value::tuple({Value(""), Value::none()});
    return Value::none();
  }

  Value dispatch(CallArguments& arguments) {
    std::string name = arguments.text(0, "macro_name"), package = arguments.text_or(1, "macro_namespace", "");
    if (std::optional<Value> found = now_.project->macros().dispatch(name, package, dialect_.name()))
      return *found;
    throw Error(ErrorCode::dbt_unresolved,
                fmt::format("No macro `{}__{}` or `default__{}` is found", dialect_.name(), name, name),
                now_.node ? now_.node->path : "");
  }

  sql::Relation relation_of(const Value& value) const {
    if (auto* object = value.as<RelationObject>()) return object->relation;
    throw Error(ErrorCode::jinja_type,
                fmt::format("A Relation is needed here, this is a {}", jinja::type_name(value)),
                now_.node ? now_.node->path : "");
  }

  Value wrap(const sql::Relation& relation) const {
    return Value(jinja::make_ref<RelationObject>(relation, dialect_));
  }

  Value find_relation(const sql::Relation& wanted) const {
    for (sql::Relation& each : now_.adapter->list_relations(wanted.schema)) {
      if (each.identifier != wanted.identifier) continue;
      each.database = wanted.database;
      return wrap(each);
    }
    return Value::none();
  }

  Value columns_of(const sql::Relation& relation) const {
    std::vector<Value> out;
    std::optional<std::vector<sql::RelationColumn>> columns = now_.adapter->columns(relation);
    if (columns) {
      for (sql::RelationColumn& column : *columns)
        out.emplace_back(jinja::make_ref<ColumnObject>(std::move(column), dialect_));
    }
    return Value::list(std::move(out));
  }

  std::optional<Value> read(std::string_view name, CallArguments& arguments) {
    if (name == "get_relation") {
      sql::Relation wanted{arguments.text_or(0, "database", ""), arguments.text(1, "schema"),
                           arguments.text(2, "identifier")};
      return find_relation(wanted);
    }
    if (name == "load_relation") return find_relation(relation_of(arguments.require(0, "relation")));
    if (name == "get_columns_in_relation") return columns_of(relation_of(arguments.require(0, "relation")));
    if (name == "get_missing_columns") {
      std::vector<Value> missing;
      std::vector<Value> there = columns_of(relation_of(arguments.require(1, "to_relation"))).items();
      for (const Value& column : columns_of(relation_of(arguments.require(0, "from_relation"))).items()) {
        bool found = false;
        for (const Value& other : there)
          found = found ||
                  jinja::equals(*column.as_object().attribute("name"), *other.as_object().attribute("name"));
        if (!found) missing.push_back(column);
      }
      return Value::list(std::move(missing));
    }
    if (name == "list_relations_without_caching" || name == "list_relations") {
      std::vector<Value> out;
      for (const sql::Relation& each :
           now_.adapter->list_relations(arguments.text(name == "list_relations" ? 1 : 0, "schema")))
        out.push_back(wrap(each));
      return Value::list(std::move(out));
    }
    if (name == "check_schema_exists") {
      std::string schema = arguments.text(1, "schema");
      for (const std::string& each : now_.adapter->list_schemas()) {
        if (each == schema) return Value(true);
      }
      return Value(false);
    }
    return std::nullopt;
  }

  std::optional<Value> write(std::string_view name, CallArguments& arguments) {
    if (name == "execute") return execute(arguments);
    if (name == "begin") return run("begin");
    if (name == "commit") return run("commit");
    if (name == "before_swap") {
      now_.env->failpoint("dbt_before_swap");
      return Value("");
    }
    if (name == "drop_relation") {
      now_.adapter->drop(relation_of(arguments.require(0, "relation")));
    } else if (name == "rename_relation") {
      now_.adapter->rename(relation_of(arguments.require(0, "from")),
                           relation_of(arguments.require(1, "to")).identifier);
    } else if (name == "truncate_relation") {
      return run("truncate table " + dialect_.render(relation_of(arguments.require(0, "relation"))));
    } else if (name == "create_schema") {
      now_.adapter->create_schema(relation_of(arguments.require(0, "relation")).schema);
    } else if (name == "expand_target_column_types" || name == "cache_added" || name == "cache_dropped" ||
               name == "cache_renamed") {
      return Value::none();
    } else {
      return std::nullopt;
    }
    return Value("");
  }

  Value run(const std::string& sql) {
    now_.adapter->execute(sql);
    return Value("");
  }

  Value execute(CallArguments& arguments) {
    std::string sql = arguments.text(0, "sql");
    bool fetch = arguments.truth_or(2, "fetch", false);
    now_.statements.push_back(sql);
    if (fetch) {
      sql::QueryResult result = now_.adapter->query(sql);
      return Value::tuple({response(result.rows()), make_table(result)});
    }
    now_.rows_affected = now_.adapter->execute(sql);
    return Value::tuple({response(now_.rows_affected), Value::none()});
  }

  static Value response(std::int64_t rows) {
    Value out = Value::dict();
    out.as_dict().set("_message", fmt::format("OK {}", rows));
    out.as_dict().set("rows_affected", Value(rows));
    return out;
  }

  Rendering& now_;
  const sql::Dialect& dialect_;
};

}  // namespace

Value make_adapter_object(Rendering& rendering) {
  return Value(jinja::make_ref<AdapterObject>(rendering));
}

}  // namespace leat::dbt
