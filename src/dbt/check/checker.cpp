#include "dbt/check/checker.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/spec.h"
#include "dbt/check/bench.h"
#include "dbt/check/literals.h"
#include "dbt/check/place.h"
#include "dbt/check/shadow_adapter.h"
#include "dbt/python_model.h"
#include "dbt/renderer.h"
#include "dbt/seed.h"
#include "jinja/operations.h"
#include "sql/tokenizer.h"

namespace leat::dbt {
namespace {

// Literal names that are looked up in the warehouse, at most, for one node.
constexpr int kLookupsMax = 50;

// True for hooks after which there may be relations and functions that nobody told of.
bool may_create(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::string_view signs[] = {"create", "attach", "load", "install", "use ", "set ", "{{", "{%"};
  return std::any_of(std::begin(signs), std::end(signs),
                     [&](std::string_view sign) { return text.find(sign) != std::string::npos; });
}

bool start_may_create(const Project& project) {
  return std::any_of(project.operations().begin(), project.operations().end(), [](const Node& each) {
    return each.hook == "on-run-start" && may_create(each.raw_code);
  });
}

bool prepares(const Node& node) {
  jinja::Value hooks = hooks_of(node, "pre_hook");
  return !node.config_text("sql_header").empty() || (hooks.is_list() && may_create(jinja::to_text(hooks)));
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool same(const std::string& a, const std::string& b) {
  return lower(a) == lower(b);
}

// The name that stands at an offset: one to three words with dots between.
std::optional<sql::Relation> relation_at(const std::string& sql, std::size_t offset) {
  std::vector<std::string> parts;
  bool after_dot = true;
  for (const sql::Token& token : sql::tokenize(std::string_view(sql).substr(offset))) {
    bool is_name = token.kind == sql::TokenKind::word || token.kind == sql::TokenKind::quoted_name;
    if (is_name && after_dot) {
      parts.push_back(token.text);
      after_dot = false;
    } else if (token.text == "." && !after_dot) {
      after_dot = true;
    } else {
      break;
    }
  }
  if (parts.empty() || parts.size() > 3) return std::nullopt;
  parts.insert(parts.begin(), 3 - parts.size(), "");
  return sql::Relation{parts[0], parts[1], parts[2]};
}

class Checking {
 public:
  Checking(const Project& project, const NodeBuilder& builder, const CheckInputs& inputs,
           const std::set<std::string>& chosen)
      : project_(project),
        builder_(builder),
        inputs_(inputs),
        chosen_(chosen),
        bench_(*inputs.session, project.options().target.database),
        shadow_(bench_, *inputs.warehouse),
        postgres_(inputs.session->dialect().name() == "postgres"),
        foreign_(inputs.session->dialect().name() != inputs.warehouse->dialect().name()),
        hooks_create_(start_may_create(project)),
        before_(project.renderer().deferred()),
        elsewhere_(before_) {}
  ~Checking() { project_.renderer().defer(before_); }
  Checking(const Checking&) = delete;
  Checking& operator=(const Checking&) = delete;

  CheckReport run() {
    for (const Node& node : project_.nodes()) {
      if (chosen_.count(node.unique_id)) visit(node);
    }
    if (inputs_.listener) inputs_.listener->on_finished(bench_);
    return std::move(report_);
  }

 private:
  enum class Shape { known, unknown, wrong };

  // Depth first, what is above before what is below, without recursion: chains may be long.
  void visit(const Node& root) {
    std::vector<std::pair<const Node*, std::size_t>> path = {{&root, 0}};
    while (!path.empty()) {
      auto& [node, next] = path.back();
      if (shapes_.count(node->unique_id)) {
        path.pop_back();
      } else if (next < node->depends_on.size()) {
        const Node* above = project_.find(node->depends_on[next++]);
        if (above && !shapes_.count(above->unique_id)) path.emplace_back(above, 0);
      } else {
        const Node* done = node;
        path.pop_back();
        shapes_[done->unique_id] = judge(*done);
      }
    }
  }

  Shape judge(const Node& node) {
    switch (node.type) {
      case ResourceType::source:
        return judge_source(node);
      case ResourceType::seed:
        return judge_seed(node);
      case ResourceType::model:
      case ResourceType::snapshot:
      case ResourceType::test:
        return judge_code(node);
      default:
        return Shape::unknown;
    }
  }

  Shape leave_out(const Node& node, std::string why) {
    if (chosen_.count(node.unique_id)) report_.unchecked.push_back({&node, std::move(why)});
    return Shape::unknown;
  }

  Shape judge_source(const Node& node) {
    // Statements of PostgreSQL's bench read the real ones.
    std::optional<std::vector<sql::RelationColumn>> columns = columns_held(node.relation);
    if (columns && postgres_) return Shape::known;
    if (!columns && inputs_.landing) columns = inputs_.landing(node);
    if (!columns || !bench_.declare(node.relation, *columns)) return Shape::unknown;
    redirect(node);
    tell(node, "");
    return Shape::known;
  }

  void tell(const Node& node, const std::string& sql) {
    if (inputs_.listener) inputs_.listener->on_bound(node, sql, bench_);
  }

  // The columns of a relation in the warehouse, in types of the bench.
  std::optional<std::vector<sql::RelationColumn>> columns_held(const sql::Relation& relation) const {
    std::optional<std::vector<sql::RelationColumn>> columns = inputs_.warehouse->columns(relation);
    if (!columns || !foreign_) return columns;
    for (sql::RelationColumn& column : *columns)
      column.native_type =
          inputs_.session->dialect().type_name(column.type.value_or(batch::Type{batch::TypeKind::text}));
    return columns;
  }

  Shape judge_seed(const Node& node) {
    if (!chosen_.count(node.unique_id) && take_held(node)) return Shape::known;
    if (!bench_.declare(node.relation, seed_columns(node, inputs_.session->dialect())))
      return leave_out(node, "the types of its columns are not known");
    redirect(node);
    shadow_.expect(node.relation);
    tell(node, "");
    return Shape::known;
  }

  // What is not built in this run is read as it stands in the warehouse.
  bool take_held(const Node& node) {
    std::optional<sql::Relation> held = shadow_.find_held(node.relation);
    if (!held) return false;
    if (postgres_) return true;
    std::optional<std::vector<sql::RelationColumn>> columns = columns_held(node.relation);
    if (!columns || !bench_.declare(node.relation, *columns)) return false;
    shadow_.expect(*held);
    return true;
  }

  // From now on templates read the node from the bench.
  void redirect(const Node& node) {
    if (!postgres_) return;
    elsewhere_[node.unique_id] = bench_.place_of(node.relation);
    project_.renderer().defer(elsewhere_);
  }

  // The first input that stands in the way; "" for none.
  std::string obstacle(const Node& node) const {
    for (const std::string& id : node.depends_on) {
      const Node* above = project_.find(id);
      auto shape = shapes_.find(id);
      if (!above || shape == shapes_.end() || shape->second == Shape::known) continue;
      if (shape->second == Shape::wrong) return fmt::format("it reads {}, which has a mistake", above->name);
      return fmt::format("it reads {}, whose columns are not known", above->name);
    }
    return "";
  }

  Shape judge_code(const Node& node) {
    bool keeps = !node.is_test() && !node.is_ephemeral();
    if (keeps && !chosen_.count(node.unique_id) && take_held(node)) return Shape::known;
    if (std::string why = obstacle(node); !why.empty()) return leave_out(node, why);
    if (is_python(node.path)) return leave_out(node, "it is a Python model");
    if (bench_.is_full()) return leave_out(node, "one transaction holds no more");
    bool incremental = node.type == ResourceType::model && node.materialized() == "incremental";
    // An incremental model's code reads the relation as it stands.
    if (incremental && !postgres_) take_held(node);
    std::optional<Shape> shape = bind(node, keeps);
    if (!shape || *shape != Shape::known) return shape.value_or(Shape::unknown);
    if (chosen_.count(node.unique_id)) ++report_.checked;
    if (!keeps) return Shape::known;
    std::string sql = bound_;
    Shape after = after_build(node);
    if (after != Shape::wrong) tell(node, sql);
    return after;
  }

  std::optional<std::string> compile(const Node& node) {
    try {
      return builder_.compile_ahead(node, shadow_);
    } catch (const Error& error) {
      // Its build will say it, unless it has more to go by then.
      leave_out(node,
                shadow_.was_asked() ? "its SQL depends on rows" : "it can't be compiled ahead of its run");
      return std::nullopt;
    }
  }

  // nullopt: nothing can be said.
  std::optional<Shape> bind(const Node& node, bool keeps) {
    std::optional<std::string> sql = compile(node);
    if (!sql) return std::nullopt;
    if (sql::tokenize(*sql).empty()) {
      leave_out(node, "it holds no SQL");
      return std::nullopt;
    }
    for (int i = 0;; ++i) {
      std::optional<sql::Objection> objection = keeps ? bench_.make(node.relation, *sql) : bench_.probe(*sql);
      if (!objection && !postgres_ && !foreign_) objection = impossible_literal(bench_, *sql);
      if (!objection) {
        bound_ = std::move(*sql);
        return Shape::known;
      }
      if (i < kLookupsMax && !postgres_ && fetch_missing(*sql, *objection)) continue;
      std::string why = doubt(node, *sql, *objection);
      if (why.empty()) {
        if (!chosen_.count(node.unique_id)) return Shape::unknown;
        report_.mistakes.push_back(mistake(node, *sql, *objection));
        return Shape::wrong;
      }
      leave_out(node, why);
      return std::nullopt;
    }
  }

  // A relation that is named without ref() or source() is taken from the warehouse.
  bool fetch_missing(const std::string& sql, const sql::Objection& objection) {
    std::optional<MistakeKind> kind = kind_of("duckdb", objection);
    if (kind != MistakeKind::unknown_relation || !objection.offset) return false;
    std::optional<sql::Relation> named = relation_at(sql, *objection.offset);
    if (!named || is_of_project(*named)) return false;
    if (named->schema.empty()) named->schema = "main";
    if (bench_.holds(*named)) return false;
    std::optional<std::vector<sql::RelationColumn>> columns = columns_held(*named);
    return columns && bench_.declare(*named, *columns);
  }

  bool is_of_project(const sql::Relation& named) const {
    return std::any_of(project_.nodes().begin(), project_.nodes().end(), [&](const Node& each) {
      return each.referable() && same(each.relation.identifier, named.identifier) &&
             (named.schema.empty() || same(each.relation.schema, named.schema));
    });
  }

  // True for the node itself and what it reads by ref(), also in ephemeral models.
  bool is_by_ref(const Node& node, const sql::Relation& named) const {
    if (same(named.identifier, node.relation.identifier)) return true;
    return std::any_of(node.depends_on.begin(), node.depends_on.end(), [&](const std::string& id) {
      const Node* above = project_.find(id);
      if (above && above->is_ephemeral()) return is_by_ref(*above, named);
      return above && same(above->relation.identifier, named.identifier);
    });
  }

  // Why an objection may have other reasons than a mistake; "" when it has none.
  std::string doubt(const Node& node, const std::string& sql, const sql::Objection& objection) {
    std::optional<MistakeKind> kind = kind_of(inputs_.session->dialect().name(), objection);
    if (foreign_) return "DuckDB does not understand it: " + words_of(objection);
    if (!kind) return "the engine can't bind it without running: " + words_of(objection);
    if (*kind == MistakeKind::syntax) return "";
    for (const sql::RelationName& read : sql::relations_read(sql)) {
      sql::Relation named{"", read.schema, read.identifier};
      // PostgreSQL's bench has nodes under names of its own; DuckDB's may not have it yet.
      bool unseen = postgres_ ? read.schema != "pg_temp" : !bench_.holds(named);
      if (!read.schema.empty() && unseen && is_of_project(named) && !is_by_ref(node, named))
        return fmt::format("it reads {} without ref()", read.identifier);
    }
    bool of_names = *kind == MistakeKind::unknown_relation || *kind == MistakeKind::unknown_function;
    if (of_names && (hooks_create_ || prepares(node))) return "hooks may make what it reads";
    if (*kind == MistakeKind::unknown_function && !postgres_ && has_function(objection.name))
      return fmt::format("the function {} is the warehouse's own", objection.name);
    if (of_names && !postgres_ && objection.offset) return doubt_of_database(sql, *objection.offset);
    return "";
  }

  // What stands in another database may come and go without us.
  std::string doubt_of_database(const std::string& sql, std::size_t offset) const {
    std::optional<sql::Relation> named = relation_at(sql, offset);
    bool elsewhere =
        named && !named->database.empty() && !same(named->database, project_.options().target.database);
    return elsewhere ? fmt::format("it reads another database, {}", named->database) : "";
  }

  bool has_function(const std::string& wanted) {
    if (wanted.empty()) return true;
    return inputs_.warehouse
               ->query(
                   fmt::format(
                       "select 1 as there from duckdb_functions() where lower(function_name) = {} limit 1",
                       inputs_.warehouse->dialect().literal(lower(wanted))),
                   1)
               .rows() > 0;
  }

  Mistake mistake(const Node& node, const std::string& sql, const sql::Objection& objection) const {
    Mistake out;
    out.node = &node;
    out.kind = *kind_of(inputs_.session->dialect().name(), objection);
    out.text = words_of(objection);
    out.near = near_of(objection);
    out.where = node.is_generic_test() ? node.where : node.display;
    if (node.is_generic_test() || !objection.offset) return out;
    Place place = place_in_template(node.raw_code, node.first_line, sql, *objection.offset);
    out.where = fmt::format("{}:{}:{}", node.display, place.line, place.column);
    out.line = place.text;
    out.column = place.column;
    return out;
  }

  // Brings the bench's relation to what the build will leave behind.
  Shape after_build(const Node& node) {
    sql::Relation made = node.relation;
    std::string kind = node.type == ResourceType::snapshot ? "snapshot" : node.materialized();
    made.kind = kind == "view" ? sql::RelationKind::view : sql::RelationKind::table;
    const MacroEntry* materialization =
        project_.macros().materialization(kind, node.package, inputs_.session->dialect().name());
    // A materialization of the project's own may do anything.
    if (!materialization || materialization->package != kOwnPackage) return Shape::unknown;
    if (kind == "snapshot" && !add_columns(node, snapshot_columns(node))) return Shape::unknown;
    if (kind == "incremental" || kind == "snapshot") {
      if (std::optional<Shape> shape = keep_columns(node, kind == "incremental")) return *shape;
    }
    redirect(node);
    shadow_.expect(made);
    if (kind == "incremental" && !postgres_) return bind_next_run(node);
    return Shape::known;
  }

  // Columns that only the existing relation has stay there. A model that does not give one of them any more
  // can't be added to it. nullopt: all is well.
  std::optional<Shape> keep_columns(const Node& node, bool incremental) {
    std::optional<sql::Relation> there = shadow_.find_held(node.relation);
    if (!there || is_built_anew(node)) return std::nullopt;
    std::optional<std::vector<sql::RelationColumn>> held = columns_held(node.relation);
    if (!held) return std::nullopt;
    std::string lost = incremental && there->kind == sql::RelationKind::table ? lost_column(node, *held) : "";
    if (!lost.empty() && !foreign_ && chosen_.count(node.unique_id)) {
      report_.mistakes.push_back(mistake_of_lost(node, lost));
      return Shape::wrong;
    }
    return add_columns(node, *held) ? std::nullopt : std::optional(Shape::unknown);
  }

  bool is_built_anew(const Node& node) const {
    const jinja::Value* own = node.setting("full_refresh");
    return own ? jinja::truth(*own) : project_.options().full_refresh;
  }

  // Source: https://docs.getdbt.com/docs/build/incremental-models, on_schema_change: ignore
  std::string lost_column(const Node& node, const std::vector<sql::RelationColumn>& held) {
    std::string change = node.config_text("on_schema_change"),
                strategy = node.config_text("incremental_strategy");
    constexpr std::string_view kOwn[] = {"", "append", "delete+insert", "merge"};
    bool known = std::find(std::begin(kOwn), std::end(kOwn), strategy) != std::end(kOwn);
    std::optional<std::vector<sql::RelationColumn>> given = bench_.columns(node.relation);
    if (!known || !given || !(change.empty() || change == "ignore")) return "";
    for (const sql::RelationColumn& column : held) {
      bool has = std::any_of(given->begin(), given->end(),
                             [&](const sql::RelationColumn& each) { return same(each.name, column.name); });
      if (!has) return column.name;
    }
    return "";
  }

  Mistake mistake_of_lost(const Node& node, const std::string& lost) {
    Mistake out;
    out.node = &node;
    out.kind = MistakeKind::unknown_column;
    out.text = fmt::format(
        "The table has a column \"{}\" that the model does not give, and on_schema_change is ignore", lost);
    std::vector<std::string> names;
    for (const sql::RelationColumn& each :
         bench_.columns(node.relation).value_or(std::vector<sql::RelationColumn>()))
      names.push_back(each.name);
    std::string near = nearest(lost, names);
    out.where = node.display;
    if (near.empty()) return out;
    std::size_t at = node.raw_code.rfind(near);
    Place place = place_of(node.raw_code, at == std::string::npos ? 0 : at, node.first_line);
    out.where = fmt::format("{}:{}:{}", node.display, place.line, place.column);
    out.line = place.text;
    out.column = place.column;
    out.near = lost;
    return out;
  }

  // The branch of the code that runs when the relation is there.
  Shape bind_next_run(const Node& node) {
    if (shadow_.find_held(node.relation) || is_built_anew(node)) return Shape::known;
    std::size_t before = report_.unchecked.size();
    std::optional<Shape> shape = bind(node, false);
    report_.unchecked.resize(std::min(before, report_.unchecked.size()));
    return shape == Shape::wrong ? Shape::wrong : Shape::known;
  }

  std::vector<sql::RelationColumn> snapshot_columns(const Node& node) const {
    const jinja::Value* names = node.setting("snapshot_meta_column_names");
    auto named = [&](const char* key) {
      const jinja::Value* own = names && names->is_dict() ? names->as_dict().find(key) : nullptr;
      return own && !own->is_none() ? jinja::to_text(*own) : std::string(key);
    };
    std::vector<sql::RelationColumn> columns = {{named("dbt_scd_id"), postgres_ ? "text" : "VARCHAR", {}},
                                                {named("dbt_updated_at"), "TIMESTAMP", {}},
                                                {named("dbt_valid_from"), "TIMESTAMP", {}},
                                                {named("dbt_valid_to"), "TIMESTAMP", {}}};
    if (node.config_text("hard_deletes") == "new_record")
      columns.push_back({named("dbt_is_deleted"), postgres_ ? "text" : "VARCHAR", {}});
    return columns;
  }

  // Widens what the bench made by columns that it does not have yet.
  bool add_columns(const Node& node, const std::vector<sql::RelationColumn>& more) {
    std::optional<std::vector<sql::RelationColumn>> columns = bench_.columns(node.relation);
    if (!columns) return false;
    std::size_t before = columns->size();
    for (const sql::RelationColumn& column : more) {
      bool has = std::any_of(columns->begin(), columns->end(), [&](const sql::RelationColumn& each) {
        return postgres_ ? each.name == column.name : same(each.name, column.name);
      });
      if (!has) columns->push_back(column);
    }
    if (columns->size() == before) return true;
    return bench_.redeclare(node.relation, *columns);
  }

  const Project& project_;
  const NodeBuilder& builder_;
  const CheckInputs& inputs_;
  const std::set<std::string>& chosen_;
  Bench bench_;
  ShadowAdapter shadow_;
  bool postgres_, foreign_, hooks_create_;
  std::map<std::string, sql::Relation, std::less<>> before_, elsewhere_;
  std::unordered_map<std::string, Shape> shapes_;
  CheckReport report_;
  std::string bound_;  // the SQL that was understood last
};

}  // namespace

CheckReport check(const Project& project, const NodeBuilder& builder, const CheckInputs& inputs,
                  const std::set<std::string>& chosen) {
  return Checking(project, builder, inputs, chosen).run();
}

}  // namespace leat::dbt
