#include "run/dbt_nodes.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "dbt/renderer.h"

namespace leat::run {

DbtNodes::DbtNodes(const dbt::ProjectOptions& options, Env& env)
    : env_(env),
      project_(dbt::Project::load(options, env)),
      builder_(std::make_unique<dbt::NodeBuilder>(*project_, env)) {}

namespace {

// Code that asks for the time or the run means something else each time.
bool depends_on_run(const dbt::Node& node) {
  constexpr std::string_view words[] = {"run_started_at", "invocation_id", "modules.datetime"};
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return node.raw_code.find(word) != std::string::npos; });
}

// It replaces what was there, and reads nothing of it.
bool is_made_whole(const dbt::Node& node) {
  if (node.type == dbt::ResourceType::seed) return true;
  if (node.type != dbt::ResourceType::model || node.raw_code.find("this") != std::string::npos) return false;
  std::string kind = node.materialized();
  return kind == "table" || kind == "view";
}

bool relation_exists(sql::Adapter& adapter, const sql::Relation& relation) {
  return adapter.find_relation(relation).has_value();
}

// dbt's word for what became of a node.
std::string dbt_status(const dbt::Node& node, const Outcome& outcome) {
  bool test = node.is_test();
  switch (outcome.status) {
    case Status::success:
      return test ? "pass" : "success";
    case Status::warning:
      return "warn";
    case Status::unchanged:
      return "no-op";
    case Status::skipped:
    case Status::interrupted:
      return "skipped";
    case Status::error:
      break;
  }
  bool found_rows = outcome.error && outcome.error->code() == ErrorCode::dbt_test_failed;
  return test && found_rows ? "fail" : "error";
}

// What went wrong in dbt's words: its kind, the node, and the details below.
std::string dbt_message(const dbt::Node& node, const Error& error) {
  if (error.code() == ErrorCode::dbt_test_failed) return error.what_failed();
  return fmt::format("{} in {} {} ({})\n  {}", dbt_error_class(error), dbt::name(node.type), node.name,
                     node.path, error.what_failed());
}

}  // namespace

std::string_view dbt_error_class(const Error& error) {
  switch (error.code()) {
    case ErrorCode::dbt_model_failed:
    case ErrorCode::warehouse_sql:
      return "Database Error";
    case ErrorCode::dbt_test_failed:
      return "Failure";
    case ErrorCode::internal:
      return "Runtime Error";
    default:
      return "Compilation Error";
  }
}

Outcome DbtNodes::build(const dbt::Node& node, sql::Adapter& adapter, const sql::Record& record) {
  dbt::NodeResult result = builder_->build(node, adapter, &record);
  Outcome outcome;
  outcome.recorded = result.recorded;
  outcome.rows = result.rows;
  outcome.message = result.message;
  if (result.status == dbt::NodeStatus::warn) outcome.status = Status::warning;
  if (result.status == dbt::NodeStatus::fail) {
    outcome.status = Status::error;
    outcome.error = Error(ErrorCode::dbt_test_failed, result.message, node.where);
    if (!result.relation.empty()) outcome.error->fix("See them: select * from " + result.relation);
  }
  if (result.status == dbt::NodeStatus::partial) {
    outcome.status = Status::error;
    outcome.error = std::move(Error(ErrorCode::dbt_model_failed, result.message, node.display))
                        .fix("`leat dbt retry` builds the batches that failed.");
  }
  std::lock_guard lock(mutex_);
  results_[node.unique_id] = std::move(result);
  return outcome;
}

void DbtNodes::add_assets(std::vector<Asset>& assets, const LandedTables& landed, const std::string& run_id) {
  std::vector<dbt::Selectable> selectables = project_->selectables();
  for (std::size_t i = 0; i < project_->nodes().size(); ++i) {
    const dbt::Node& node = project_->nodes()[i];
    bool is_blank = node.type == dbt::ResourceType::model && node.raw_code.empty();
    if (is_blank || node.type == dbt::ResourceType::source || node.type == dbt::ResourceType::analysis ||
        node.is_declaration())
      continue;
    Asset asset;
    asset.what = std::move(selectables[i]);
    for (std::string& id : asset.what.upstream) {
      const dbt::Node* above = project_->find(id);
      if (!above || above->type != dbt::ResourceType::source) continue;
      auto stream = landed.find({above->relation.schema, above->relation.identifier});
      if (stream != landed.end()) id = stream->second;
    }
    asset.is_repeatable = is_made_whole(node);
    asset.recorded_work = [this, &node](sql::Adapter& adapter, const sql::Record& record) {
      return build(node, adapter, record);
    };
    asset.fingerprint = [this, &node, run_id](sql::Adapter&) {
      return builder_->fingerprint(node) + (depends_on_run(node) ? run_id : "");
    };
    if (node.referable() && !node.is_ephemeral())
      asset.exists = [&node](sql::Adapter& adapter) { return relation_exists(adapter, node.relation); };
    assets.push_back(std::move(asset));
  }
}

std::vector<dbt::Selectable> DbtNodes::beside_assets(const LandedTables& landed) const {
  std::vector<dbt::Selectable> all = project_->selectables(), out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const dbt::Node& node = project_->nodes()[i];
    if (node.type != dbt::ResourceType::source && !node.is_declaration()) continue;
    auto stream = landed.find({node.relation.schema, node.relation.identifier});
    if (node.type == dbt::ResourceType::source && stream != landed.end())
      all[i].upstream.push_back(stream->second);
    out.push_back(std::move(all[i]));
  }
  return out;
}

void DbtNodes::defer(const std::set<std::string>& chosen, const dbt::SavedState& state, bool favor_state,
                     sql::Adapter& adapter) {
  std::map<std::string, std::set<std::string>> built;  // by schema
  std::map<std::string, sql::Relation, std::less<>> elsewhere;
  for (const dbt::Node& node : project_->nodes()) {
    if (!node.referable() || node.is_ephemeral() || chosen.count(node.unique_id)) continue;
    auto [held, fresh] = built.try_emplace(node.relation.schema);
    if (fresh) {
      for (const sql::Relation& each : adapter.list_relations(node.relation.schema))
        held->second.insert(each.identifier);
    }
    if (held->second.count(node.relation.identifier) && !favor_state) continue;
    if (std::optional<sql::Relation> there = state.relation(node.unique_id))
      elsewhere[node.unique_id] = *there;
  }
  project_->renderer().defer(std::move(elsewhere));
}

void DbtNodes::begin(sql::Adapter& adapter) {
  hooks_ = builder_->run_hooks("on-run-start", adapter, {});
}

void DbtNodes::note(const Asset& asset, const Outcome& outcome) {
  const dbt::Node* node = project_->find(asset.what.id);
  if (!node) return;
  std::lock_guard lock(mutex_);
  if (node->is_ephemeral()) {
    // It has no result of its own: what is skipped below it tells its error.
    if (outcome.error) broken_ephemerals_[node->name + " failed"] = dbt_message(*node, *outcome.error);
    return;
  }
  dbt::FinishedNode finished{node, dbt_status(*node, outcome), {}};
  if (auto found = results_.find(node->unique_id); found != results_.end()) finished.result = found->second;
  if (finished.result.status == dbt::NodeStatus::partial) finished.status = "partial success";
  finished.result.message = outcome.error ? dbt_message(*node, *outcome.error) : outcome.message;
  if (auto above = broken_ephemerals_.find(outcome.message); above != broken_ephemerals_.end())
    finished.result.message = above->second;
  finished_.push_back(std::move(finished));
}

void DbtNodes::write_results(double seconds) {
  dbt::write_manifest(*project_, env_);
  std::vector<dbt::FinishedNode> all = finished_;
  all.insert(all.end(), hooks_.begin(), hooks_.end());
  dbt::write_run_results(*project_, all, seconds, env_);
}

bool DbtNodes::end(sql::Adapter& adapter) {
  std::vector<dbt::FinishedNode> ran = builder_->run_hooks("on-run-end", adapter, finished_);
  for (dbt::FinishedNode& each : ran) hooks_.push_back(std::move(each));
  return !ran.empty();
}

void DbtNodes::hold_back_below_tests(std::vector<Asset>& assets) {
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < assets.size(); ++i) index[assets[i].what.id] = i;
  // Sources are no assets, but what reads one waits for its tests as well.
  for (const Asset& asset : assets)
    for (const std::string& id : asset.what.upstream) index.emplace(id, index.size());
  // What is above each asset, tests left out, as one bit an asset.
  std::size_t words = (index.size() + 63) / 64;
  std::vector<std::vector<std::uint64_t>> above(index.size());
  auto has = [&](std::size_t i, std::size_t other) {
    return (above[i][other / 64] >> (other % 64) & 1) != 0;
  };
  std::function<void(std::size_t)> collect = [&](std::size_t i) {
    if (!above[i].empty()) return;
    above[i].resize(words);
    for (const std::string& id : assets[i].what.upstream) {
      auto found = index.find(id);
      if (found == index.end()) continue;
      std::size_t up = found->second;
      if (up < assets.size()) collect(up);
      above[i][up / 64] |= std::uint64_t{1} << (up % 64);
      for (std::size_t word = 0; word < above[up].size(); ++word) above[i][word] |= above[up][word];
    }
  };
  for (std::size_t i = 0; i < assets.size(); ++i) collect(i);
  std::vector<std::vector<std::string>> waits(assets.size());
  for (std::size_t i = 0; i < assets.size(); ++i) waits[i] = assets[i].what.upstream;
  // A unit test needs what its model reads, and the model waits for it.
  for (std::size_t i = 0; i < assets.size(); ++i) {
    if (assets[i].what.kind != "unit_test") continue;
    auto model = index.find(assets[i].what.upstream.at(0));
    if (model == index.end() || model->second >= assets.size()) continue;
    waits[i] = assets[model->second].what.upstream;
    waits[model->second].push_back(assets[i].what.id);
  }
  for (const Asset& test : assets) {
    if (test.what.kind != "test" || test.what.upstream.empty()) continue;
    std::vector<std::size_t> tested;
    for (const std::string& id : test.what.upstream) {
      if (auto found = index.find(id); found != index.end()) tested.push_back(found->second);
    }
    if (tested.size() != test.what.upstream.size()) continue;
    for (std::size_t i = 0; i < assets.size(); ++i) {
      if (assets[i].what.kind.ends_with("test")) continue;
      if (std::all_of(tested.begin(), tested.end(), [&](std::size_t up) { return has(i, up); }))
        waits[i].push_back(test.what.id);
    }
  }
  for (std::size_t i = 0; i < assets.size(); ++i)
    if (waits[i] != assets[i].what.upstream) assets[i].waits_for = std::move(waits[i]);
}

}  // namespace leat::run
