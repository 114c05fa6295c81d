// Project: a dbt project, read: dbt_project.yml, properties, models, seeds, snapshots, tests, macros,
// packages.
//
// Guarantees: load() parses everything and resolves every ref and source, so that a project that loads has a
//   whole graph without circles. Nodes stand in the order of their paths, the project's before its
//   packages'.
// Threads: immutable after load(); share freely.
// Owns: all it read.
// Errors: Error(dbt_project), Error(dbt_unresolved) with near names, Error(dbt_cycle) with the circle,
//   Error(document_syntax), Error(jinja_…), each with file:line:column.
// Source: https://docs.getdbt.com/reference/dbt_project.yml and the pages below it
#pragma once
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "dbt/macro_table.h"
#include "dbt/node.h"
#include "dbt/package.h"
#include "dbt/selector.h"
#include "dbt/time_window.h"
#include "document/value.h"

namespace leat::dbt {

class SavedState;

/// A manifest as it was written: so that its nodes need not be written again while nothing has changed.
struct WrittenManifest {
  std::uint64_t size = 0, changed_ns = 0;
  std::uint64_t metadata_size = 0;  ///< up to where the nodes begin
};

/// Where the project is built: what templates see as `target`.
struct TargetInfo {
  std::string name, type, database, schema;
  std::string profile;  ///< "" for the project's name
  int threads = 4;
  document::Value settings;  ///< further settings of the target that hold no secret, by name
};

struct ProjectOptions {
  std::string folder;
  TargetInfo target;
  const sql::Dialect* dialect = nullptr;
  document::Value vars;  ///< of the command line: they win over the project's
  bool full_refresh = false;
  bool store_failures = false;
  bool empty = false;                     ///< ref() and source() give no rows
  std::optional<TimeWindow> sample;       ///< ref() and source() give rows of these times only
  std::optional<TimeWindow> event_times;  ///< what microbatch models build, instead of what is due
  std::map<std::string, std::vector<TimeWindow>> only_batches;  ///< of models, by unique id (retry)
  std::string command = "build";                                ///< what templates see as flags.WHICH
  std::string invocation_id;
  std::shared_ptr<const SavedState> state;  ///< of --state: what `state:` compares with; null for none
  std::string target_folder;                ///< of --target-path, instead of the project's `target-path`
  bool keeps_parse = true;                  ///< reads and writes target/partial_parse.leat
};

class Renderer;

class Project {
 public:
  static std::unique_ptr<Project> load(const ProjectOptions& options, Env& env);
  ~Project();

  const std::string& name() const { return packages_.front().name; }
  const std::string& folder() const { return packages_.front().folder; }
  const ProjectOptions& options() const { return options_; }
  /// The project itself, then its packages.
  const std::vector<Package>& packages() const { return packages_; }
  const Package& package(std::string_view name) const;
  const MacroTable& macros() const { return macros_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// Nodes that `enabled: false` takes out.
  const std::vector<Node>& disabled() const { return disabled_; }
  const std::vector<Node>& groups() const { return groups_; }
  /// selectors.yml, or a null Value.
  const document::Value& selectors() const { return selectors_; }
  /// The data tests that are attached to a node.
  std::vector<const Node*> tests_of(std::string_view unique_id) const;
  /// Documentation blocks by "package.name".
  const std::map<std::string, std::string>& docs() const { return docs_; }
  /// The node of that id, or nullptr.
  const Node* find(std::string_view unique_id) const;
  /// The node that ref(package, name, version) means in a template of package `from`; "" for any.
  const Node* find_ref(const Reference& reference, std::string_view from) const;
  const Node* find_source(std::string_view source, std::string_view table, std::string_view from = {}) const;
  /// A variable as a template of `package` sees it: command line, project, the package's own, else nullptr.
  const document::Value* var(const std::string& wanted, const std::string& package) const;
  /// Hooks of on-run-start and on-run-end, the packages' first. They are in the manifest and in no selection.
  const std::vector<Node>& operations() const { return operations_; }
  std::string target_folder() const;
  /// Where the parsed project is kept for the next run, "" for nowhere, and the manifest that was written of
  /// it.
  const std::string& kept_path() const { return kept_path_; }
  const WrittenManifest& kept_manifest() const { return kept_manifest_; }
  /// Waits until the project is kept: a thread beside may be at it since load().
  void wait_until_kept() const {
    if (keeping_.valid()) keeping_.wait();
  }
  /// Renders templates of this project; shared by all builds.
  Renderer& renderer() const { return *renderer_; }
  /// All nodes as the selector sees them, in the order of nodes().
  std::vector<Selectable> selectables() const;
  /// Every schema that a build of the nodes needs, without repetition.
  std::vector<std::string> schemas() const;

 private:
  friend class ProjectLoader;
  Project();
  void index_references();
  ProjectOptions options_;
  std::vector<Package> packages_;
  MacroTable macros_;
  std::vector<Node> nodes_, disabled_, groups_, operations_;
  document::Value selectors_;
  std::map<std::string, std::string> docs_;
  MacroTable::NameMap<std::size_t> index_;                   // by unique id
  MacroTable::NameMap<std::vector<std::size_t>> referable_;  // by name
  MacroTable::NameMap<std::vector<std::size_t>> sources_;    // by "source.table"
  MacroTable::NameMap<std::vector<std::size_t>> tests_of_;   // by unique id
  std::unique_ptr<Renderer> renderer_;
  std::string kept_path_;
  WrittenManifest kept_manifest_;
  std::future<void> keeping_;  // destroyed first: it reads all of the above
};

}  // namespace leat::dbt
