#include "run/observed.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/secret.h"
#include "document/settings.h"

namespace leat::run {
namespace {

using observe::Dataset;

// "postgres://db.test:5432" of a URL with credentials and a database, "duckdb:///data/shop.duckdb" of a file.
std::string space_of(Workspace& workspace) {
  const document::Value& mapping = workspace.project().targets[workspace.target()];
  std::string type = mapping["type"].raw();
  auto filled = [&](const char* field) {
    const document::Value* given = mapping.find(field);
    return given ? document::fill_variables(*given, workspace.env()).raw() : "";
  };
  if (std::string url = filled("url"); !url.empty()) {
    std::size_t from = url.find("://");
    from = from == std::string::npos ? 0 : from + 3;
    std::size_t end = std::min(url.find('/', from), url.size());
    if (std::size_t at = url.rfind('@', end); at != std::string::npos && at >= from) from = at + 1;
    return type + "://" + url.substr(from, end - from);
  }
  for (const char* field : {"account", "host"})
    if (std::string value = filled(field); !value.empty()) return type + "://" + value;
  return type + "://" +
         (type == "duckdb" ? workspace.project().folder + "/" + filled("path") : workspace.target());
}

std::map<std::string, Dataset> tables_of(Workspace& workspace, const std::vector<Asset>& assets) {
  std::string space = space_of(workspace), database = workspace.warehouse().database();
  auto named = [&](const std::string& schema, const std::string& table) {
    return Dataset{space, fmt::format("{}.{}.{}", database, schema, table)};
  };
  std::map<std::string, Dataset> out;
  for (const ConnectionFile& connection : workspace.project().connections) {
    for (const sync::StreamSettings& stream : connection.connection.streams)
      out[fmt::format("stream.{}.{}", connection.connection.name, stream.name)] =
          named(connection.connection.schema, stream.table_name());
  }
  for (const Asset& asset : assets) {
    if (asset.what.kind == "page") out[asset.what.id] = {"leat://" + workspace.project().name, asset.what.id};
    const dbt::Node* node = workspace.dbt() ? workspace.dbt()->find(asset.what.id) : nullptr;
    if (node && node->referable())
      out[asset.what.id] = named(node->relation.schema, node->relation.identifier);
    // What others make: sources that no stream lands.
    for (const std::string& id : asset.what.upstream) {
      const dbt::Node* above = workspace.dbt() ? workspace.dbt()->find(id) : nullptr;
      if (above) out.try_emplace(id, named(above->relation.schema, above->relation.identifier));
    }
  }
  return out;
}

}  // namespace

ObservedRun::ObservedRun(Workspace& workspace, const std::string& run_id, const std::string& command,
                         const std::vector<Asset>& assets)
    : env_(workspace.env()) {
  const ProjectFile& project = workspace.project();
  observe::ObserveSettings settings =
      observe::read_observe_settings(project.observe, project.folder, project.name, env_);
  if (!settings.is_on()) return;
  record_ = {run_id, command, project.name, workspace.target(), "", env_.now(), {}, 0, 0};
  tables_ = tables_of(workspace, assets);
  observer_ = std::make_unique<observe::Observer>(std::move(settings), record_, env_);
}

void ObservedRun::step(const Asset& asset, const Outcome& outcome) {
  if (!observer_) return;
  observe::StepRecord step;
  step.asset = asset.what.id;
  step.kind = asset.what.kind;
  step.name = asset.what.name;
  step.status = name(outcome.status);
  step.message = outcome.message;
  if (outcome.error) {
    step.error = redact(outcome.error->what());
    step.code = info(outcome.error->code()).name;
  }
  step.finished = env_.now();
  step.started = step.finished - std::chrono::milliseconds(outcome.took_ms);
  step.rows = outcome.rows;
  step.rows_read = outcome.rows_read;
  for (const std::string& id : asset.what.upstream)
    if (auto table = tables_.find(id); table != tables_.end()) step.inputs.push_back(table->second);
  if (asset.what.kind == "stream") step.inputs.push_back({"leat://" + asset.what.package, asset.what.name});
  if (auto table = tables_.find(asset.what.id); table != tables_.end()) step.outputs.push_back(table->second);
  observer_->step_finished(std::move(step));
}

void ObservedRun::finish(const RunReport& report, const std::string& status) {
  if (!observer_) return;
  record_.status = status;
  record_.finished = env_.now();
  record_.steps = static_cast<std::int64_t>(report.steps.size());
  record_.failed = report.count(Status::error);
  observer_->finish(record_);
}

}  // namespace leat::run
