// AssetApi: what the project is made of and how it stands: the graph, assets, the columns' lineage, reports.
//
// Guarantees: reads the project's files and the history; only `columns` of one asset asks the warehouse.
// Threads: any.
// Owns: the newest graph of the project, its handle of the history.
// Errors: what a call did wrong is in the reply.
#pragma once
#include <mutex>
#include <optional>

#include "run/asset_catalogue.h"
#include "run/asset_states.h"
#include "server/api/call.h"
#include "server/api/control.h"

namespace leat::server {

class AssetApi {
 public:
  explicit AssetApi(const Control& control);
  /// The answer to GET of a path below /api/leat/v1; nullopt where it is not one of these.
  std::optional<Reply> answer(const Call& call, const std::string& path);

 private:
  Reply graph(const Call& call);
  Reply assets(const Call& call);
  Reply asset(const Call& call, const std::string& id);
  Reply lineage(const Call& call);
  Reply reports();
  std::vector<run::AssetState> states(const run::AssetCatalogue& graph);
  document::Value columns_of(const run::AssetCatalogue& graph, std::uint32_t at);

  Control control_;
  run::NewestCatalogue graphs_;
  std::mutex mutex_;  // guards store_
  run::Store store_;
};

}  // namespace leat::server
