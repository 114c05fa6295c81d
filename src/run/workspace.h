// Workspace: a project opened for work: its target's warehouse, its dbt project, its assets.
//
// Guarantees: the stand-in (if any) lives as long as the workspace. Nothing is fetched or executed by
//   opening it, except that a connection without listed streams is discovered when its assets are asked
//   for.
// Threads: assets() by one thread; the assets' functions by any.
// Owns: the warehouse, the dbt project, the pages, the stand-in.
// Errors: those of project_file.h, dbt/project.h and of the components that it opens.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "dbt/project.h"
#include "dbt/saved_state.h"
#include "pages/project.h"
#include "run/asset.h"
#include "run/dbt_nodes.h"
#include "run/project_file.h"
#include "run/stand_in.h"
#include "sync/sync.h"

namespace leat::run {

struct WorkspaceOptions {
  std::string target;
  bool live = false;     ///< reads the real source even where there is a stand-in
  bool stand_in = true;  ///< false: never starts it (commands that read no source)
  bool full_refresh = false;
  bool follow = false;   ///< reads changes on until the run is stopped
  document::Value vars;  ///< of --vars
  bool store_failures = false;
  bool keeps_parse = true;  ///< reads a dbt project that has not changed from the run before
  bool empty = false;       ///< reads no rows of what nodes read
  std::optional<dbt::TimeWindow> sample, event_times;  ///< as dbt::ProjectOptions has them
  std::map<std::string, std::vector<dbt::TimeWindow>> only_batches;
  std::shared_ptr<const dbt::SavedState> state;  ///< what `state:` compares with
  std::string target_folder;                     ///< where dbt's artifacts go; "" leaves it to the project
  std::string command = "build";                 ///< dbt's verb, as its templates see it
  std::optional<stream::Window> window;
};

class Workspace {
 public:
  Workspace(ProjectFile project, const WorkspaceOptions& options, Env& env);

  const ProjectFile& project() const { return project_; }
  const std::string& target() const { return target_; }
  Env& env() { return env_; }
  warehouses::Warehouse& warehouse();
  /// The dbt project, or nullptr when there is none.
  const dbt::Project* dbt();
  /// The same with its builder and artifacts.
  DbtNodes* dbt_nodes();
  /// Lets go of the dbt project without taking it apart: for a process that is about to end, since a large
  /// one has some hundred thousand pieces of memory. It is loaded anew if it is asked for again.
  void leave_dbt();
  /// The pages, or nullptr when there are none.
  const pages::Project* page_project();
  const StandInProcess* stand_in() const { return stand_in_.get(); }

  /// Every stream, node and page, with their edges; `run_id` is recorded with loads.
  std::vector<Asset> assets(const std::string& run_id);
  /// What can be selected by and is never run: sources, exposures, metrics.
  std::vector<dbt::Selectable> beside_assets();

 private:
  void add_streams(std::vector<Asset>& assets, const std::string& run_id);
  void add_pipes(std::vector<Asset>& assets);
  LandedTables landed_tables() const;
  void add_nodes(std::vector<Asset>& assets, const std::string& run_id);
  void add_pages(std::vector<Asset>& assets);
  void add_deliveries(std::vector<Asset>& assets, const pages::SiteOptions& options);
  const stream::Catalog& catalog(const ConnectionFile& connection);
  Outcome load_pipe(const PipeFile& pipe, sql::Adapter& adapter);
  // What streams that share a state have become in a run: the first that is asked for runs them all.
  struct Shared {
    std::mutex mutex;  // guards results
    std::map<std::string, sync::StreamResult> results;
  };
  Outcome load_stream(const ConnectionFile& connection, const std::string& stream, const std::string& run_id,
                      Shared& shared, sql::Adapter& adapter);
  sync::StreamResult load_shared(const ConnectionFile& connection, const sync::StreamPlan& plan,
                                 const sync::SyncOptions& options, Shared& shared);
  std::unique_ptr<stream::Destination> destination_of(const ConnectionFile& connection);

  ProjectFile project_;
  WorkspaceOptions options_;
  std::string target_;
  Env& env_;
  std::unique_ptr<StandInProcess> stand_in_;
  std::unique_ptr<warehouses::Warehouse> warehouse_;
  std::unique_ptr<DbtNodes> dbt_;
  std::unique_ptr<pages::Project> pages_;
  mutable std::mutex catalog_mutex_;  // guards catalogs_
  std::map<std::string, stream::Catalog> catalogs_;
};

}  // namespace leat::run
