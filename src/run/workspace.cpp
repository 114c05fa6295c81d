#include "run/workspace.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/units.h"
#include "run/versions.h"

namespace leat::run {

Workspace::Workspace(ProjectFile project, const WorkspaceOptions& options, Env& env)
    : project_(std::move(project)),
      options_(options),
      target_(choose_target(project_, options.target, env)),
      env_(env) {
  if (options.stand_in) stand_in_ = start_stand_in(project_, options.live, env);
}

warehouses::Warehouse& Workspace::warehouse() {
  if (!warehouse_) warehouse_ = open_warehouse(project_, target_, env_);
  return *warehouse_;
}

const dbt::Project* Workspace::dbt() {
  if (dbt_ || project_.dbt_folder.empty()) return dbt_.get();
  dbt::ProjectOptions options;
  options.folder = project_.dbt_folder;
  options.dialect = &warehouse().dialect();
  options.full_refresh = options_.full_refresh;
  options.vars = options_.vars;
  const document::Value& mapping = project_.targets[target_];
  options.target.name = target_;
  options.target.type = mapping["type"].raw();
  options.target.schema = mapping.find("schema")            ? mapping["schema"].raw()
                          : options.target.type == "duckdb" ? "main"
                                                            : "public";
  options.target.database = warehouse().adapter()->database();
  options.target.threads = project_.threads;
  dbt_ = dbt::Project::load(options, env_);
  builder_ = std::make_unique<dbt::NodeBuilder>(*dbt_, env_);
  return dbt_.get();
}

std::vector<Asset> Workspace::assets(const std::string& run_id) {
  std::vector<Asset> assets;
  add_streams(assets, run_id);
  add_nodes(assets);
  add_pages(assets);
  hold_back_below_tests(assets);
  return assets;
}

const stream::Catalog& Workspace::catalog(const ConnectionFile& connection) {
  std::lock_guard lock(catalog_mutex_);
  auto found = catalogs_.find(connection.connection.name);
  if (found == catalogs_.end())
    found = catalogs_.emplace(connection.connection.name, open_source(connection, env_)->discover()).first;
  return found->second;
}

void Workspace::add_streams(std::vector<Asset>& assets, const std::string& run_id) {
  for (const ConnectionFile& connection : project_.connections) {
    std::vector<std::string> names;
    for (const sync::StreamSettings& settings : connection.connection.streams) names.push_back(settings.name);
    if (names.empty()) {
      for (const stream::Stream& stream : catalog(connection).streams) names.push_back(stream.name);
    }
    for (const std::string& name : names) {
      Asset asset;
      asset.what.id = fmt::format("stream.{}.{}", connection.connection.name, name);
      asset.what.name = name;
      asset.what.kind = "stream";
      asset.what.package = connection.connection.name;
      asset.what.path = "leat.yml";
      asset.what.fqn = {connection.connection.name, name};
      asset.work = [this, &connection, name, run_id](sql::Adapter& adapter) {
        return load_stream(connection, name, run_id, adapter);
      };
      assets.push_back(std::move(asset));
    }
  }
}

Outcome Workspace::load_stream(const ConnectionFile& connection, const std::string& stream,
                               const std::string& run_id, sql::Adapter& adapter) {
  sync::SyncOptions options;
  options.run_id = run_id;
  options.full_refresh = options_.full_refresh;
  options.window = options_.window;
  sync::StreamPlan plan = sync::plan_streams(connection.connection, catalog(connection), {stream}).at(0);
  sync::StreamResult result = sync::sync_stream(
      connection.connection, plan, [&] { return open_source(connection, env_); },
      [&] { return warehouse().destination(); }, env_, options);
  Outcome outcome;
  outcome.rows = result.rows_changed();
  outcome.message = fmt::format("{} read, {} new, {} changed", format_count(result.rows_read),
                                format_count(result.rows_inserted), format_count(result.rows_updated));
  if (result.rows_rejected > 0)
    outcome.message += fmt::format(", {} rejected", format_count(result.rows_rejected));
  if (result.error) {
    outcome.status = Status::error;
    outcome.error = result.error;
    return outcome;
  }
  outcome.version = Versions::of_stream(adapter, connection.connection.name, stream);
  return outcome;
}

namespace {

Outcome outcome_of(const dbt::Node& node, const dbt::NodeResult& result) {
  Outcome outcome;
  outcome.rows = result.rows;
  outcome.message = result.message;
  if (result.status == dbt::NodeStatus::warn) outcome.status = Status::warning;
  if (result.status == dbt::NodeStatus::fail) {
    outcome.status = Status::error;
    outcome.error = Error(ErrorCode::dbt_test_failed,
                          fmt::format("The test {} finds {}", node.name, result.message), node.where);
  }
  return outcome;
}

bool relation_exists(sql::Adapter& adapter, const sql::Relation& relation) {
  std::vector<sql::Relation> all = adapter.list_relations(relation.schema);
  return std::any_of(all.begin(), all.end(),
                     [&](const sql::Relation& each) { return each.identifier == relation.identifier; });
}

}  // namespace

void Workspace::add_nodes(std::vector<Asset>& assets) {
  const dbt::Project* project = dbt();
  if (!project) return;
  // A source that a stream lands is that stream.
  std::map<std::pair<std::string, std::string>, std::string> landed;
  for (const ConnectionFile& connection : project_.connections) {
    for (const sync::StreamSettings& settings : connection.connection.streams) {
      std::string table = settings.table.empty() ? settings.name : settings.table;
      landed[{connection.connection.schema, table}] =
          fmt::format("stream.{}.{}", connection.connection.name, settings.name);
    }
  }
  std::vector<dbt::Selectable> selectables = project->selectables();
  for (std::size_t i = 0; i < project->nodes().size(); ++i) {
    const dbt::Node& node = project->nodes()[i];
    if (node.type == dbt::ResourceType::source || node.type == dbt::ResourceType::analysis) continue;
    Asset asset;
    asset.what = selectables[i];
    for (std::string& id : asset.what.upstream) {
      const dbt::Node* above = project->find(id);
      if (!above || above->type != dbt::ResourceType::source) continue;
      auto stream = landed.find({above->relation.schema, above->relation.identifier});
      if (stream != landed.end()) id = stream->second;
    }
    asset.work = [this, &node](sql::Adapter& adapter) {
      return outcome_of(node, builder_->build(node, adapter));
    };
    asset.fingerprint = [this, &node](sql::Adapter&) { return builder_->fingerprint(node); };
    bool makes_relation = node.type != dbt::ResourceType::test && node.materialized() != "ephemeral";
    if (makes_relation)
      asset.exists = [&node](sql::Adapter& adapter) { return relation_exists(adapter, node.relation); };
    assets.push_back(std::move(asset));
  }
}

// What is below a tested node waits for the test, when everything the test reads is above it (as `dbt build`
// does).
void Workspace::hold_back_below_tests(std::vector<Asset>& assets) {
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < assets.size(); ++i) index[assets[i].what.id] = i;
  std::vector<std::set<std::string>> above(assets.size());
  std::vector<bool> done(assets.size());
  std::function<void(std::size_t)> collect = [&](std::size_t i) {
    if (done[i]) return;
    done[i] = true;
    for (const std::string& id : assets[i].what.upstream) {
      above[i].insert(id);
      auto found = index.find(id);
      if (found == index.end()) continue;
      collect(found->second);
      above[i].insert(above[found->second].begin(), above[found->second].end());
    }
  };
  for (std::size_t i = 0; i < assets.size(); ++i) collect(i);
  std::vector<std::vector<std::string>> more(assets.size());
  for (const Asset& test : assets) {
    if (test.what.kind != "test" || test.what.upstream.empty()) continue;
    for (std::size_t i = 0; i < assets.size(); ++i) {
      if (assets[i].what.kind == "test") continue;
      const auto& tested = test.what.upstream;
      if (std::all_of(tested.begin(), tested.end(),
                      [&](const std::string& id) { return above[i].count(id) > 0; }))
        more[i].push_back(test.what.id);
    }
  }
  for (std::size_t i = 0; i < assets.size(); ++i) {
    assets[i].what.upstream.insert(assets[i].what.upstream.end(), more[i].begin(), more[i].end());
  }
}

}  // namespace leat::run
