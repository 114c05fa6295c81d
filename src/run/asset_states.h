// AssetState: an asset with what became of it: its newest state, its tests, whether it is behind what it is
// made of.
//
// Guarantees: one state an asset of the graph, in its order.
// Threads: pure functions.
#pragma once
#include <string>
#include <vector>

#include "run/asset_catalogue.h"
#include "run/store/store.h"

namespace leat::run {

struct TestCounts {
  int passed = 0, warned = 0, failed = 0, waiting = 0;  ///< waiting: never run
};

struct AssetState {
  AssetRow row;  ///< empty texts where it never ran
  TestCounts tests;
  bool is_stale = false;    ///< something above it changed after it was built
  bool is_at_work = false;  ///< just now
};

std::vector<AssetState> states_of(const AssetCatalogue& graph, std::vector<AssetRow> rows,
                                  const std::vector<WorkRow>& at_work);

}  // namespace leat::run
