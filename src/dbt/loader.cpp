#include "dbt/loader.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/embedded.h"
#include "base/error.h"
#include "base/text.h"
#include "dbt/values.h"
#include "jinja/block_scanner.h"
#include "jinja/operations.h"

namespace leat {
LEAT_EMBEDDED(dbt_macros);
}

namespace leat::dbt {

namespace fs = std::filesystem;
using document::Value;

ProjectLoader::ProjectLoader(const ProjectOptions& options, Env& env) : project_(new Project), env_(env) {
  project_->options_ = options;
}

std::unique_ptr<Project> ProjectLoader::load() {
  Timestamp begun = env_.now();
  std::string kept = kept_path();
  if (!kept.empty() && restore(kept)) return std::move(project_);
  read_packages();
  project_->renderer_ = std::make_unique<Renderer>(*project_, env_);
  for (Package& package : project_->packages_) render_package(package);
  std::vector<PropertiesFile> properties = properties_files();
  std::vector<YamlFile> documents;
  for (const PropertiesFile& each : properties)
    documents.push_back({each.package->folder + "/" + each.path, each.package->prefix + each.path});
  YamlAhead ahead(std::move(documents));
  read_macros();
  for (const Package& package : project_->packages_) {
    read_docs(package);
    read_files(package);
  }
  read_properties(properties, ahead);
  configure();
  index();
  take_settings_of_test_macros();
  name_relations();
  resolve();
  check_circles();
  read_operations();
  note_macros();
  if (!kept.empty()) keep(kept, begun);
  return std::move(project_);
}

std::unique_ptr<Project> Project::load(const ProjectOptions& options, Env& env) {
  return ProjectLoader(options, env).load();
}

Rendering ProjectLoader::parsing(const Node* node) const {
  Rendering rendering;
  rendering.project = project_.get();
  rendering.node = node;
  rendering.env = &env_;
  return rendering;
}

void ProjectLoader::set_macro_order() {
  const Package& root = project_->packages_.front();
  project_->macros_.set_root(root.name);
  for (const Value& entry : root.file["dispatch"].items()) {
    std::vector<std::string> order;
    for (const Value& each : entry["search_order"].items()) order.push_back(each.as_text("search_order"));
    if (!order.empty())
      project_->macros_.set_search_order(entry["macro_namespace"].as_text("macro_namespace"),
                                         std::move(order));
  }
}

void ProjectLoader::read_packages() {
  project_->packages_.push_back(read_package(project_->options_.folder, ""));
  const Package& root = project_->packages_.front();
  set_macro_order();
  if (std::string path = root.folder + "/selectors.yml"; fs::exists(path))
    project_->selectors_ = document::parse_yaml(document::read_file(path), "selectors.yml");
  const Value& install = root.file["packages-install-path"];
  std::string below = install.is_null() ? "dbt_packages" : install.raw();
  std::vector<std::string> names;
  std::error_code absent;
  for (const fs::directory_entry& entry : fs::directory_iterator(root.folder + "/" + below, absent)) {
    if (fs::exists(entry.path() / "dbt_project.yml")) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::string folder = root.folder;
  for (const std::string& name : names)
    project_->packages_.push_back(read_package(folder + "/" + below + "/" + name, below + "/" + name + "/"));
  if (!names.empty()) return;
  for (const char* file : {"packages.yml", "dependencies.yml"}) {
    std::string path = folder + "/" + file;
    if (!fs::exists(path) || document::load_yaml(path)["packages"].items().empty()) continue;
    throw Error(ErrorCode::dbt_project, "The project's packages are not installed", file)
        .fix(fmt::format("Put each package into {}/ (`dbt deps` does), then run again.", below));
  }
}

namespace {

// What is rendered where it is used, not when the file is read.
bool is_rendered_later(const std::string& key) {
  for (const char* each : {"vars", "on-run-start", "on-run-end", "query-comment"}) {
    if (key == each) return true;
  }
  std::string setting = setting_name(key);
  return setting == "pre_hook" || setting == "post_hook";
}

}  // namespace

Value ProjectLoader::rendered(const Value& value, const std::string& key) {
  if (is_rendered_later(key)) return value;
  Value out = value;
  if (value.is_text() && value.raw().find("{{") != std::string::npos) {
    Rendering rendering = parsing(nullptr);
    out = to_document(project_->renderer_->render_native(value.raw(), value.where(), rendering));
    out.set_mark(value.mark());
  }
  for (Value& item : out.items()) item = rendered(item, "");
  for (auto& [name, member] : out.members()) member = rendered(member, name);
  return out;
}

void ProjectLoader::render_package(Package& package) {
  package.file = rendered(package.file, "");
}

void ProjectLoader::add_macros(const Package& package, const std::string& folder) {
  for (const std::string& path : package.files(folder, {".sql"}))
    project_->macros_.add_file(package.name, package.prefix + path,
                               document::read_file(package.folder + "/" + path));
}

void ProjectLoader::read_macros() {
  for (const EmbeddedFile& file : embedded_dbt_macros())
    project_->macros_.add_file(kOwnPackage, "dbt/" + std::string(file.path), std::string(file.contents));
  for (const Package& package : project_->packages_) {
    for (const std::string& folder : package.paths("macro-paths")) add_macros(package, folder);
    // Generic tests may stand in tests/generic as well.
    for (const std::string& folder : package.paths("test-paths")) add_macros(package, folder + "/generic");
  }
}

void ProjectLoader::read_docs(const Package& package) {
  std::vector<std::string> folders;
  for (const char* key :
       {"model-paths", "seed-paths", "snapshot-paths", "macro-paths", "analysis-paths", "test-paths"}) {
    for (std::string& folder : package.paths(key)) {
      if (std::find(folders.begin(), folders.end(), folder) == folders.end())
        folders.push_back(std::move(folder));
    }
  }
  for (const std::string& folder : folders) {
    for (const std::string& path : package.files(folder, {".md"})) {
      std::string text = document::read_file(package.folder + "/" + path);
      for (const jinja::SourceBlock& block : jinja::scan_blocks(text, package.prefix + path)) {
        if (block.type != "docs") continue;
        project_->docs_[package.name + "." + std::string(block.name)] = trimmed(block.contents);
      }
    }
  }
}

}  // namespace leat::dbt
