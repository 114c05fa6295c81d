// Connection: source + streams + destination schema: what a user declares under `connections:` in leat.yml.
//
// Guarantees: plain values; checked by run/project_file before they come here.
// Threads: copy freely.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stream/destination.h"

namespace leat::sync {

/// How columns are named that no rename names.
enum class ColumnNames { as_is, snake_case };

/// What happens where a stream does not fit its table any more.
enum class ContractMode {
  evolve,         ///< the table grows: a new table, a new column, a wider type
  freeze,         ///< the stream fails
  discard_row,    ///< the row at fault goes to the dead letters
  discard_value,  ///< the value at fault is left out
};
/// "evolve" and so on; nullopt for no mode.
std::optional<ContractMode> parse_contract_mode(std::string_view name);

struct Contract {
  ContractMode tables = ContractMode::evolve;     ///< a table that is not there yet
  ContractMode columns = ContractMode::evolve;    ///< a column that the table does not have
  ContractMode data_type = ContractMode::evolve;  ///< a value that the column's type does not hold
};

/// How one stream is loaded. Names in rename and drop are the source's column names; drop takes globs (`*`,
/// `?`).
struct StreamSettings {
  std::string name;
  stream::WriteMode mode = stream::WriteMode::append;
  bool takes_usual_mode = false;                            ///< no mode was asked for: the stream's usual one
  std::string table;                                        ///< "" means the stream's name
  std::vector<std::pair<std::string, std::string>> rename;  ///< from -> to
  std::vector<std::string> drop;
  std::vector<std::string>
      flatten;  ///< nested columns (globs) whose members become columns; before rename and drop
  std::vector<std::string> child_tables;  ///< nested columns (globs) whose lists become tables of their own
  ColumnNames names = ColumnNames::as_is;
  std::vector<std::string> primary_key;  ///< overrides the source's, in the source's names
  std::string cursor_field;              ///< overrides the source's
  stream::MergeStrategy strategy = stream::MergeStrategy::merge;
  std::vector<std::string> merge_key;  ///< of delete_insert
  std::string delete_column;           ///< says which rows are deletions; "" for none
  bool deletes_hard = false;
  Contract contract;
  std::string where;  ///< file:line:column of the declaration
  const std::string& table_name() const { return table.empty() ? name : table; }
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
