#include "run/docs_site.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "base/embedded.h"
#include "base/error.h"
#include "base/time.h"
#include "dbt/primary_key.h"

namespace leat {
LEAT_EMBEDDED(docs_web);
LEAT_EMBEDDED(pages_web);
LEAT_EMBEDDED(theme);
}  // namespace leat

namespace leat::run {
namespace {

using document::Value;

Value text(std::string value) {
  return Value::of(std::move(value));
}

std::string lower(std::string value) {
  for (char& c : value) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return value;
}

// "2026-01-05 10:00": to the minute, for people.
std::string minute_of(std::string_view instant) {
  std::string out(instant.substr(0, std::min<std::size_t>(16, instant.size())));
  if (out.size() > 10 && out[10] == 'T') out[10] = ' ';
  return out;
}

class DocsData {
 public:
  DocsData(Workspace& workspace, const dbt::Lineage& lineage, const DocsOptions& options)
      : workspace_(workspace), project_(*workspace.dbt()), lineage_(lineage) {
    if (options.ask_warehouse) adapter_ = workspace.warehouse().adapter();
    for (const Value& result : options.run_results["results"].items())
      results_[result["unique_id"].raw()] = &result;
  }

  Value build() {
    ask_ages();
    Value data = Value::mapping(), nodes = Value::mapping(), relations = Value::list();
    for (const dbt::Node& node : project_.nodes()) {
      if (node.is_test()) {
        ++tests_;
        add_relation(node, relations);
      } else if (is_shown(node)) {
        nodes.set(node.unique_id, node_value(node));
        add_foreign_keys(node, relations);
      }
    }
    add_streams(nodes);
    add_pages(nodes);
    std::string title = workspace_.project().title;
    data.set("project", text(title.empty() ? project_.name() : title));
    data.set("target", text(workspace_.target()));
    data.set("engine", text(std::string(workspace_.warehouse().dialect().name())));
    data.set("generated_at", text(minute_of(format_iso_timestamp(workspace_.env().now()))));
    data.set("tests", Value::of(tests_));
    data.set("nodes", std::move(nodes));
    data.set("relations", std::move(relations));
    add_lineage(data);
    return data;
  }

 private:
  static bool is_shown(const dbt::Node& node) {
    return node.referable() || node.type == dbt::ResourceType::source ||
           node.type == dbt::ResourceType::analysis || node.type == dbt::ResourceType::exposure;
  }

  // When each asset was built, and each stream's last load.
  void ask_ages() {
    if (!adapter_) return;
    read_ages("asset_versions", "select asset, cast(built_at as varchar) as at from {}");
    read_ages("loads",
              "select 'stream.' || connection || '.' || stream as asset, cast(max(committed_at) as varchar) "
              "as at from {} "
              "group by 1");
  }
  void read_ages(const char* table, const char* sql) {
    sql::Relation relation{"", "_leat", table};
    if (!adapter_->columns(relation)) return;
    sql::QueryResult answer =
        adapter_->query(fmt::format(fmt::runtime(sql), adapter_->dialect().render(relation)));
    for (const batch::RecordBatch& batch : answer.batches) {
      for (std::size_t row = 0; row < batch.rows(); ++row)
        ages_[std::string(batch.column(0).text(row))] = minute_of(batch.column(1).text(row));
    }
  }

  Value blank(const std::string& name, std::string_view kind) const {
    Value value = Value::mapping({{"name", text(name)}, {"kind", text(std::string(kind))}});
    for (const char* key : {"materialized", "relation", "path", "description", "raw", "compiled", "status",
                            "freshness", "built_at", "newest"})
      value.set(key, text(""));
    for (const char* key : {"tags", "above", "columns", "tests"}) value.set(key, Value::list());
    value.set("rows", Value::of(std::int64_t{-1}));
    return value;
  }

  Value node_value(const dbt::Node& node) {
    bool source = node.type == dbt::ResourceType::source;
    Value value = blank(source ? node.source_name + "." + node.name : node.name, dbt::name(node.type));
    value.set("description", text(node.description));
    value.set("path", text(node.path));
    if (node.type == dbt::ResourceType::model) value.set("materialized", text(node.materialized()));
    if (node.has_code()) value.set("raw", text(node.raw_code));
    for (const std::string& tag : node.tags()) value.find("tags")->items().push_back(text(tag));
    for (const std::string& id : node.depends_on) value.find("above")->items().push_back(text(id));
    if (auto age = ages_.find(node.unique_id); age != ages_.end()) value.set("built_at", text(age->second));
    if (auto result = results_.find(node.unique_id); result != results_.end()) {
      value.set("status", text((*result->second)["status"].raw()));
      value.set("compiled", text((*result->second)["compiled_code"].raw()));
    }
    bool has_relation = (node.referable() && !node.is_ephemeral()) || source;
    std::vector<sql::RelationColumn> held;
    if (has_relation) {
      value.set("relation", text(node.relation.schema + "." + node.relation.identifier));
      held = ask_relation(node, value);
    }
    add_columns(node, held, value);
    return value;
  }

  // Types of columns, and rows of tables: a view's would have to be computed.
  std::vector<sql::RelationColumn> ask_relation(const dbt::Node& node, Value& value) {
    if (!adapter_) return {};
    std::optional<std::vector<sql::RelationColumn>> columns = adapter_->columns(node.relation);
    if (!columns) return {};
    if (kind_of(node.relation) == sql::RelationKind::table) {
      sql::QueryResult answer =
          adapter_->query("select count(*) as n from " + adapter_->dialect().render(node.relation), 1);
      value.set("rows", Value::of(answer.batches.at(0).column(0).value<std::int64_t>(0)));
    }
    return *columns;
  }
  sql::RelationKind kind_of(const sql::Relation& wanted) {
    auto [found, fresh] = held_.try_emplace(wanted.schema);
    if (fresh) found->second = adapter_->list_relations(wanted.schema);
    for (const sql::Relation& each : found->second) {
      if (each.identifier == wanted.identifier) return each.kind;
    }
    return sql::RelationKind::external;
  }

  // The warehouse's columns, else those that lineage found, else those that are described.
  void add_columns(const dbt::Node& node, const std::vector<sql::RelationColumn>& held, Value& value) {
    std::vector<std::pair<std::string, std::string>> columns;  // name, type
    for (const sql::RelationColumn& column : held) columns.emplace_back(column.name, column.native_type);
    if (auto bound = lineage_.owners().find(node.unique_id);
        columns.empty() && bound != lineage_.owners().end()) {
      for (const std::string& name : bound->second) columns.emplace_back(name, "");
    }
    if (columns.empty()) {
      for (const Value& told : node.columns.items())
        columns.emplace_back(told["name"].raw(), told["data_type"].raw());
    }
    std::vector<std::string> key = node.type == dbt::ResourceType::model ? dbt::primary_key_of(node, project_)
                                                                         : std::vector<std::string>();
    for (const auto& [name, type] : columns) {
      std::string key_name = lower(name);
      Value column = Value::mapping({{"name", text(name)}, {"type", text(type)}, {"description", text("")}});
      column.set("tests", Value::list());
      bool is_key = std::any_of(key.begin(), key.end(),
                                [&](const std::string& each) { return lower(each) == key_name; });
      column.set("key", text(is_key ? "primary" : ""));
      for (const Value& told : node.columns.items()) {
        if (lower(told["name"].raw()) == key_name)
          column.set("description", text(told["description"].raw()));
      }
      value.find("columns")->items().push_back(std::move(column));
    }
    for (const dbt::Node* test : project_.tests_of(node.unique_id)) add_test(*test, value);
  }

  void add_test(const dbt::Node& test, Value& value) const {
    std::string kind = test.test.macro.substr(test.test.macro.find('.') + 1);
    Value told = Value::mapping({{"name", text(test.name)}, {"kind", text(kind)}, {"status", text("")}});
    if (auto result = results_.find(test.unique_id); result != results_.end())
      told.set("status", text((*result->second)["status"].raw()));
    for (Value& column : value.find("columns")->items()) {
      if (test.test.column.empty() || lower(column["name"].raw()) != lower(test.test.column)) continue;
      column.find("tests")->items().push_back(std::move(told));
      return;
    }
    value.find("tests")->items().push_back(std::move(told));
  }

  static Value relation(const std::string& from, const std::string& column, const std::string& to,
                        const std::string& field) {
    return Value::mapping(
        {{"from", Value::list({text(from), text(column)})}, {"to", Value::list({text(to), text(field)})}});
  }

  void add_relation(const dbt::Node& test, Value& relations) const {
    if (test.test.macro != "relationships" || test.test.column.empty()) return;
    for (const std::string& id : test.depends_on) {
      const dbt::Node* other = project_.find(id);
      if (!other || id == test.test.attached_to || !is_shown(*other)) continue;
      relations.items().push_back(
          relation(test.test.attached_to, test.test.column, id, test.test.arguments["field"].raw()));
    }
  }

  // Foreign keys of constraints: `to: ref('customers')`.
  void add_foreign_keys(const dbt::Node& node, Value& relations) const {
    auto add = [&](const Value& constraint, const std::string& column) {
      if (constraint["type"].raw() != "foreign_key") return;
      const std::string& to = constraint["to"].raw();
      const std::vector<Value>& fields = constraint["to_columns"].items();
      const std::vector<Value>& own = constraint["columns"].items();
      for (const std::string& id : node.depends_on) {
        const dbt::Node* other = project_.find(id);
        if (!other || to.find(other->name) == std::string::npos) continue;
        for (std::size_t i = 0; i < std::max<std::size_t>(1, own.size()); ++i)
          relations.items().push_back(relation(node.unique_id, i < own.size() ? own[i].raw() : column, id,
                                               i < fields.size() ? fields[i].raw() : column));
      }
    };
    for (const Value& constraint : node.properties["constraints"].items()) add(constraint, "");
    for (const Value& column : node.columns.items()) {
      for (const Value& constraint : column["constraints"].items()) add(constraint, column["name"].raw());
    }
  }

  static Value bare_column(const std::string& name) {
    Value column = Value::mapping();
    for (const char* key : {"type", "description", "key"}) column.set(key, text(""));
    column.set("name", text(name));
    column.set("tests", Value::list());
    return column;
  }

  // What is known only from lineage: streams above their sources, queries of pages below what they read.
  void add_streams(Value& nodes) {
    for (const auto& [owner, columns] : lineage_.owners()) {
      if (!owner.starts_with("stream.")) continue;
      std::string name = owner.substr(7);
      Value value = blank(name, "stream");
      if (auto age = ages_.find(owner); age != ages_.end()) value.set("newest", text(age->second));
      for (const std::string& column : columns) value.find("columns")->items().push_back(bare_column(column));
      nodes.set(owner, std::move(value));
    }
    for (const dbt::LineageEdge& edge : lineage_.edges()) {
      if (edge.from.owner.starts_with("stream.")) put_above(nodes, edge.to.owner, edge.from.owner);
    }
  }

  void add_pages(Value& nodes) {
    for (const auto& [owner, columns] : lineage_.owners()) {
      if (!owner.starts_with("page.")) continue;
      Value value = blank(owner.substr(5), "page");
      for (const std::string& column : columns) value.find("columns")->items().push_back(bare_column(column));
      nodes.set(owner, std::move(value));
    }
    for (const dbt::LineageEdge& edge : lineage_.edges()) {
      if (edge.to.owner.starts_with("page.")) put_above(nodes, edge.to.owner, edge.from.owner);
    }
  }

  static void put_above(Value& nodes, const std::string& id, const std::string& above) {
    Value* node = nodes.find(id);
    if (!node) return;
    std::vector<Value>& all = node->find("above")->items();
    bool held = std::any_of(all.begin(), all.end(), [&](const Value& each) { return each.raw() == above; });
    if (!held) all.push_back(text(above));
  }

  void add_lineage(Value& data) const {
    Value edges = Value::list(), gaps = Value::mapping();
    for (const dbt::LineageEdge& edge : lineage_.edges())
      edges.items().push_back(Value::list({text(edge.from.owner), text(edge.from.column), text(edge.to.owner),
                                           text(edge.to.column), Value::of(edge.itself)}));
    for (const auto& [owner, why] : lineage_.gaps()) gaps.set(owner, text(why));
    data.set("lineage", std::move(edges));
    data.set("gaps", std::move(gaps));
  }

  Workspace& workspace_;
  const dbt::Project& project_;
  const dbt::Lineage& lineage_;
  std::unique_ptr<sql::Adapter> adapter_;
  std::map<std::string, const Value*> results_;
  std::map<std::string, std::string> ages_;
  std::map<std::string, std::vector<sql::Relation>> held_;  // by schema
  std::int64_t tests_ = 0;
};

std::string web_file(std::string_view name) {
  for (std::span<const EmbeddedFile> files : {embedded_docs_web(), embedded_pages_web(), embedded_theme()}) {
    for (const EmbeddedFile& file : files) {
      if (file.path == name) return std::string(file.contents);
    }
  }
  return "";
}

}  // namespace

document::Value docs_data(Workspace& workspace, const dbt::Lineage& lineage, const DocsOptions& options) {
  return DocsData(workspace, lineage, options).build();
}

void write_docs_site(const document::Value& data, const std::string& path) {
  std::string json = document::to_json(data);
  // Nothing in the data may end the element that it stands in.
  for (std::size_t at = 0; (at = json.find("</", at)) != std::string::npos; at += 3)
    json.insert(at + 1, "\\");
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, "
      "initial-scale=1\">\n<title>{}</title>\n<style>{}{}</style>\n<script>{}</script>\n"
      "</head>\n<body>\n<noscript>These pages are drawn by JavaScript.</noscript>\n<script "
      "type=\"application/json\" "
      "id=\"data\">{}</script>\n<script>{}</script>\n</body>\n</html>\n",
      "Docs", web_file("tokens.css"), web_file("docs.css"), web_file("theme.js"), json, web_file("docs.js"));
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::string beside = path + ".new";
  {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(beside.c_str(), "wb"), std::fclose);
    if (!out || std::fwrite(page.data(), 1, page.size(), out.get()) != page.size())
      throw Error(ErrorCode::file_io, "The file can't be written", path);
  }
  std::filesystem::rename(beside, path);
}

}  // namespace leat::run
