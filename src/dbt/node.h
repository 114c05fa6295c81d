// Node: anything that dbt builds or reads: model, seed, test, source, analysis.
//
// Guarantees: after Project::load the fields are final but for `compiled`, which the builder keeps for
// itself. Threads: immutable while nodes are built.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "document/value.h"
#include "jinja/value.h"
#include "sql/relation.h"

namespace leat::dbt {

enum class ResourceType { model, seed, test, source, analysis };
std::string_view name(ResourceType type);

/// What only a generic test has.
struct GenericTest {
  std::string macro;          ///< "unique", "dbt_utils.at_least_one"
  document::Value arguments;  ///< as written, but for the model
  std::string column;         ///< "" for a test of a whole model
  std::string attached_to;    ///< unique id of the tested node
};

struct Node {
  std::string unique_id;  ///< "model.package.name"
  ResourceType type = ResourceType::model;
  std::string name, package;
  std::string path;  ///< relative to the project, "models/marts/orders.sql"
  std::string file;  ///< where it can be opened
  std::string raw_code;
  std::vector<std::string> fqn;
  std::string description;
  jinja::Value config;                  ///< a dict: the merged configuration
  sql::Relation relation;               ///< where it is (models, seeds, sources)
  std::vector<std::string> depends_on;  ///< unique ids, in order of first mention
  document::Value columns;              ///< as written in the properties file
  GenericTest test;                     ///< generic tests; macro is "" for all else
  std::string where;                    ///< file:line:column of the declaration

  /// A setting of the configuration as text, "" when it is not set.
  std::string config_text(std::string_view key) const;
  std::string materialized() const;
  std::vector<std::string> tags() const;
  bool enabled() const;
};

}  // namespace leat::dbt
