#include "run/column_lineage.h"

#include <fmt/core.h>

#include <algorithm>

#include "dbt/check/bench.h"
#include "dbt/check/checker.h"
#include "run/dbt_check.h"

namespace leat::run {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string key_of(const std::string& schema, const std::string& table) {
  return lower(schema) + "\n" + lower(table);
}

// A page's query with the queries that it names in place; nullopt where it asks for a reader's input.
std::optional<std::string> whole_query(const pages::Page& page, const std::string& sql, int depth) {
  constexpr int kDepthMax = 20;
  std::string out;
  for (std::size_t at = 0; at < sql.size();) {
    std::size_t open = sql.find("${", at), close = open == std::string::npos ? open : sql.find('}', open);
    if (close == std::string::npos) return out + sql.substr(at);
    std::string name = sql.substr(open + 2, close - open - 2);
    std::erase(name, ' ');
    auto query = std::find_if(page.queries.begin(), page.queries.end(),
                              [&](const pages::Query& each) { return each.name == name; });
    if (query == page.queries.end() || depth > kDepthMax) return std::nullopt;
    std::optional<std::string> inner = whole_query(page, query->sql, depth + 1);
    if (!inner) return std::nullopt;
    out += sql.substr(at, open - at) + "(" + *inner + ")";
    at = close + 1;
  }
  return out;
}

class Collector : public dbt::BenchListener {
 public:
  Collector(Workspace& workspace, dbt::Lineage& lineage) : workspace_(workspace), lineage_(lineage) {
    for (const dbt::Node& node : workspace.dbt()->nodes()) {
      if (node.referable() || node.type == dbt::ResourceType::source)
        owners_[key_of(node.relation.schema, node.relation.identifier)] = node.unique_id;
    }
  }

  void on_bound(const dbt::Node& node, const std::string& sql, dbt::Bench& bench) override {
    if (node.is_test() || node.is_ephemeral()) return;
    std::vector<std::string> names;
    if (auto columns = bench.columns(node.relation)) {
      for (const sql::RelationColumn& column : *columns) names.push_back(column.name);
    }
    lineage_.add_owner(node.unique_id, names);
    if (!sql.empty()) follow(node.unique_id, sql, names, bench);
  }

  void on_finished(dbt::Bench& bench) override {
    if (const pages::Project* pages = workspace_.page_project()) {
      for (const pages::Page& page : pages->pages()) {
        for (const pages::Query& query : page.queries) follow_page(page, query, bench);
      }
    }
  }

 private:
  void follow_page(const pages::Page& page, const pages::Query& query, dbt::Bench& bench) {
    std::string owner = fmt::format("page.{}.{}", page.id, query.name);
    std::optional<std::string> sql = whole_query(page, query.sql, 0);
    if (!sql) return lineage_.add_gap(owner, "it asks for a reader's input");
    std::string semicolons = *sql;
    while (!semicolons.empty() &&
           (semicolons.back() == ';' || std::isspace(static_cast<unsigned char>(semicolons.back()))))
      semicolons.pop_back();
    const sql::Relation made{"", "main", "leat_page_query"};
    if (bench.make(made, semicolons)) return lineage_.add_gap(owner, "its SQL can't be bound");
    std::vector<std::string> names;
    for (const sql::RelationColumn& column : bench.columns(made).value_or(std::vector<sql::RelationColumn>()))
      names.push_back(column.name);
    lineage_.add_owner(owner, names);
    follow(owner, semicolons, names, bench);
  }

  void follow(const std::string& owner, const std::string& sql, const std::vector<std::string>& names,
              dbt::Bench& bench) {
    std::optional<std::string> plan = bench.plan(sql);
    std::optional<std::vector<dbt::Origins>> origins = plan ? dbt::origins_of_plan(*plan) : std::nullopt;
    if (!origins) return lineage_.add_gap(owner, "its plan can't be printed");
    // A snapshot has columns of its own after those of its query.
    for (std::size_t i = 0; i < std::min(names.size(), origins->size()); ++i) {
      for (const auto& [from, itself] : (*origins)[i]) {
        auto found = owners_.find(key_of(from.schema, from.table));
        if (found != owners_.end())
          lineage_.add_edge({found->second, from.column}, {owner, names[i]}, itself);
      }
    }
  }

  Workspace& workspace_;
  dbt::Lineage& lineage_;
  std::map<std::string, std::string> owners_;  // by relation
};

// The field of a stream that a column holds: the other way round through flattening and renaming.
std::string field_of(const sync::StreamSettings& settings, const std::string& column) {
  for (const auto& [from, to] : settings.rename) {
    if (to == column) return from;
  }
  std::string field = column;
  for (std::size_t at = 0; (at = field.find("__", at)) != std::string::npos;) field.replace(at, 2, ".");
  return settings.flatten.empty() ? column : field;
}

void add_streams(Workspace& workspace, dbt::Lineage& lineage) {
  for (const ConnectionFile& connection : workspace.project().connections) {
    if (!connection.destination.empty()) continue;
    const sync::Connection& told = connection.connection;
    for (const sync::StreamSettings& settings : told.streams) {
      std::string table = settings.table_name();
      std::string stream = fmt::format("stream.{}.{}", told.name, settings.name);
      std::vector<std::string> fields;
      for (const dbt::Node& node : workspace.dbt()->nodes()) {
        const std::string& name = node.relation.identifier;
        bool child = name.starts_with(table + "__");
        if (node.type != dbt::ResourceType::source || node.relation.schema != told.schema ||
            !(child || name == table))
          continue;
        auto columns = lineage.owners().find(node.unique_id);
        if (columns == lineage.owners().end()) continue;
        for (const std::string& column : columns->second) {
          if (column.starts_with(told.metadata_prefix) || column.starts_with("_ab_cdc_")) continue;
          std::string field = field_of(settings, column);
          if (child) {
            std::string below = name.substr(table.size() + 2);
            for (std::size_t at = 0; (at = below.find("__", at)) != std::string::npos;)
              below.replace(at, 2, ".");
            field = below + "." + field;
          }
          if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
          lineage.add_edge({stream, field}, {node.unique_id, column}, true);
        }
      }
      lineage.add_owner(stream, std::move(fields));
    }
  }
}

}  // namespace

dbt::Lineage column_lineage(Workspace& workspace) {
  dbt::Lineage lineage;
  if (!workspace.dbt_nodes()) return lineage;
  Collector collector(workspace, lineage);
  for (const dbt::CheckReport::Unchecked& each : follow_sql(workspace, collector).unchecked) {
    if (!each.node->is_test()) lineage.add_gap(each.node->unique_id, each.why);
  }
  add_streams(workspace, lineage);
  return lineage;
}

}  // namespace leat::run
