// Properties: the YAML files beside models: descriptions, configurations, columns, sources, generic tests.
//
// Guarantees: every entry knows its file:line:column. Sources become nodes at once, tests when all files are
// read. Threads: one. Errors: Error(dbt_project) for an entry without a name, a model that does not exist, a
// malformed test. Source: https://docs.getdbt.com/reference/configs-and-properties
#pragma once
#include <map>
#include <string>
#include <vector>

#include "dbt/project.h"

namespace leat::dbt {

class Properties {
 public:
  Properties(const Project& project, std::vector<Node>& nodes, Env& env)
      : project_(project), nodes_(nodes), env_(env) {}
  /// Reads one file; `path` is relative to the project.
  void add_file(const std::string& path);
  /// Appends a node for every generic test that was declared.
  void add_tests(std::vector<Node>& tests);
  /// The `config:` of each node that has one, by unique id.
  const std::map<std::string, jinja::Value>& configs() const { return configs_; }

 private:
  struct Declared {
    document::Value test;
    std::string attached_to, model_name, column;
    std::string path;
    std::vector<std::string> fqn;
  };
  void add_entries(const document::Value& file, const char* key, ResourceType type, const std::string& path);
  void add_sources(const document::Value& sources, const std::string& path);
  void declare_tests(const document::Value& holder, const std::string& attached_to,
                     const std::string& model_name, const std::string& column, const std::string& path);
  void declare_column_tests(const document::Value& entry, const std::string& attached_to,
                            const std::string& model_name, const std::string& path);
  Node make_test(const Declared& declared) const;

  const Project& project_;
  std::vector<Node>& nodes_;
  Env& env_;
  std::map<std::string, jinja::Value> configs_;
  std::vector<Declared> declared_;
};

}  // namespace leat::dbt
