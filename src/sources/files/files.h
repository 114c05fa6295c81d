// The source of files: CSV, JSON and Parquet in a folder, in S3 or at an address of the web, as one
// stream.
//
// Guarantees: see stream/source.h. Files are read in the order of their names; a later file may bring
//   columns or widen them. An incremental read yields the files that are new or changed since the last,
//   each with a checkpoint.
// Threads: see stream/source.h.
// Owns: a copy of one remote file at a time, in the temporary folder.
// Errors: Error(config_invalid, file_format, file_io, store_…, http_…) with the file's URL.
// Source: docs/reference/sources.md
#pragma once
#include "sources/source_kind.h"

namespace leat::sources::files {

extern const SourceKind kFiles;

}  // namespace leat::sources::files
