// Properties: the YAML files beside models: descriptions, configurations, columns, versions, sources,
// snapshots, generic tests.
//
// Guarantees: every entry knows its file:line:column. Sources become nodes at once, tests when all files are
//   read.
// Threads: one.
// Owns: what it read, until it is taken.
// Errors: Error(dbt_project) for an entry without a name or a malformed test. An entry of a model that does
//   not exist is a warning (dbt_message), as in dbt.
// Source: https://docs.getdbt.com/reference/configs-and-properties
#pragma once
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "dbt/project.h"

namespace leat::dbt {

class Properties {
 public:
  Properties(const Project& project, std::vector<Node>& nodes, const std::map<std::string, std::string>& docs,
             Env& env)
      : project_(project), nodes_(nodes), docs_(docs), env_(env) {}
  /// Reads one file of a package; `folder` is the one of the paths that it was found below, `parsed` its
  /// document where that is there already.
  void add_file(const Package& package, const std::string& folder, const std::string& path,
                std::optional<document::Value> parsed = std::nullopt);
  /// Appends a node for every generic test that was declared.
  void add_tests(std::vector<Node>& tests);
  /// Appends a node for every unit test.
  void add_unit_tests(std::vector<Node>& tests);
  /// Appends a node for every exposure, metric, semantic model and saved query; groups go to `groups`.
  void add_declarations(std::vector<Node>& declared, std::vector<Node>& groups) const;
  /// Gives macros what `macros:` tells of them.
  void describe_macros(MacroTable& table) const;
  /// The `config:` of each node that has one, by unique id.
  const std::map<std::string, jinja::Value>& configs() const { return configs_; }

 private:
  struct File {
    const Package& package;
    std::string path, display;
    std::string below;  ///< relative to the folder of its kind
  };
  /// An entry that becomes a node of its own when all files are read.
  struct Declaration {
    document::Value entry;
    ResourceType type;
    std::string package, path, display;
    std::string below;                 ///< relative to the folder of its kind
    std::vector<std::string> folders;  ///< of the properties file
    std::string project_folder;
    std::string description;
  };
  struct DescribedMacro {
    document::Value entry;
    std::string package, display, description;
  };
  struct Declared {
    document::Value test;
    std::string attached_to;  ///< unique id
    std::string column;
    std::string display, path;
    std::vector<std::string> fqn;  ///< of the properties file: package and folders
    jinja::Value column_tags;      ///< tags of the column
    std::vector<jinja::Value> source_tags;
  };
  void declare(const File& file, const document::Value& entries, ResourceType type,
               std::vector<Declaration>& into) const;
  Node make_declaration(const Declaration& declaration) const;
  void add_entries(const File& file, const document::Value& root, const char* key, ResourceType type);
  void describe_columns(const File& file, const document::Value& entry, Node& node) const;
  void describe(const File& file, const document::Value& entry, Node& node);
  void add_versions(const File& file, const document::Value& entry, const std::string& name);
  void add_yaml_snapshot(const File& file, const document::Value& entry);
  void add_sources(const File& file, const document::Value& sources);
  void add_source_table(const File& file, const document::Value& source, const document::Value& table);
  void add_config(const std::string& unique_id, const document::Value& config);
  void declare_tests(const File& file, const document::Value& holder, const std::string& attached_to,
                     const std::string& column);
  void declare_all_tests(const File& file, const document::Value& entry, const std::string& attached_to);
  std::string described(const File& file, const document::Value& description) const;
  Node* find_node(ResourceType type, const std::string& package, const std::string& name);
  Node make_test(const Declared& declared, const Node& tested) const;
  void take_settings(const document::Value& given, Node& node, std::string& wanted_name) const;
  jinja::Value render(const document::Value& value) const;

  const Project& project_;
  std::vector<Node>& nodes_;
  const std::map<std::string, std::string>& docs_;
  Env& env_;
  std::unordered_map<std::string, std::size_t> index_;  // "type.package.name" -> node
  std::size_t indexed_ = 0;
  std::map<std::string, jinja::Value> configs_;
  std::vector<Declared> declared_;
  std::vector<Declaration> units_, declarations_;
  std::vector<DescribedMacro> macros_;
};

}  // namespace leat::dbt
