// PipeSettings: what a pipe watches and where its files land, as declared under `pipes:` of leat.yml.
//
// Guarantees: a plain value, checked where it is read.
// Threads: a value.
// Errors: Error(config_invalid).
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/spec.h"
#include "document/settings.h"
#include "files/location.h"
#include "files/object_store.h"
#include "files/table_file.h"
#include "stream/stream.h"

namespace leat::lake {

enum class OnError {
  carry_on,   ///< good records are loaded, bad ones are kept as dead letters
  skip_file,  ///< a file with a bad record is not loaded
  abort,      ///< the pipe ends at such a file
};

struct PipeSettings {
  std::string name;
  files::Location location;
  files::StoreOptions store;
  /// Follows the manifests of this connection and stream instead of the names of files; "" for none.
  std::string lake_connection, lake_stream;
  std::string pattern = "*";                 ///< of the key below the location
  std::optional<files::TableFormat> format;  ///< nullopt: by the file's name
  bool into_columns = false;                 ///< false: a row a record, its JSON in `content`
  std::string schema = "raw", table;
  stream::WriteMode mode = stream::WriteMode::append;
  std::vector<std::string> primary_key;
  std::string cursor_field;
  OnError on_error = OnError::skip_file;
  bool reload_changed = false;
  std::chrono::milliseconds interval = std::chrono::seconds(5);
  std::chrono::milliseconds settle = std::chrono::seconds(0);
  std::int64_t commit_bytes = 64 << 20;
  std::int64_t commit_files = 1000;
  std::string queue_url;  ///< of S3's notifications; "" for none
  std::string time_column = "ingestion_time", content_column = "content", path_column = "file_path";
  std::string where;  ///< file:line:column of the declaration
};

extern const Spec kPipeSpec;
/// Reads a pipe; its `from` and `lake` are left to the caller, who knows the targets.
PipeSettings read_pipe_settings(const std::string& name, const document::Settings& settings);

}  // namespace leat::lake
