// ProjectLoader: what is kept of a parsed project for the next run.
#include <filesystem>

#include "dbt/halves.h"
#include "dbt/kept/fields.h"
#include "dbt/kept/kept_parse.h"
#include "dbt/loader.h"

namespace leat::dbt {

namespace {

constexpr const char* kFile = "/partial_parse.leat";

template <class Archive>
void keep_project(Archive& archive, std::vector<Package>& packages, document::Value& selectors,
                  std::map<std::string, std::string>& docs, std::vector<std::vector<Node>*> nodes,
                  std::vector<KeptMacro>& macros) {
  keep(archive, packages);
  keep(archive, selectors);
  keep(archive, docs);
  for (std::vector<Node>* each : nodes) keep(archive, *each);
  keep(archive, macros);
}

template <class Archive>
void keep_nodes(Archive& archive, std::vector<Node>& nodes, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) keep(archive, nodes[i]);
}

}  // namespace

// Where the project is kept between runs; "" for nowhere.
std::string ProjectLoader::kept_path() const {
  const ProjectOptions& options = project_->options_;
  std::optional<std::string> wanted = env_.variable("DBT_PARTIAL_PARSE");
  bool unwanted = wanted && (*wanted == "0" || *wanted == "false" || *wanted == "False");
  std::string project = options.folder + "/dbt_project.yml";
  if (!options.keeps_parse || unwanted || !std::filesystem::exists(project)) return "";
  document::Value file = document::load_yaml(project);
  const document::Value& setting = file["flags"]["partial_parse"];
  if (setting.kind() == document::Value::Kind::boolean && !setting.boolean()) return "";
  std::string below = options.target_folder.empty() ? file["target-path"].raw() : options.target_folder;
  if (below.empty()) below = "target";
  if (below.find("{{") != std::string::npos) return "";
  return (below.starts_with('/') ? below : options.folder + "/" + below) + kFile;
}

// Half of a large project's nodes is read by a thread beside.
void ProjectLoader::read_kept(const KeptParse& kept, std::vector<KeptMacro>& macros) {
  ArchiveReader reader(kept.contents());
  std::size_t count = reader.count();
  keep_project(reader, project_->packages_, project_->selectors_, project_->docs_,
               {&project_->disabled_, &project_->groups_, &project_->operations_}, macros);
  std::vector<Node>& nodes = project_->nodes_;
  nodes.resize(count);
  in_halves(count, [&](std::size_t from, std::size_t to) {
    if (from == 0) return keep_nodes(reader, nodes, from, to);
    ArchiveReader rest(kept.rest());
    keep_nodes(rest, nodes, from, to);
  });
}

bool ProjectLoader::restore(const std::string& path) {
  std::optional<KeptParse> kept = KeptParse::find(path, project_->options_, env_);
  if (!kept) return false;
  std::vector<KeptMacro> macros;
  bool whole = true;
  try {
    read_kept(*kept, macros);
  } catch (const ArchiveBroken&) {
    whole = false;
  }
  // The files were looked at meanwhile.
  if (!whole || !kept->is_as_it_was()) {
    std::unique_ptr<Project> empty(new Project);
    empty->options_ = project_->options_;
    project_ = std::move(empty);
    return false;
  }
  project_->kept_path_ = path;
  project_->kept_manifest_ = kept->manifest();
  set_macro_order();
  project_->renderer_ = std::make_unique<Renderer>(*project_, env_);
  read_macros();
  for (KeptMacro& each : macros) {
    MacroEntry* macro = project_->macros_.find_own(each.package, each.name);
    if (!macro) continue;
    macro->description = std::move(each.description);
    macro->patch = std::move(each.patch);
    macro->properties = std::move(each.properties);
  }
  index();
  return true;
}

// True when what a template says depends on dbt's verb.
bool ProjectLoader::asks_for_command(const Project& project) {
  auto asks = [](const std::string& text) {
    return text.find("flags") != std::string::npos || text.find("invocation_args") != std::string::npos;
  };
  for (const Node& node : project.nodes_) {
    if (asks(node.raw_code)) return true;
  }
  for (const auto& macro : project.macros_.all()) {
    if (macro->package != kOwnPackage && asks(macro->text)) return true;
  }
  return false;
}

// A thread beside keeps a large project, while the manifest is written of it.
void ProjectLoader::keep(const std::string& path, Timestamp begun) {
  project_->kept_path_ = path;
  Project* project = project_.get();
  if (project->nodes_.size() < kWorthAThread) return write_kept(*project, begun, env_);
  project->keeping_ = std::async(std::launch::async, [=, &env = env_] { write_kept(*project, begun, env); });
}

void ProjectLoader::write_kept(Project& project, Timestamp begun, const Env& env) {
  ParseInputs inputs;
  inputs.key = parse_key(project.options_);
  if (asks_for_command(project)) inputs.command = project.options_.command;
  inputs.variables = hashes_of(project.renderer_->asked_variables(), env);
  const std::string& folder = project.folder();
  for (const char* file : {"dbt_project.yml", "selectors.yml", "packages.yml", "dependencies.yml"})
    inputs.paths.push_back(look_at(folder + "/" + file));
  const document::Value& install = project.packages_.front().file["packages-install-path"];
  inputs.paths.push_back(look_at(folder + "/" + (install.is_null() ? "dbt_packages" : install.raw())));
  for (const Package& package : project.packages_) {
    inputs.paths.push_back(look_at(package.folder + "/dbt_project.yml"));
    for (const char* key :
         {"model-paths", "seed-paths", "snapshot-paths", "macro-paths", "analysis-paths", "test-paths"}) {
      for (const std::string& below : package.paths(key))
        look_below(package.folder + "/" + below, inputs.paths);
    }
  }
  std::vector<KeptMacro> macros;
  for (const auto& each : project.macros_.all()) {
    if (!each->patch.empty())
      macros.push_back({each->package, each->name, each->description, each->patch, each->properties});
  }
  try {
    ArchiveWriter writer, rest;
    std::size_t count = project.nodes_.size(), half = half_of(count);
    writer.number(count);
    keep_project(writer, project.packages_, project.selectors_, project.docs_,
                 {&project.disabled_, &project.groups_, &project.operations_}, macros);
    keep_nodes(writer, project.nodes_, 0, half);
    keep_nodes(rest, project.nodes_, half, count);
    KeptParse::write(project.kept_path_, inputs, {writer.take(), rest.take()}, begun);
  } catch (const ArchiveRefused&) {
    // A configuration that holds a date or a function: the next run reads everything anew.
  }
}

}  // namespace leat::dbt
