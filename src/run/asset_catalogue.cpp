#include "run/asset_catalogue.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "run/column_lineage.h"
#include "run/run.h"

namespace leat::run {
namespace {

// "marts/finance" of {shop, marts, finance, orders}; what lies at the top is in its kind's group.
std::string group_of(const dbt::Selectable& item) {
  if (item.kind == "stream" || item.kind == "pipe") return item.fqn.empty() ? item.kind : item.fqn[0];
  if (item.kind == "page") {
    std::size_t slash = item.name.rfind('/');
    return slash == std::string::npos ? "pages" : "pages/" + item.name.substr(0, slash);
  }
  std::string group;
  for (std::size_t i = item.is_root ? 1 : 0; i + 1 < item.fqn.size(); ++i)
    group += (group.empty() ? "" : "/") + item.fqn[i];
  return group.empty() ? item.kind + "s" : group;
}

bool is_left_out(const std::filesystem::path& folder) {
  constexpr std::string_view kNames[] = {"target", "logs", "site", "node_modules", "__pycache__"};
  std::string name = folder.filename().string();
  return name.starts_with(".") || std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

// Of the names, sizes and times of a project's files.
std::uint64_t hash_of_files(const std::string& folder) {
  constexpr std::uint64_t kPrime = 1099511628211ULL;
  std::uint64_t hash = 14695981039346656037ULL;
  std::error_code ignored;
  namespace fs = std::filesystem;
  for (fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied, ignored),
       end;
       each != end; each.increment(ignored)) {
    if (each->is_directory(ignored)) {
      if (is_left_out(each->path())) each.disable_recursion_pending();
      continue;
    }
    std::uint64_t time =
        static_cast<std::uint64_t>(each->last_write_time(ignored).time_since_epoch().count());
    // Added, not chained: the order in which a folder lists its files means nothing.
    hash += (std::hash<std::string>{}(each->path().native()) ^ (time * kPrime) ^ each->file_size(ignored)) *
            kPrime;
  }
  return hash;
}

}  // namespace

AssetCatalogue::AssetCatalogue(const std::string& folder, const std::string& target) {
  WorkspaceOptions options;
  options.target = target;
  options.stand_in = false;
  workspace_ = std::make_unique<Workspace>(load_project(folder, env_), options, env_);
  std::vector<Asset> assets = workspace_->assets("graph");
  items_ = selectables(assets, *workspace_);
  for (std::size_t i = 0; i < items_.size(); ++i) add(items_[i], i < assets.size());
  link();
}

void AssetCatalogue::add(const dbt::Selectable& item, bool is_run) {
  CatalogueAsset asset;
  asset.id = item.id;
  asset.name = item.name;
  asset.kind = item.kind;
  asset.group = group_of(item);
  asset.package = item.package;
  asset.path = item.path;
  asset.tags = item.tags;
  asset.is_run = is_run;
  if (const dbt::Node* node = workspace_->dbt() ? workspace_->dbt()->find(item.id) : nullptr)
    add_node(*node, asset);
  by_id_.emplace(asset.id, static_cast<std::uint32_t>(assets_.size()));
  assets_.push_back(std::move(asset));
}

void AssetCatalogue::add_node(const dbt::Node& node, CatalogueAsset& asset) const {
  asset.description = node.description;
  if (node.type == dbt::ResourceType::model) asset.materialized = node.materialized();
  bool has_relation = (node.referable() && !node.is_ephemeral()) || node.type == dbt::ResourceType::source;
  if (has_relation) {
    asset.schema = node.relation.schema;
    asset.relation = node.relation.identifier;
  }
  if (node.type == dbt::ResourceType::source) {
    asset.name = node.source_name + "." + node.name;
    asset.group = node.source_name;
  }
}

void AssetCatalogue::link() {
  for (const ConnectionFile& connection : workspace_->project().connections) {
    for (const sync::StreamSettings& stream : connection.connection.streams) {
      auto found = by_id_.find("stream." + connection.connection.name + "." + stream.name);
      if (found == by_id_.end() || !connection.destination.empty()) continue;
      assets_[found->second].schema = connection.connection.schema;
      assets_[found->second].relation = stream.table_name();
    }
  }
  for (std::size_t i = 0; i < assets_.size(); ++i) {
    CatalogueAsset& asset = assets_[i];
    for (const std::string& id : items_[i].upstream) {
      auto found = by_id_.find(id);
      if (found == by_id_.end()) continue;
      // A source that a stream lands is that stream, which is upstream as well.
      bool is_landed = assets_[found->second].kind == "source" && !items_[found->second].upstream.empty();
      bool is_there =
          std::find(asset.upstream.begin(), asset.upstream.end(), found->second) != asset.upstream.end();
      if (!is_landed && !is_there) asset.upstream.push_back(found->second);
    }
    if (!asset.is_test()) continue;
    const dbt::Node* node = workspace_->dbt()->find(asset.id);
    auto tested = node ? by_id_.find(node->test.attached_to) : by_id_.end();
    // A test of a source that a stream lands is shown with the stream.
    if (tested != by_id_.end() && assets_[tested->second].kind == "source" &&
        !items_[tested->second].upstream.empty())
      tested = by_id_.find(items_[tested->second].upstream.front());
    if (tested != by_id_.end())
      asset.tests_of = tested->second;
    else if (!asset.upstream.empty())
      asset.tests_of = asset.upstream.front();
  }
}

std::optional<std::uint32_t> AssetCatalogue::find(const std::string& id) const {
  auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  return found->second;
}

std::vector<bool> AssetCatalogue::choose(const std::vector<std::string>& include,
                                         const std::vector<std::string>& exclude) const {
  RunOptions options;
  options.select = include;
  options.exclude = exclude;
  std::lock_guard lock(mutex_);
  return run::choose(items_, workspace_->dbt() ? workspace_->dbt()->selectors() : document::Value(), options);
}

AssetSource AssetCatalogue::source_of(std::uint32_t at) const {
  std::lock_guard lock(mutex_);
  AssetSource out;
  const CatalogueAsset& asset = assets_.at(at);
  const std::string& folder = workspace_->project().folder;
  std::string path = asset.path;
  if (asset.kind == "page") path = workspace_->project().pages_folder + "/" + asset.path;
  if (const dbt::Node* node = workspace_->dbt() ? workspace_->dbt()->find(asset.id) : nullptr) {
    out.code = node->raw_code;
    path = node->file;
    for (const document::Value& told : node->columns.items())
      out.columns.push_back({told["name"].raw(), told["data_type"].raw(), told["description"].raw(), {}});
    for (const dbt::Node* test : workspace_->dbt()->tests_of(asset.id)) {
      for (CatalogueColumn& column : out.columns) {
        if (column.name == test->test.column) column.tests.push_back(test->test.macro);
      }
    }
  } else if (asset.kind == "page" && std::filesystem::exists(path)) {
    out.code = document::read_file(path);
  }
  std::error_code ignored;
  std::filesystem::path below = std::filesystem::proximate(path, folder, ignored);
  out.file = std::filesystem::path(path).is_absolute() ? below.string() : path;
  return out;
}

const dbt::Lineage& AssetCatalogue::lineage() const {
  std::lock_guard lock(mutex_);
  if (!lineage_) lineage_ = column_lineage(*workspace_);
  return *lineage_;
}

void NewestCatalogue::look() {
  std::unique_lock looking(looking_mutex_, std::try_to_lock);
  if (!looking) return;
  std::uint64_t files = hash_of_files(folder_);
  std::shared_ptr<const AssetCatalogue> graph;
  std::string problem;
  if (files != files_) {
    try {
      graph = std::make_shared<const AssetCatalogue>(folder_, target_);
    } catch (const Error& error) {  // a file that is half written now, or wrong until somebody mends it
      problem = error.what();
    }
  }
  std::lock_guard lock(mutex_);
  looked_ = env_.steady();
  if (files == files_) return;
  files_ = files;
  problem_ = std::move(problem);
  if (!graph) return;
  graph_ = std::move(graph);
  ++version_;
}

std::shared_ptr<const AssetCatalogue> NewestCatalogue::current(std::string& problem) {
  constexpr std::chrono::milliseconds kRest{1500};
  std::lock_guard lock(mutex_);
  if (!graph_) {
    files_ = hash_of_files(folder_);
    graph_ = std::make_shared<const AssetCatalogue>(folder_, target_);
    ++version_;
    looked_ = env_.steady();
  } else if (env_.elapsed_ms(looked_) > kRest.count() && !is_looking_.exchange(true)) {
    // The one before has said that it is done as its last act, so joining it takes no time.
    behind_ = std::jthread([this] {
      look();
      is_looking_ = false;
    });
  }
  problem = problem_;
  return graph_;
}

std::shared_ptr<const AssetCatalogue> NewestCatalogue::current() {
  std::string ignored;
  return current(ignored);
}

std::uint64_t NewestCatalogue::version() {
  std::lock_guard lock(mutex_);
  return version_;
}

}  // namespace leat::run
