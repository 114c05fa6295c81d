// The docs site of a project: one page that opens from disk, with every node, its columns, tests, code, rows
// and age, the lineage of nodes and columns, and the entities that relationships tell of.
//
// Guarantees: no network, no server; the data stands in the page.
// Threads: one at a time.
// Owns: nothing.
// Errors: those of column_lineage.h and of the warehouse; Error(file_io).
#pragma once
#include <string>

#include "dbt/lineage/lineage.h"
#include "document/value.h"
#include "run/workspace.h"

namespace leat::run {

struct DocsOptions {
  bool ask_warehouse = true;    ///< for types, rows and ages
  document::Value run_results;  ///< of the last build, null for none
};

/// What the site tells, as JSON.
document::Value docs_data(Workspace& workspace, const dbt::Lineage& lineage, const DocsOptions& options);
/// Writes the site to a file.
void write_docs_site(const document::Value& data, const std::string& path);

}  // namespace leat::run
