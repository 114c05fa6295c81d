// AssetCatalogue: a project's assets as people look at them: what there is, what follows
// what, what is chosen by dbt's selection language, what an asset is made of.
//
// Guarantees: read from the project's files; nothing runs and no warehouse is asked.
//   Sources that a stream of the project lands are that stream. Immutable once it is read.
// Threads: any.
// Owns: the workspace that it was read from, with an Env of its own that nobody listens to.
// Errors: those of reading a project; Error(dbt_selector), Error(cli_selection) of
//   choose().
#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dbt/lineage/lineage.h"
#include "run/workspace.h"

namespace leat::run {

struct CatalogueAsset {
  std::string id, name, kind;
  std::string group;          ///< where people look for it: a connection, a folder of models, "pages"
  std::string schema;         ///< where it lands; "" for what has no relation
  std::string relation;       ///< its table's or view's name; "" for none
  std::string package, path;  /// path: of its file, relative to its package
  std::string materialized;   ///< of models
  std::string description;
  std::vector<std::string> tags;
  std::vector<std::uint32_t> upstream;  ///< indices of assets
  std::uint32_t tests_of = kNone;       ///< of tests: the asset that they are shown with
  bool is_run = true;                   ///< false: sources of others, exposures, metrics
  static constexpr std::uint32_t kNone = UINT32_MAX;
  bool is_test() const { return kind == "test" || kind == "unit_test"; }
};

struct CatalogueColumn {
  std::string name, type, description;
  std::vector<std::string> tests;
};

/// What an asset is made of.
struct AssetSource {
  std::string file;                      ///< relative to the project
  std::string code;                      ///< as written
  std::vector<CatalogueColumn> columns;  ///< that are described
};

class AssetCatalogue {
 public:
  /// Reads the project in `folder`.
  AssetCatalogue(const std::string& folder, const std::string& target);

  const std::string& target() const { return workspace_->target(); }
  const std::vector<CatalogueAsset>& assets() const { return assets_; }
  std::optional<std::uint32_t> find(const std::string& id) const;
  /// For each asset whether dbt's selection language takes it.
  std::vector<bool> choose(const std::vector<std::string>& include,
                           const std::vector<std::string>& exclude) const;
  AssetSource source_of(std::uint32_t asset) const;
  /// Which columns are made of which; read when it is first asked for, which takes a while.
  const dbt::Lineage& lineage() const;

 private:
  void add(const dbt::Selectable& item, bool is_run);
  void add_node(const dbt::Node& node, CatalogueAsset& asset) const;
  void link();

  Env env_;
  std::unique_ptr<Workspace> workspace_;
  std::vector<dbt::Selectable> items_;
  std::vector<CatalogueAsset> assets_;  // one an item
  std::map<std::string, std::uint32_t, std::less<>> by_id_;
  mutable std::mutex mutex_;  // guards lineage_, and the workspace while it is read
  mutable std::optional<dbt::Lineage> lineage_;
};

/// The newest graph of a project. Whoever asks gets the one that is there; whether the project's files have
/// changed is looked for behind their back, at most every second or two, since ten thousand files take a
/// while to look at.
class NewestCatalogue {
 public:
  /// `env` has to outlive it.
  NewestCatalogue(std::string folder, std::string target, Env& env)
      : folder_(std::move(folder)), target_(std::move(target)), env_(env) {}
  /// The graph as it was last read; read now where it never was. Where the files do not make one any more it
  /// is the last that they did, and `problem` says why. The error is thrown where there is none.
  std::shared_ptr<const AssetCatalogue> current(std::string& problem);
  std::shared_ptr<const AssetCatalogue> current();
  /// Reads the project again if its files have changed. At most one at a time does; others return at once.
  void look();
  /// Changes when the graph does.
  std::uint64_t version();

 private:
  const std::string folder_, target_;
  Env& env_;
  std::mutex looking_mutex_;  // held by whoever looks; guards files_
  std::uint64_t files_ = 0;
  std::mutex mutex_;  // guards what follows
  std::shared_ptr<const AssetCatalogue> graph_;
  std::string problem_;
  std::uint64_t version_ = 0;
  std::chrono::steady_clock::time_point looked_{};
  std::atomic<bool> is_looking_ = false;
  std::jthread behind_;  // looks
};

}  // namespace leat::run
