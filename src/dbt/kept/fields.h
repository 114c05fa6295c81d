// The fields of what a parsed project holds, each listed once: for writing and for reading.
//
// Guarantees: a field of these structs that is not listed is empty in a project that was kept;
//   kept_parse_test compares manifests to find one that was forgotten.
// Threads: one.
// Owns: nothing.
// Errors: those of archive.h.
#pragma once
#include "dbt/kept/archive.h"
#include "dbt/macro_table.h"
#include "dbt/node.h"
#include "dbt/package.h"

namespace leat::dbt {

template <class Archive, class... Fields>
void keep_all(Archive& archive, Fields&... fields) {
  (keep(archive, fields), ...);
}

template <class Archive>
void keep(Archive& archive, sql::Relation& relation) {
  keep_all(archive, relation.database, relation.schema, relation.identifier, relation.kind);
}

template <class Archive>
void keep(Archive& archive, Reference& reference) {
  keep_all(archive, reference.package, reference.name, reference.version);
}

template <class Archive>
void keep(Archive& archive, GenericTest& test) {
  keep_all(archive, test.macro, test.arguments, test.column, test.attached_to);
}

template <class Archive>
void keep(Archive& archive, UnitTest& test) {
  keep_all(archive, test.model, test.given, test.expect, test.overrides);
}

template <class Archive>
void keep(Archive& archive, Package& package) {
  keep_all(archive, package.name, package.folder, package.prefix, package.file);
}

template <class Archive>
void keep(Archive& archive, Node& node) {
  keep_all(archive, node.unique_id, node.type, node.name, node.package, node.path, node.below, node.file,
           node.display, node.raw_code, node.first_line, node.checksum, node.fqn, node.description,
           node.patch, node.version, node.latest, node.source_name, node.config, node.called_config,
           node.relation, node.quotes[0], node.quotes[1], node.quotes[2], node.refs, node.sources,
           node.metrics, node.metric_ids, node.depends_on, node.macros, node.columns, node.properties,
           node.test, node.unit, node.idle, node.hook, node.hook_index, node.where);
}

/// What a properties file says of a macro.
struct KeptMacro {
  std::string package, name, description, patch;
  document::Value properties;
};

template <class Archive>
void keep(Archive& archive, KeptMacro& macro) {
  keep_all(archive, macro.package, macro.name, macro.description, macro.patch, macro.properties);
}

}  // namespace leat::dbt
