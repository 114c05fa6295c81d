// Node: anything that dbt builds, reads or is told of: model, seed, snapshot, test, source, analysis,
// exposure, metric.
//
// Guarantees: after Project::load all fields are final. unique_id, fqn and checksum are dbt's own.
// Threads: immutable while nodes are built.
// Owns: its text and configuration.
// Errors: none.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "document/value.h"
#include "jinja/value.h"
#include "sql/relation.h"

namespace leat::dbt {

enum class ResourceType {
  model,
  seed,
  snapshot,
  test,
  source,
  analysis,
  unit_test,
  operation,  ///< a hook of on-run-start or on-run-end
  // Declarations: they are in the graph, and nothing is built of them.
  exposure,
  metric,
  semantic_model,
  saved_query,
  group
};
std::string_view name(ResourceType type);

/// What only a generic test has.
struct GenericTest {
  std::string macro;          ///< "unique", "dbt_utils.at_least_one"
  document::Value arguments;  ///< as written, but for the model
  std::string column;         ///< "" for a test of a whole model
  std::string attached_to;    ///< unique id of the tested node
};

/// What only a unit test has: a model, rows for what it reads, and the rows that then come out of it.
struct UnitTest {
  std::string model;  ///< unique id of the tested model
  document::Value given, expect, overrides;
};

/// A mention of another node: ref(package, name, version) or source(name, table).
struct Reference {
  std::string package, name, version;  ///< a source's name stands in `package`, its table in `name`
  bool operator==(const Reference&) const = default;
};

struct Node {
  std::string unique_id;  ///< "model.package.name"
  ResourceType type = ResourceType::model;
  std::string name, package;
  std::string path;     ///< relative to its package, "models/marts/orders.sql"
  std::string below;    ///< relative to the folder of its kind, "marts/orders.sql"
  std::string file;     ///< where it can be opened
  std::string display;  ///< relative to the project, for messages
  std::string raw_code;
  std::size_t first_line = 1;  ///< the line of the file where raw_code begins
  std::string checksum;        ///< SHA-256 of the file's text; the path of a seed above 1 MB
  std::vector<std::string> fqn;
  std::string description;
  std::string patch;                    ///< the properties file that describes it, "" for none
  std::string version;                  ///< of a versioned model, else ""
  bool latest = true;                   ///< false: ref() without a version means another version
  std::string source_name;              ///< of sources
  jinja::Value config;                  ///< a dict: the merged configuration
  jinja::Value called_config;           ///< a dict: what config() in the file said
  sql::Relation relation;               ///< where it is (models, seeds, snapshots, sources, stored failures)
  bool quotes[3] = {true, true, true};  ///< database, schema, identifier: whether they are quoted
  std::vector<Reference> refs, sources;
  std::vector<std::string> metrics, metric_ids;  ///< that metric() mentions, by name and by unique id
  std::vector<std::string> depends_on;           ///< unique ids, in order of first mention
  std::vector<std::string> macros;               ///< unique ids of the macros it calls
  document::Value columns, properties;           ///< as written in the properties file
  GenericTest test;                              ///< generic tests; macro is "" for all else
  UnitTest unit;
  bool idle =
      false;  ///< a data test that is disabled as what it reads is: dbt keeps it among the manifest's nodes
  std::string hook;            ///< of an operation: "on-run-start", "on-run-end"
  std::size_t hook_index = 0;  ///< its place among its package's hooks of that kind
  std::string where;           ///< file:line:column of the declaration

  /// A setting of the configuration, or nullptr when it is not set (or None).
  const jinja::Value* setting(std::string_view key) const;
  /// A setting of the configuration as text, "" when it is not set.
  std::string config_text(std::string_view key) const;
  std::string materialized() const;
  std::vector<std::string> tags() const;
  bool enabled() const;
  bool is_generic_test() const { return !test.macro.empty(); }
  /// True for data tests and unit tests.
  bool is_test() const { return type == ResourceType::test || type == ResourceType::unit_test; }
  bool is_ephemeral() const { return type == ResourceType::model && materialized() == "ephemeral"; }
  /// True when other nodes may ref() it.
  bool referable() const {
    return type == ResourceType::model || type == ResourceType::seed || type == ResourceType::snapshot;
  }
  /// True for exposures, metrics, semantic models, saved queries and groups.
  bool is_declaration() const { return type >= ResourceType::exposure; }
  /// True when it has SQL of its own to compile.
  bool has_code() const {
    return type != ResourceType::seed && type != ResourceType::source && type != ResourceType::unit_test &&
           !is_declaration();
  }
};

}  // namespace leat::dbt
