// ManifestParts: the sections of target/manifest.json, each written by the file that is named after it.
//
// Guarantees: the keys of dbt's manifest version 12, in dbt's order.
// Threads: one.
// Owns: nothing; writer and project outlive it.
// Errors: none.
// Source: https://schemas.getdbt.com/dbt/manifest/v12.json
#pragma once
#include <initializer_list>
#include <string>
#include <utility>

#include "dbt/json_writer.h"
#include "dbt/project.h"

namespace leat::dbt {

struct ManifestParts {
  JsonWriter& out;
  const Project& project;
  double created = 0;  ///< seconds since 1970

  /// A member of nodes, sources, unit_tests, exposures, metrics, …: the node's id and all that is told of it.
  void write(const Node& node);
  /// The object alone, without its id.
  void write_object(const Node& node);
  void write_macros();
  void write_docs();

  // manifest_nodes.cpp
  void write_node(const Node& node);
  void write_source(const Node& node);
  void write_unit_test(const Node& node);
  // manifest_declarations.cpp
  void write_exposure(const Node& node);
  void write_metric(const Node& node);
  void write_semantic_model(const Node& node);
  void write_saved_query(const Node& node);
  void write_group(const Node& node);

  // What several kinds share.
  void write_identity(const Node& node);
  void write_depends_on(const Node& node);
  void write_refs(const Node& node);
  void write_config(const Node& node);
  void write_created();
  void json(const char* key, std::string_view raw);
};

/// One key of an object with what stands there when the entry says nothing, as JSON.
struct FieldDefault {
  const char* key;
  const char* json;
};
/// An entry of a properties file as JSON with its defaults: exactly these keys, in this order.
std::string with_defaults(const document::Value& entry, std::initializer_list<FieldDefault> fields);

}  // namespace leat::dbt
