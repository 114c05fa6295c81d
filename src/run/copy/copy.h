// Copy: moves tables from one place to another without a project.
//
// Guarantees: into a database a copy is a sync: exactly once, with its state where the mode is
//   incremental. Into files each appears whole or not at all.
// Threads: blocks its caller.
// Errors: Error(cli_usage) for options that do not fit the places; those of the source and the
//   destination.
#pragma once
#include <string>
#include <vector>

#include "base/env.h"
#include "base/error.h"
#include "stream/stream.h"

namespace leat::run {

struct CopyOptions {
  std::string from, to;              ///< URIs or paths
  std::vector<std::string> streams;  ///< of the source; empty means those of its URI, else all
  std::string table;  ///< at the destination, as "schema.table" or "table"; "" names it as the stream
  stream::WriteMode mode = stream::WriteMode::overwrite;
  std::vector<std::string> key;  ///< "" means the source's
  std::string cursor;
  std::string format;            ///< of files whose names do not tell it
  std::string endpoint, region;  ///< of S3
};

struct Copied {
  std::string stream, place;  ///< what and to where
  std::int64_t rows_read = 0, rows_changed = 0;
  std::optional<Error> error;
};

std::vector<Copied> copy(const CopyOptions& options, Env& env);

}  // namespace leat::run
