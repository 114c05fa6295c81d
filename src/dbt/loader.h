// ProjectLoader: the stages that make a Project of a folder, in their order: packages, macros, files,
// properties, configuration, names, references.
//
// Guarantees: load() may be called once; what it returns is whole.
// Threads: one.
// Owns: the project until it is returned.
// Errors: those of Project::load.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dbt/project.h"
#include "dbt/properties.h"
#include "dbt/renderer.h"
#include "dbt/yaml_ahead.h"

namespace leat::dbt {

class KeptParse;
struct KeptMacro;

class ProjectLoader {
 public:
  ProjectLoader(const ProjectOptions& options, Env& env);
  std::unique_ptr<Project> load();

 private:
  // loader.cpp
  void read_packages();
  void set_macro_order();
  void render_package(Package& package);
  document::Value rendered(const document::Value& value, const std::string& key);
  void read_macros();
  void add_macros(const Package& package, const std::string& folder);
  void read_docs(const Package& package);

  // loader_files.cpp
  void read_files(const Package& package);
  void add_file(const Package& package, ResourceType type, const std::string& below, const std::string& path);
  void add_snapshots(const Package& package, const std::string& below, const std::string& path);
  Node make_node(const Package& package, ResourceType type, const std::string& below, const std::string& path,
                 const std::string& name) const;
  struct PropertiesFile {
    const Package* package;
    std::string folder, path;
  };
  std::vector<PropertiesFile> properties_files() const;
  void read_operations();
  void read_properties(const std::vector<PropertiesFile>& files, YamlAhead& ahead);

  // loader_config.cpp
  void configure();
  void configure_node(Node& node);
  void configure_test(Node& node);
  jinja::Value config_of_test(const Node& node, const jinja::Value& called, const jinja::Value& declared);
  void take_settings_of_test_macros();
  void parse_hooks(Node& node, Rendering& rendering);
  void refuse_inputs_of_seed(Node& node);
  void parse_constraints(Node& node, Rendering& rendering);
  void merge_tree(const document::Value& tree, const Node& node, jinja::Dict& merged, std::size_t depth = 0);
  void name_relations();
  void name_relation(Node& node);
  void quote_relation(Node& node);
  bool is_own(const char* macro, const Node& node);
  std::string named(const char* macro, const Node& node, const jinja::Value& custom, const char* parameter);
  void check_relations_differ() const;

  // loader_kept.cpp
  std::string kept_path() const;
  bool restore(const std::string& path);
  void read_kept(const KeptParse& kept, std::vector<KeptMacro>& macros);
  static bool asks_for_command(const Project& project);
  void keep(const std::string& path, Timestamp begun);
  static void write_kept(Project& project, Timestamp begun, const Env& env);

  // loader_graph.cpp
  void index();
  void resolve();
  void resolve_node(Node& node);
  void set_idle_aside();
  void miss(Node& node, const Error& error);
  void depend_on_ref(Node& node, const Reference& reference);
  void depend_on_source(Node& node, const Reference& reference);
  void check_circles() const;
  void note_macros();

  Rendering parsing(const Node* node) const;

  std::unique_ptr<Project> project_;
  Env& env_;
  std::map<std::string, jinja::Value> configs_;       // of properties files, by unique id
  std::map<std::string, jinja::Value> test_configs_;  // of declared tests, as declared, by unique id
  std::map<std::pair<std::string, std::string>, bool> own_names_;  // by macro and package
  std::vector<Node> tests_;  // what properties files declare: tests, exposures, metrics, …
};

}  // namespace leat::dbt
