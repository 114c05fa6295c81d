// PageSources: the folder sources/ of an Evidence project as tables of the warehouse:
// `source.table`.
//
// Guarantees: CSV and Parquet files become tables; the SQL files of a DuckDB source are asked in its
//   database, which is only read. A source that can't be loaded stops only the pages that read it.
// Threads: one at a time.
// Errors: none thrown for a source: each is a Problem with the file that failed.
// Source: https://docs.evidence.dev/core-concepts/data-sources (the classic documentation)
#pragma once
#include <string>
#include <vector>

#include "base/env.h"
#include "pages/render.h"
#include "sql/adapter.h"

namespace leat::pages {

/// Loads every folder of `root`/sources, or the databases beside the pages where there is none; returns what
/// could not be loaded.
std::vector<Problem> load_page_sources(const std::string& root, sql::Adapter& adapter, const Env& env);
/// Names without a schema are found in every source; files in SQL are relative to the project.
void set_page_session(const std::string& root, sql::Adapter& adapter);

}  // namespace leat::pages
