#include "dbt/relation_object.h"

#include <fmt/core.h>

#include <algorithm>

#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

namespace {

constexpr std::string_view kPartNames[] = {"database", "schema", "identifier"};

struct TypeName {
  RelationType type;
  std::string_view name, constant;
};
constexpr TypeName kTypeNames[] = {{RelationType::table, "table", "Table"},
                                   {RelationType::view, "view", "View"},
                                   {RelationType::cte, "cte", "CTE"},
                                   {RelationType::materialized_view, "materialized_view", "MaterializedView"},
                                   {RelationType::external, "external", "External"}};

RelationType type_of(std::string_view name) {
  for (const TypeName& each : kTypeNames) {
    if (each.name == name) return each.type;
  }
  return RelationType::unknown;
}

RelationType type_of(sql::RelationKind kind) {
  switch (kind) {
    case sql::RelationKind::view:
      return RelationType::view;
    case sql::RelationKind::materialized_view:
      return RelationType::materialized_view;
    case sql::RelationKind::external:
      return RelationType::external;
    case sql::RelationKind::table:
      break;
  }
  return RelationType::table;
}

sql::RelationKind kind_of(RelationType type) {
  if (type == RelationType::view) return sql::RelationKind::view;
  if (type == RelationType::materialized_view) return sql::RelationKind::materialized_view;
  return type == RelationType::external ? sql::RelationKind::external : sql::RelationKind::table;
}

Value text_or_none(const std::string& text) {
  return text.empty() ? Value::none() : Value(text);
}

std::string text_of(const Value& value) {
  return value.is_none() || value.is_undefined() ? "" : jinja::to_text(value);
}

std::string& part_of(sql::Relation& relation, std::size_t part) {
  return part == 0 ? relation.database : part == 1 ? relation.schema : relation.identifier;
}

// What the arguments say of database, schema, identifier and type, by position, by name or in a dict `path`.
void take_path(sql::Relation& relation, RelationType& type, const CallArguments& arguments) {
  for (std::size_t i = 0; i < 3 && i < arguments.positional.size(); ++i)
    part_of(relation, i) = text_of(arguments.positional[i]);
  if (arguments.positional.size() > 3) type = type_of(text_of(arguments.positional[3]));
  for (const jinja::NamedValue& named : arguments.named) {
    for (std::size_t i = 0; i < 3; ++i) {
      if (named.name == kPartNames[i]) part_of(relation, i) = text_of(named.value);
      if (named.name != "path" || !named.value.is_dict()) continue;
      if (const Value* given = named.value.as_dict().find(kPartNames[i]))
        part_of(relation, i) = text_of(*given);
    }
    if (named.name == "type") type = type_of(text_of(named.value));
  }
  relation.kind = kind_of(type);
}

}  // namespace

Value RelationObject::make(const sql::Relation& relation, const sql::Dialect& dialect) {
  return Value(jinja::make_ref<RelationObject>(relation, dialect, type_of(relation.kind)));
}

Value RelationObject::make(const sql::Relation& relation, const sql::Dialect& dialect,
                           const bool (&quotes)[3]) {
  auto made = jinja::make_ref<RelationObject>(relation, dialect, type_of(relation.kind));
  std::copy(std::begin(quotes), std::end(quotes), made->quoted_.begin());
  return Value(made);
}

Value RelationObject::unbuilt(const sql::Relation& relation, const sql::Dialect& dialect,
                              const bool (&quotes)[3]) {
  auto made = jinja::make_ref<RelationObject>(relation, dialect, RelationType::unknown);
  std::copy(std::begin(quotes), std::end(quotes), made->quoted_.begin());
  return Value(made);
}

Value RelationObject::cte(std::string name, const sql::Dialect& dialect) {
  return Value(
      jinja::make_ref<RelationObject>(sql::Relation{"", "", std::move(name)}, dialect, RelationType::cte));
}

Value RelationObject::filtered(const sql::Relation& relation, const sql::Dialect& dialect,
                               const bool (&quotes)[3], std::string condition, std::string alias) {
  auto made = jinja::make_ref<RelationObject>(relation, dialect, RelationType::unknown);
  std::copy(std::begin(quotes), std::end(quotes), made->quoted_.begin());
  made->condition_ = std::move(condition);
  made->alias_ = std::move(alias);
  return Value(made);
}

std::string RelationObject::str() const {
  if (condition_.empty()) return named();
  return fmt::format("(select * from {} {}){}{}", named(), condition_, alias_.empty() ? "" : " ", alias_);
}

Value RelationObject::read_from(Value relation, std::string sql) {
  if (auto* object = relation.as<RelationObject>()) object->external_ = std::move(sql);
  return relation;
}

std::string RelationObject::named() const {
  if (!external_.empty()) return external_;
  if (type_ == RelationType::cte) return relation.identifier;
  std::string out;
  const std::string* parts[] = {&relation.database, &relation.schema, &relation.identifier};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!included_[i] || parts[i]->empty()) continue;
    if (!out.empty()) out += '.';
    out += quoted_[i] ? dialect_.quote(*parts[i]) : *parts[i];
  }
  return out;
}

std::optional<Value> RelationObject::json() const {
  return Value(str());
}

std::optional<Value> RelationObject::attribute(std::string_view name) {
  if (name == "database") return text_or_none(relation.database);
  if (name == "schema") return text_or_none(relation.schema);
  if (name == "identifier" || name == "name" || name == "table") return text_or_none(relation.identifier);
  for (const TypeName& each : kTypeNames) {
    if (name == "type" && each.type == type_) return Value(each.name);
    if (name.starts_with("is_") && name.substr(3) == each.name) return Value(type_ == each.type);
    if (name == each.constant) return Value(each.name);
  }
  if (name == "type") return Value::none();
  if (name == "metadata") {
    Value metadata = Value::dict();
    std::string type(dialect_.name());
    type[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(type[0])));
    metadata.as_dict().set("type", type == "Duckdb" ? "DuckDBRelation" : type + "Relation");
    return metadata;
  }
  if (name == "is_pointer" || name == "is_function" || name == "is_dynamic_table") return Value(false);
  if (name == "can_be_renamed") return Value(type_ == RelationType::table || type_ == RelationType::view);
  if (name == "can_be_replaced") return Value(type_ == RelationType::table || type_ == RelationType::view);
  return std::nullopt;
}

Value RelationObject::copy(sql::Relation named) const {
  auto made = jinja::make_ref<RelationObject>(std::move(named), dialect_, type_);
  made->included_ = included_;
  made->quoted_ = quoted_;
  return Value(made);
}

// include(database=…) and quote(identifier=…).
Value RelationObject::with_parts(const CallArguments& arguments, bool quotes) const {
  auto made = jinja::make_ref<RelationObject>(relation, dialect_, type_);
  made->included_ = included_;
  made->quoted_ = quoted_;
  Parts& changed = quotes ? made->quoted_ : made->included_;
  for (std::size_t i = 0; i < 3; ++i) {
    if (const Value* given = arguments.find(i, kPartNames[i]); given && !given->is_none())
      changed[i] = jinja::truth(*given);
  }
  return Value(made);
}

Value RelationObject::with_path(const CallArguments& arguments) const {
  sql::Relation next = relation;
  RelationType type = type_;
  take_path(next, type, arguments);
  auto made = jinja::make_ref<RelationObject>(std::move(next), dialect_, type);
  made->included_ = included_;
  made->quoted_ = quoted_;
  return Value(made);
}

// "db".information_schema.columns
Value RelationObject::information_schema(const CallArguments& arguments) const {
  sql::Relation next{relation.database, "information_schema", arguments.text_or(0, "view_name", "")};
  auto made = jinja::make_ref<RelationObject>(std::move(next), dialect_, RelationType::unknown);
  made->included_[0] = included_[0];
  made->quoted_ = {quoted_[0], false, false};
  return Value(made);
}

bool RelationObject::matches(const CallArguments& arguments) const {
  const std::string* parts[] = {&relation.database, &relation.schema, &relation.identifier};
  for (std::size_t i = 0; i < 3; ++i) {
    const Value* wanted = arguments.find(i, kPartNames[i]);
    if (wanted && !wanted->is_none() && text_of(*wanted) != *parts[i]) return false;
  }
  return true;
}

std::optional<Value> RelationObject::method(std::string_view name, CallArguments& arguments) {
  if (name == "include") return with_parts(arguments, false);
  if (name == "quote") return with_parts(arguments, true);
  if (name == "incorporate" || name == "replace_path") return with_path(arguments);
  if (name == "information_schema") return information_schema(arguments);
  if (name == "render") return Value(named());
  if (name == "quoted") return Value(dialect_.quote(arguments.text(0, "identifier")));
  if (name == "matches") return Value(matches(arguments));
  if (name == "without_identifier") {
    sql::Relation next = relation;
    next.identifier.clear();
    return copy(std::move(next));
  }
  if (name == "get") {
    std::optional<Value> found = attribute(arguments.text(0, "key"));
    return found ? *found : arguments.get(1, "default");
  }
  return std::nullopt;
}

bool RelationObject::equals(const Value& other) const {
  auto* relation_other = other.as<RelationObject>();
  return relation_other && relation_other->str() == str();
}

namespace {

// "numeric(10,2)" -> 10, 2
std::optional<std::int64_t> type_argument(const std::string& native, std::size_t index) {
  std::size_t at = native.find('(');
  for (; index > 0 && at != std::string::npos; --index) at = native.find(',', at + 1);
  if (at == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(native).substr(at + 1);
  return jinja::parse_integer(rest.substr(0, rest.find_first_of(",)")));
}

Value number_or_none(std::optional<std::int64_t> number) {
  return number ? Value(*number) : Value::none();
}

}  // namespace

bool ColumnObject::is_string() const {
  return !column_.type || column_.type->kind == batch::TypeKind::text;
}

std::optional<Value> ColumnObject::attribute(std::string_view name) {
  if (name == "name" || name == "column") return Value(column_.name);
  if (name == "quoted") return Value(dialect_.quote(column_.name));
  if (name == "data_type" || name == "expanded_data_type") return Value(column_.native_type);
  if (name == "dtype") return Value(column_.native_type.substr(0, column_.native_type.find('(')));
  if (name == "char_size")
    return is_string() ? number_or_none(type_argument(column_.native_type, 0)) : Value::none();
  if (name == "numeric_precision")
    return is_string() ? Value::none() : number_or_none(type_argument(column_.native_type, 0));
  if (name == "numeric_scale")
    return is_string() ? Value::none() : number_or_none(type_argument(column_.native_type, 1));
  return std::nullopt;
}

std::optional<Value> ColumnObject::method(std::string_view name, CallArguments& arguments) {
  using batch::TypeKind;
  TypeKind kind = column_.type ? column_.type->kind : TypeKind::text;
  bool integer = kind == TypeKind::int16 || kind == TypeKind::int32 || kind == TypeKind::int64;
  bool real = kind == TypeKind::float32 || kind == TypeKind::float64;
  // Without digits it may be of a size that Leat has no type for.
  std::string_view base = std::string_view(column_.native_type).substr(0, column_.native_type.find('('));
  bool decimal = kind == TypeKind::decimal || base == "numeric" || base == "decimal" || base == "NUMERIC";
  if (name == "is_string") return Value(is_string());
  if (name == "is_integer") return Value(integer);
  if (name == "is_float") return Value(real);
  if (name == "is_numeric") return Value(decimal);
  if (name == "is_number") return Value(integer || real || decimal);
  if (name == "string_size") return Value(type_argument(column_.native_type, 0).value_or(256));
  if (name == "string_type")
    return Value(fmt::format("character varying({})", arguments.integer_or(0, "size", 256)));
  if (name == "literal") return Value(fmt::format("'{}'", jinja::to_text(arguments.require(0, "value"))));
  if (name == "can_expand_to") {
    auto* other = arguments.require(0, "other_column").as<ColumnObject>();
    return Value(other && is_string() && other->is_string() &&
                 type_argument(other->column_.native_type, 0).value_or(256) >
                     type_argument(column_.native_type, 0).value_or(256));
  }
  return std::nullopt;
}

bool ColumnObject::equals(const Value& other) const {
  auto* column = other.as<ColumnObject>();
  return column && column->column_.name == column_.name && column->column_.native_type == column_.native_type;
}

namespace {

class RelationClass final : public jinja::Object {
 public:
  explicit RelationClass(const sql::Dialect& dialect) : dialect_(dialect) {}
  std::string_view type_name() const override { return "type"; }
  std::optional<Value> attribute(std::string_view name) override {
    for (const TypeName& each : kTypeNames) {
      if (name == each.constant) return Value(each.name);
    }
    return std::nullopt;
  }
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override {
    if (name != "create") return std::nullopt;
    sql::Relation relation;
    RelationType type = RelationType::unknown;
    take_path(relation, type, arguments);
    return Value(jinja::make_ref<RelationObject>(relation, dialect_, type));
  }

 private:
  const sql::Dialect& dialect_;
};

class ColumnClass final : public jinja::Object {
 public:
  explicit ColumnClass(const sql::Dialect& dialect) : dialect_(dialect) {}
  std::string_view type_name() const override { return "type"; }
  bool is_callable() const override { return true; }
  Value call(CallArguments& arguments) override {
    std::string type = arguments.text(1, "dtype");
    if (const Value* size = arguments.find(2, "char_size");
        size && size->is_integral() && type.find('(') == std::string::npos)
      type += fmt::format("({})", size->as_integer());
    return Value(jinja::make_ref<ColumnObject>(
        sql::RelationColumn{arguments.text(0, "column"), type, dialect_.parse_type(type)}, dialect_));
  }
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override {
    if (name == "create" || name == "from_description") {
      std::string type = arguments.text(1, "label_or_dtype");
      return Value(jinja::make_ref<ColumnObject>(
          sql::RelationColumn{arguments.text(0, "name"), type, dialect_.parse_type(type)}, dialect_));
    }
    if (name == "string_type")
      return Value(fmt::format("character varying({})", arguments.integer_or(0, "size", 256)));
    if (name == "numeric_type")
      return Value(fmt::format("{}({},{})", arguments.text(0, "dtype"),
                               arguments.integer_or(1, "precision", 18),
                               arguments.integer_or(2, "scale", 0)));
    if (name == "translate_type") return Value(translated(arguments.text(0, "dtype")));
    return std::nullopt;
  }

 private:
  // dbt's names of types that every adapter has a word for.
  std::string translated(const std::string& type) const {
    std::string upper = type;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    bool duck = dialect_.name() == "duckdb";
    if (upper == "STRING") return duck ? "VARCHAR" : "TEXT";
    if (upper == "INTEGER") return duck ? "INT" : "INTEGER";
    return upper == "TIMESTAMP" || upper == "FLOAT" ? upper : type;
  }
  const sql::Dialect& dialect_;
};

}  // namespace

Value make_api(const sql::Dialect& dialect) {
  Value api = Value::dict();
  api.as_dict().set("Relation", Value(jinja::make_ref<RelationClass>(dialect)));
  api.as_dict().set("Column", Value(jinja::make_ref<ColumnClass>(dialect)));
  return api;
}

}  // namespace leat::dbt
