// ProjectLoader: files become nodes.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "dbt/digest.h"
#include "dbt/loader.h"
#include "jinja/block_scanner.h"

namespace leat::dbt {

namespace fs = std::filesystem;

void ProjectLoader::read_files(const Package& package) {
  for (const std::string& below : package.paths("model-paths")) {
    for (const std::string& path : package.files(below, {".sql", ".py"}))
      add_file(package, ResourceType::model, below, path);
  }
  for (const std::string& below : package.paths("seed-paths")) {
    for (const std::string& path : package.files(below, {".csv"}))
      add_file(package, ResourceType::seed, below, path);
  }
  for (const std::string& below : package.paths("snapshot-paths")) {
    for (const std::string& path : package.files(below, {".sql"})) add_snapshots(package, below, path);
  }
  for (const std::string& below : package.paths("analysis-paths")) {
    for (const std::string& path : package.files(below, {".sql"}))
      add_file(package, ResourceType::analysis, below, path);
  }
  for (const std::string& below : package.paths("test-paths")) {
    for (const std::string& path : package.files(below, {".sql"})) {
      // Rows for unit tests stand in fixtures/.
      bool is_data_test = !path.starts_with(below + "/generic/") && !path.starts_with(below + "/fixtures/");
      if (is_data_test) add_file(package, ResourceType::test, below, path);
    }
  }
}

Node ProjectLoader::make_node(const Package& package, ResourceType type, const std::string& below,
                              const std::string& path, const std::string& name) const {
  Node node;
  node.type = type;
  node.name = name;
  node.package = package.name;
  node.path = path;
  node.below = fs::path(path).lexically_relative(below).string();
  node.file = package.folder + "/" + path;
  node.display = package.prefix + path;
  node.where = node.display;
  node.unique_id = fmt::format("{}.{}.{}", dbt::name(type), node.package, node.name);
  node.fqn.push_back(node.package);
  // Analyses are addressed below a folder of their kind.
  if (type == ResourceType::analysis) node.below = "analysis/" + node.below;
  for (const fs::path& part : fs::path(node.below).parent_path()) node.fqn.push_back(part.string());
  node.fqn.push_back(node.name);
  node.config = jinja::Value::dict();
  return node;
}

void ProjectLoader::add_file(const Package& package, ResourceType type, const std::string& below,
                             const std::string& path) {
  Node node = make_node(package, type, below, path, fs::path(path).stem().string());
  std::string text = document::read_file(node.file);
  // dbt does not read large seeds to know them again: their path stands for them.
  constexpr std::size_t kHashedSeed = 1 << 20;
  bool is_large_seed = type == ResourceType::seed && text.size() > kHashedSeed;
  std::string_view code = trimmed(text);
  node.checksum = is_large_seed ? path : sha256_hex(code);
  if (type != ResourceType::seed) {
    node.raw_code = code;
    std::string_view above(text.data(),
                           code.empty() ? text.size() : static_cast<std::size_t>(code.data() - text.data()));
    node.first_line += static_cast<std::size_t>(std::count(above.begin(), above.end(), '\n'));
  }
  project_->nodes_.push_back(std::move(node));
}

// As dbt: hooks are named after their package, their kind and their place, and configured as models are.
void ProjectLoader::read_operations() {
  const TargetInfo& target = project_->options_.target;
  for (std::size_t i = project_->packages_.size(); i-- > 0;) {
    const Package& package = project_->packages_[i];
    std::string file;
    for (const char* hook : {"on-run-start", "on-run-end"}) {
      std::size_t index = 0;
      for (std::string& text : package.texts(hook)) {
        Node node = make_node(package, ResourceType::operation, "", "dbt_project.yml",
                              fmt::format("{}-{}-{}", package.name, hook, index));
        node.path = "./dbt_project.yml";
        node.below = "hooks/" + node.name + ".sql";
        node.fqn = {package.name, "hooks", node.name};
        node.where = node.display = fmt::format("{}, {}", node.display, hook);
        node.hook = hook;
        node.hook_index = index++;
        node.raw_code = std::move(text);
        if (file.empty()) file = document::read_file(node.file);
        node.checksum = sha256_hex(trimmed(file));
        node.relation = {target.database, target.schema, node.name};
        configure_node(node);
        for (const Reference& each : node.refs) depend_on_ref(node, each);
        for (const Reference& each : node.sources) depend_on_source(node, each);
        project_->operations_.push_back(std::move(node));
      }
    }
  }
}

// A file may hold several {% snapshot name %} blocks.
void ProjectLoader::add_snapshots(const Package& package, const std::string& below, const std::string& path) {
  std::string text = document::read_file(package.folder + "/" + path);
  for (const jinja::SourceBlock& block : jinja::scan_blocks(text, package.prefix + path)) {
    if (block.type != "snapshot") continue;
    Node node = make_node(package, ResourceType::snapshot, below, path, std::string(block.name));
    // Between folders and name stands the file's name.
    node.fqn.insert(node.fqn.end() - 1, fs::path(path).stem().string());
    node.raw_code = std::string(block.contents);
    node.first_line = block.line;
    node.checksum = sha256_hex(trimmed(text));
    node.where = fmt::format("{}:{}:1", node.display, block.line);
    project_->nodes_.push_back(std::move(node));
  }
}

std::vector<ProjectLoader::PropertiesFile> ProjectLoader::properties_files() const {
  std::vector<PropertiesFile> files;
  for (const Package& package : project_->packages_) {
    std::vector<std::string> folders;
    for (const char* key :
         {"model-paths", "seed-paths", "snapshot-paths", "analysis-paths", "test-paths", "macro-paths"}) {
      for (std::string& folder : package.paths(key)) {
        if (std::find(folders.begin(), folders.end(), folder) == folders.end())
          folders.push_back(std::move(folder));
      }
    }
    for (const std::string& folder : folders) {
      for (std::string& path : package.files(folder, {".yml", ".yaml"}))
        files.push_back({&package, folder, std::move(path)});
    }
  }
  return files;
}

void ProjectLoader::read_properties(const std::vector<PropertiesFile>& files, YamlAhead& ahead) {
  Properties properties(*project_, project_->nodes_, project_->docs_, env_);
  for (std::size_t i = 0; i < files.size(); ++i)
    properties.add_file(*files[i].package, files[i].folder, files[i].path, ahead.take(i));
  properties.add_tests(tests_);
  properties.add_unit_tests(tests_);
  properties.add_declarations(tests_, project_->groups_);
  properties.describe_macros(project_->macros_);
  configs_ = properties.configs();
}

}  // namespace leat::dbt
