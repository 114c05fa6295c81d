#include "run/asset_states.h"

namespace leat::run {
namespace {

void count_test(const std::string& status, TestCounts& tests) {
  if (status == "error")
    ++tests.failed;
  else if (status == "warning")
    ++tests.warned;
  else if (status == "success" || status == "unchanged")
    ++tests.passed;
  else
    ++tests.waiting;
}

}  // namespace

std::vector<AssetState> states_of(const AssetCatalogue& graph, std::vector<AssetRow> rows,
                                  const std::vector<WorkRow>& at_work) {
  std::vector<AssetState> states(graph.assets().size());
  for (AssetRow& row : rows) {
    if (auto at = graph.find(row.asset)) states[*at].row = std::move(row);
  }
  for (const WorkRow& row : at_work) {
    if (auto at = graph.find(row.asset)) states[*at].is_at_work = true;
  }
  for (std::size_t i = 0; i < states.size(); ++i) {
    const CatalogueAsset& asset = graph.assets()[i];
    if (asset.tests_of != CatalogueAsset::kNone)
      count_test(states[i].row.status, states[asset.tests_of].tests);
    // What was not built yet is not behind anything.
    const std::string& built = states[i].row.built_at;
    if (built.empty() || asset.is_test()) continue;
    for (std::uint32_t above : asset.upstream) states[i].is_stale |= states[above].row.changed_at > built;
  }
  return states;
}

}  // namespace leat::run
