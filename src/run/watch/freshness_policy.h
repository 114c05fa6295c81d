// FreshnessPolicy: an entry of `freshness:` in leat.yml: how fresh assets have to be.
//
// Guarantees: a wrong setting is reported with file:line:column.
// Threads: values.
// Errors: Error(freshness_invalid), Error(config_invalid).
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/value.h"

namespace leat::run {

struct FreshnessPolicy {
  std::string name;
  std::vector<std::string> select, exclude;  ///< dbt's selection language
  std::chrono::milliseconds within{0};       ///< nothing that an asset is made of is older
  bool builds = true;                        ///< Leat runs what is needed to keep it; false: it only watches
  int priority = 0;
  std::string pool;
};

extern const Spec kFreshnessSpec;

/// Reads the mapping under `freshness:`.
std::vector<FreshnessPolicy> read_freshness(const document::Value& all, const Env& env);

}  // namespace leat::run
