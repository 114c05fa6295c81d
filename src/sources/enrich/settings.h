// The settings of the enriched source.
//
// Guarantees: constant tables; a Lookup names at least one column to fill and one template of its own.
// Threads: immutable.
// Errors: Error(config_invalid).
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "document/settings.h"

namespace leat::sources::enrich {

extern const Spec kSettings, kLookupSettings;

/// One question that is asked for rows whose columns are empty.
struct Lookup {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  std::vector<std::string> streams;  ///< empty: all
  Pairs fill;                        ///< column, and the path of its value in the answer ("results.0.lat")
  std::vector<std::string> needs;    ///< columns that have to hold something
  std::string url;
  Pairs parameters;  ///< of the query; {column} stands for a row's value
  std::string mark;  ///< a boolean column that tells which rows were filled, "" for none
  std::string status_path;
  std::vector<std::string> found, empty, retried;  ///< values of the status
  std::string message_path;
  std::string cache_file;
  std::int64_t requests_max = 0;
  std::int64_t requests_per_second = 0;
  std::string where;

  bool is_for(const std::string& stream) const;
};

std::vector<Lookup> read_lookups(const document::Settings& settings, const Env& env);

}  // namespace leat::sources::enrich
