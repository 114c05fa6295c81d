#include "run/watch/asset_graph.h"

#include "run/run.h"
#include "run/workspace.h"

namespace leat::run {

AssetGraph AssetGraph::load(const ProjectFile& project, const std::string& target, Env& env,
                            const std::vector<FreshnessPolicy>& policies) {
  WorkspaceOptions options;
  options.target = target;
  options.stand_in = false;
  Workspace workspace(project, options, env);
  std::vector<Asset> assets = workspace.assets("watch");
  AssetGraph out;
  std::map<std::string, std::size_t> index;
  std::vector<dbt::Selectable> items;
  for (const Asset& asset : assets) {
    index.emplace(asset.what.id, index.size());
    items.push_back(asset.what);
  }
  for (dbt::Selectable& other : workspace.beside_assets()) items.push_back(std::move(other));
  for (const Asset& asset : assets) {
    GraphAsset each{asset.what.id, asset.what.kind, asset.what.name, {}};
    for (const std::string& id : asset.what.upstream) {
      auto found = index.find(id);
      if (found != index.end() && !assets[found->second].what.kind.ends_with("test"))
        each.above.push_back(found->second);
    }
    out.assets_.push_back(std::move(each));
  }
  out.order_ = order_of(assets, std::vector<bool>(assets.size(), true));
  document::Value selectors = workspace.dbt() ? workspace.dbt()->selectors() : document::Value();
  for (const FreshnessPolicy& policy : policies) {
    RunOptions choice;
    choice.select = policy.select;
    choice.exclude = policy.exclude;
    choice.when_nothing = [](const std::string&) {};
    std::vector<bool> taken = choose(items, selectors, choice);
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < assets.size(); ++i)
      if (taken[i] && !assets[i].what.kind.ends_with("test")) chosen.push_back(i);
    out.chosen_.push_back(std::move(chosen));
  }
  return out;
}

}  // namespace leat::run
