// The list of sources: one line a kind.
#include <fmt/core.h>

#include "base/error.h"
#include "sources/declarative/declarative.h"
#include "sources/duckdb/duckdb.h"
#include "sources/enrich/enriched.h"
#include "sources/files/files.h"
#include "sources/postgres/postgres.h"
#include "sources/process/process.h"
#include "sources/source_kind.h"

namespace leat::sources {

const std::vector<const SourceKind*>& source_kinds() {
  static const std::vector<const SourceKind*> kinds = {
      &declarative::kDeclarative,
      &duckdb::kDuckDb,
      &enrich::kEnriched,
      &files::kFiles,
      &postgres::kPostgres,
      &process::kProcess,
  };
  return kinds;
}

const SourceKind& find_source_kind(std::string_view name, std::string_view where) {
  std::vector<std::string> names;
  for (const SourceKind* kind : source_kinds()) {
    if (kind->name == name) return *kind;
    names.emplace_back(kind->name);
  }
  std::string all, near = nearest(name, names);
  for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
  throw Error(ErrorCode::source_unknown,
              fmt::format("There is no source `{}`{}", name,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              std::string(where))
      .fix("The kinds are: " + all + ".");
}

}  // namespace leat::sources
