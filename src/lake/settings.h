// LakeSettings: how a lake's files are named, cut and written.
//
// Guarantees: a plain value, checked where it is read.
// Threads: a value.
// Errors: Error(config_invalid), Error(lake_expression).
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/spec.h"
#include "document/settings.h"
#include "files/codec.h"
#include "files/location.h"
#include "files/object_store.h"
#include "lake/prefix.h"

namespace leat::lake {

enum class LakeFormat { json_lines, parquet };

struct LakeSettings {
  files::Location location;
  files::StoreOptions store;
  LakeFormat format = LakeFormat::json_lines;
  files::Compression compression = files::Compression::gzip;
  Prefix prefix{"!{table}/ingestion_date=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/"};
  Prefix error_prefix{"errors/!{firehose:error-output-type}/!{table}/dt=!{timestamp:yyyy-MM-dd}/"};
  std::int64_t buffer_bytes = 10 << 20;  ///< before compression
  std::chrono::milliseconds buffer_time = std::chrono::seconds(30);
  std::size_t partitions_max = 500;     ///< open at once; the largest is written when there are more
  std::int64_t memory_max = 256 << 20;  ///< of all open buffers together
  std::string time_column;              ///< of !{timestamp:…}; "" means arrival
  std::string raw_column;               ///< JSON lines of this column's value alone
};

extern const Spec kLakeSpec;
LakeSettings read_lake_settings(const document::Settings& settings);
/// Reads "jsonl", "jsonl.gz", "jsonl.zst" or "parquet" into `settings`; Error(config_invalid).
void set_format(LakeSettings& settings, const std::string& format);
/// ".jsonl.gz" and so on.
std::string file_extension(const LakeSettings& settings);

}  // namespace leat::lake
