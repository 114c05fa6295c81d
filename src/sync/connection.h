// Connection: source + streams + destination schema: what a user declares under `connections:` in leat.yml.
//
// Guarantees: plain values; checked by run/project_file before they come here.
// Threads: copy freely.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stream/stream.h"

namespace leat::sync {

/// How columns are named that no rename names.
enum class ColumnNames { as_is, snake_case };

/// How one stream is loaded. Names in rename and drop are the source's column names; drop takes globs (`*`,
/// `?`).
struct StreamSettings {
  std::string name;
  stream::WriteMode mode = stream::WriteMode::append;
  std::string table;                                        ///< "" means the stream's name
  std::vector<std::pair<std::string, std::string>> rename;  ///< from -> to
  std::vector<std::string> drop;
  ColumnNames names = ColumnNames::as_is;
  std::vector<std::string> primary_key;  ///< overrides the source's, in the source's names
  std::string cursor_field;              ///< overrides the source's
  std::string where;                     ///< file:line:column of the declaration
};

struct Connection {
  std::string name;
  std::string schema = "raw";
  std::vector<StreamSettings> streams;  ///< empty means every stream of the source, appended
  std::int64_t dead_letters_max = 0;    ///< more rejected records than this fail the stream
  std::string metadata_prefix = "_airbyte_";
  std::int64_t queue_bytes = 32 * 1024 * 1024;  ///< held between reading and writing, a stream
  /// A checkpoint commits when this much time has passed or this much is staged since the last commit; the
  /// default makes every partition durable on its own. A read's last checkpoint always commits.
  std::chrono::milliseconds commit_interval{0};
  std::int64_t commit_bytes = 0;
  int parallel_streams = 2;
  std::string where;
};

}  // namespace leat::sync
