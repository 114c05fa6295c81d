#include "run/workspace.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/units.h"
#include "document/settings.h"
#include "run/pipes.h"
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

DbtNodes* Workspace::dbt_nodes() {
  if (dbt_ || project_.dbt_folder.empty()) return dbt_.get();
  dbt::ProjectOptions options;
  options.folder = project_.dbt_folder;
  options.dialect = &warehouse().dialect();
  options.full_refresh = options_.full_refresh;
  options.store_failures = options_.store_failures;
  options.empty = options_.empty;
  options.keeps_parse = options_.keeps_parse;
  options.sample = options_.sample;
  options.event_times = options_.event_times;
  options.only_batches = options_.only_batches;
  options.state = options_.state;
  options.target_folder = options_.target_folder;
  options.vars = options_.vars;
  options.command = options_.command;
  options.invocation_id = env_.uuid();
  const document::Value& mapping = project_.targets[target_];
  options.target.name = target_;
  for (const char* key : {"host", "port", "user", "account", "role", "warehouse", "path", "sslmode"}) {
    if (const document::Value* given = mapping.find(key)) options.target.settings.set(key, *given);
  }
  options.target.type = mapping["type"].raw();
  const document::Value* schema = mapping.find("schema");
  options.target.schema = schema                            ? document::fill_variables(*schema, env_).raw()
                          : options.target.type == "duckdb" ? "main"
                                                            : "public";
  options.target.database = warehouse().database();
  options.target.threads = project_.threads;
  options.target.profile = project_.profile;
  dbt_ = std::make_unique<DbtNodes>(options, env_);
  return dbt_.get();
}

void Workspace::leave_dbt() {
  if (dbt_) dbt_->project().wait_until_kept();
  static auto& left = *new std::vector<std::unique_ptr<DbtNodes>>;
  left.push_back(std::move(dbt_));
}

const dbt::Project* Workspace::dbt() {
  DbtNodes* nodes = dbt_nodes();
  return nodes ? &nodes->project() : nullptr;
}

std::vector<Asset> Workspace::assets(const std::string& run_id) {
  std::vector<Asset> assets;
  add_streams(assets, run_id);
  add_pipes(assets);
  add_nodes(assets, run_id);
  add_pages(assets);
  DbtNodes::hold_back_below_tests(assets);
  return assets;
}

const stream::Catalog& Workspace::catalog(const ConnectionFile& connection) {
  std::lock_guard lock(catalog_mutex_);
  auto found = catalogs_.find(connection.connection.name);
  if (found == catalogs_.end())
    found = catalogs_.emplace(connection.connection.name, open_source(connection, env_)->discover()).first;
  return found->second;
}

namespace {

// Streams with the tables that they load: those that a connection lists, else all that was discovered.
std::vector<std::pair<std::string, std::string>> streams_of(const sync::Connection& connection,
                                                            const stream::Catalog* discovered) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const sync::StreamSettings& each : connection.streams) out.emplace_back(each.name, each.table_name());
  if (!out.empty() || !discovered) return out;
  for (const stream::Stream& each : discovered->streams) out.emplace_back(each.name, each.name);
  return out;
}

}  // namespace

void Workspace::add_streams(std::vector<Asset>& assets, const std::string& run_id) {
  for (const ConnectionFile& connection : project_.connections) {
    const stream::Catalog* found = connection.connection.streams.empty() ? &catalog(connection) : nullptr;
    auto shared = std::make_shared<Shared>();
    for (const auto& [name, table] : streams_of(connection.connection, found)) {
      Asset asset;
      asset.what.id = fmt::format("stream.{}.{}", connection.connection.name, name);
      asset.what.name = name;
      asset.what.kind = "stream";
      asset.what.package = connection.connection.name;
      asset.what.path = "leat.yml";
      asset.what.fqn = {connection.connection.name, name};
      asset.lane = connection.connection.name;
      asset.lane_width = std::max(1, connection.connection.parallel_streams);
      // Streams of these kinds may share a state: the first that runs loads them all.
      const std::string& kind = connection.source["type"].raw();
      if (kind != "declarative" && kind != "files")
        asset.shares = {"connection." + connection.connection.name};
      asset.work = [this, &connection, name = name, run_id, shared](sql::Adapter& adapter) {
        return load_stream(connection, name, run_id, *shared, adapter);
      };
      assets.push_back(std::move(asset));
    }
  }
}

namespace {

// "1,234 read, 1,200 new, 34 changed"
std::string describe(const sync::StreamResult& result) {
  std::string text = format_count(result.rows_read) + " read";
  auto add = [&](std::int64_t count, const char* word) {
    if (count > 0) text += fmt::format(", {} {}", format_count(count), word);
  };
  add(result.rows_inserted, "new");
  add(result.rows_updated, "changed");
  add(result.rows_rejected, "rejected");
  return result.rows_changed() == 0 && result.rows_rejected == 0 ? text + ", nothing new" : text;
}

}  // namespace

Outcome Workspace::load_stream(const ConnectionFile& connection, const std::string& stream,
                               const std::string& run_id, Shared& shared, sql::Adapter& adapter) {
  sync::SyncOptions options;
  options.run_id = run_id;
  options.full_refresh = options_.full_refresh;
  options.window = options_.window;
  options.follow = options_.follow;
  sync::StreamPlan plan = sync::plan_streams(connection.connection, catalog(connection), {stream}).at(0);
  sync::StreamResult result =
      plan.stream.shared_state.empty()
          ? sync::sync_stream(
                connection.connection, plan, [&] { return open_source(connection, env_); },
                [&] { return destination_of(connection); }, env_, options)
          : load_shared(connection, plan, options, shared);
  Outcome outcome;
  outcome.rows = result.rows_changed();
  outcome.rows_read = result.rows_read;
  outcome.message = describe(result);
  if (result.error) {
    outcome.status = Status::error;
    outcome.error = result.error;
    return outcome;
  }
  outcome.version = connection.destination.empty()
                        ? Versions::of_stream(adapter, connection.connection.name, stream)
                        : result.last_changing_load;
  return outcome;
}

std::unique_ptr<stream::Destination> Workspace::destination_of(const ConnectionFile& connection) {
  return connection.destination.empty() ? warehouse().destination()
                                        : open_destination(project_, connection.destination, env_);
}

sync::StreamResult Workspace::load_shared(const ConnectionFile& connection, const sync::StreamPlan& plan,
                                          const sync::SyncOptions& options, Shared& shared) {
  std::lock_guard lock(shared.mutex);
  if (shared.results.empty()) {
    std::vector<sync::StreamPlan> plans = sync::plan_streams(connection.connection, catalog(connection), {});
    std::erase_if(plans, [&](const sync::StreamPlan& each) {
      return each.stream.shared_state != plan.stream.shared_state;
    });
    for (sync::StreamResult& result : sync::sync_together(
             connection.connection, plans, [&] { return open_source(connection, env_); },
             [&] { return destination_of(connection); }, env_, options)) {
      shared.results.emplace(result.stream, std::move(result));
    }
  }
  return shared.results.at(plan.stream.name);
}

LandedTables Workspace::landed_tables() const {
  std::lock_guard lock(catalog_mutex_);
  LandedTables landed;
  for (const PipeFile& pipe : project_.pipes) landed[landing_of(pipe)] = "pipe." + pipe.name;
  for (const ConnectionFile& connection : project_.connections) {
    if (!connection.destination.empty()) continue;
    auto discovered = catalogs_.find(connection.connection.name);
    const stream::Catalog* found = discovered == catalogs_.end() ? nullptr : &discovered->second;
    for (const auto& [stream, table] : streams_of(connection.connection, found)) {
      landed[{connection.connection.schema, table}] =
          fmt::format("stream.{}.{}", connection.connection.name, stream);
    }
  }
  return landed;
}

void Workspace::add_nodes(std::vector<Asset>& assets, const std::string& run_id) {
  if (DbtNodes* nodes = dbt_nodes()) nodes->add_assets(assets, landed_tables(), run_id);
}

std::vector<dbt::Selectable> Workspace::beside_assets() {
  DbtNodes* nodes = dbt_nodes();
  return nodes ? nodes->beside_assets(landed_tables()) : std::vector<dbt::Selectable>();
}

}  // namespace leat::run
