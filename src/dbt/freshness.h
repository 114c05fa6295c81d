// Freshness: how old the newest row of each source is, against the limits that the project sets.
//
// Guarantees: a source without `freshness:` or without a way to tell its newest row is not asked.
// Threads: check_freshness by one thread a source.
// Owns: nothing.
// Errors: what the warehouse says of one source is that source's result, not an error.
// Source: https://docs.getdbt.com/reference/resource-properties/freshness,
//   https://schemas.getdbt.com/dbt/sources/v3.json
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "dbt/project.h"
#include "sql/adapter.h"

namespace leat::dbt {

struct SourceFreshness {
  const Node* source = nullptr;
  std::string status;  ///< dbt's words: pass, warn, error, runtime error
  std::string error;   ///< of a runtime error
  std::optional<Timestamp> newest;
  Timestamp asked{};
  double seconds_old = 0, seconds_taken = 0;
};

/// True when the source's age can be told and judged.
bool has_freshness(const Node& source);
/// Asks for the newest row of one source, and judges its age.
SourceFreshness check_freshness(const Project& project, const Node& source, sql::Adapter& adapter, Env& env);
/// The text of target/sources.json.
std::string sources_json(const Project& project, const std::vector<SourceFreshness>& results, double seconds,
                         Env& env);

}  // namespace leat::dbt
