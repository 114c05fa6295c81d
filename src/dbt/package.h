// Package: one dbt_project.yml and the folder it stands in: the project itself, or a package in
// dbt_packages.
//
// Guarantees: `file` has its templates rendered (env_var, var, target), except in vars, hooks and query-
//   comment, which are rendered where they are used.
// Threads: immutable.
// Owns: its document.
// Errors: Error(dbt_project), Error(document_syntax).
// Source: https://docs.getdbt.com/reference/dbt_project.yml
#pragma once
#include <initializer_list>
#include <string>
#include <vector>

#include "dbt/node.h"
#include "document/value.h"

namespace leat::dbt {

struct Package {
  std::string name;
  std::string folder;  ///< where its dbt_project.yml stands
  std::string
      prefix;  ///< what makes a path of the package one of the project: "dbt_packages/x/", "" for the root
  document::Value file;

  /// The folders of a kind: "model-paths", …; dbt's default when it is not set.
  std::vector<std::string> paths(std::string_view key) const;
  /// Files below a folder of the package with one of the endings, in the order of their paths, relative to
  /// the package.
  std::vector<std::string> files(const std::string& below, std::initializer_list<const char*> endings) const;
  /// The configuration tree of a kind of node, or a null Value; tests have two names.
  const document::Value& tree(ResourceType type) const;
  /// A list of texts that may be written as one text (hooks).
  std::vector<std::string> texts(std::string_view key) const;
};

/// Reads `folder`/dbt_project.yml, without rendering it.
Package read_package(const std::string& folder, std::string prefix);

}  // namespace leat::dbt
