// The settings of the postgres source: their Spec, and what is read from them.
//
// Guarantees: a constant table; read once, then plain values.
// Threads: immutable.
// Errors: Error(config_invalid) from read_options.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "document/settings.h"
#include "sources/postgres/tunnel.h"
#include "sources/postgres/types.h"

namespace leat::sources::postgres {

extern const Spec kSettings;

enum class Method {
  read,  ///< whole tables, or by a cursor column
  xmin,  ///< rows that transactions wrote since the last read
  cdc,   ///< the stream of changes
};

struct Options {
  std::string url, place, where;
  JumpHost jump;
  Method method = Method::read;
  std::vector<std::string> schemas;  ///< globs; the first one's tables go by their bare names
  std::vector<std::string> tables;   ///< globs of table or schema.table; empty means all
  std::map<std::string, std::vector<std::string>> columns;  ///< of a stream: only these
  std::map<std::string, std::string> conditions;            ///< of a stream: only rows where this holds
  std::map<std::string, std::string> cursors;               ///< of a stream: its cursor column
  std::chrono::milliseconds lag{0};
  Numerics numerics = Numerics::text;
  int workers = 2;
  // of cdc
  std::string slot, publication;
  bool failover = false, history = false;
  std::chrono::milliseconds interval{1000}, heartbeat{0};
  bool deletes_hard = false;
  std::int64_t rows_max = 0, bytes_max = 0, memory_bytes = 0, portion_bytes = 0;
};

Options read_options(const document::Settings& settings);

}  // namespace leat::sources::postgres
